"""Speech: what is heard, what is kept, and who comes first; the real engine where one is there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.fake_speech_engine import BROKEN, GATE, PATIENCE, RATE, lines, stand_in, until
from voicecoach.core.audio import Clip, Samples
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.renderer import acoustic_onset
from voicecoach.tts.synthesizer import SpeechError, Synthesizer, Voice, list_voices

SENTENCE = "Keep your heel on the floor, and lean forward until you feel a gentle stretch."
DIGITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@pytest.fixture(scope="session")
def recordings(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that the tests of real speech share."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="session")
def speech(recordings: Path) -> Iterator[Synthesizer]:
    with Synthesizer(Voice(), RATE, ClipCache(recordings), timeout=PATIENCE) as synthesizer:
        yield synthesizer


# --- what is heard ------------------------------------------------------------------------------


def test_a_sentence_takes_about_as_long_as_its_words(speech: Synthesizer) -> None:
    clip = speech.clip(SENTENCE)
    expected = len(SENTENCE.split()) / 150 * 60
    assert 0.6 * expected < clip.seconds < 1.5 * expected


def test_a_long_text_is_complete_at_the_first_go(
    tmp_path: Path, engine: None, caplog: pytest.LogCaptureFixture
) -> None:
    long_text = " ".join([SENTENCE] * 12)
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE) as synthesizer:
        clip = synthesizer.clip(long_text)
        assert clip.seconds > 0.6 * len(long_text.split()) / 150 * 60
    assert not caplog.records


def test_a_slower_voice_takes_longer(recordings: Path, speech: Synthesizer) -> None:
    with Synthesizer(Voice(rate=100), RATE, ClipCache(recordings), timeout=PATIENCE) as slow:
        assert slow.clip(SENTENCE).seconds > 1.25 * speech.clip(SENTENCE).seconds


@pytest.mark.parametrize("digit", DIGITS)
def test_a_count_sounds_at_its_onset_and_not_before(speech: Synthesizer, digit: str) -> None:
    clip = speech.clip(digit)
    assert clip.onset < 0.060 * RATE
    peak = np.abs(clip.samples).max()
    assert (
        np.abs(clip.samples[: max(clip.onset - round(0.005 * RATE), 0)]).max(initial=0.0)
        < 0.02 * peak
    )
    after = clip.samples[clip.onset : clip.onset + round(0.03 * RATE)]
    assert np.abs(after).max() > 0.02 * peak


def test_the_onset_of_five_is_where_its_energy_begins(speech: Synthesizer) -> None:
    clip = speech.clip("five")

    def power(frames: int) -> Samples:
        return np.convolve(np.square(clip.samples), np.ones(frames) / frames, "valid").astype(
            np.float32
        )

    loudest = power(round(0.005 * RATE)).max()
    millisecond = round(0.001 * RATE)
    begins = np.argmax(power(millisecond) > loudest * 10 ** (-35 / 10)) + millisecond
    assert abs(clip.onset - begins) < 0.002 * RATE


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_onset_of_a_burst_is_found_to_the_millisecond(rate: int) -> None:
    for start in (0, 37, 1000, 4321):
        burst = np.random.default_rng(start).normal(0, 0.1, rate // 2).astype(np.float32)
        burst[:start] *= 1e-4
        assert abs(acoustic_onset(burst, rate) - start) < 0.001 * rate


def test_every_clip_is_equally_loud_and_none_is_clipped(speech: Synthesizer) -> None:
    levels = []
    for text in [*DIGITS, "stop", "Well done.", SENTENCE]:
        clip = speech.clip(text)
        assert np.abs(clip.samples).max() < 10 ** (-0.8 / 20)
        power = np.square(clip.samples, dtype=float)
        frames = power[: len(power) // 480 * 480].reshape(-1, 480).mean(axis=1)
        levels.append(10 * np.log10(frames[frames > frames.max() / 100].mean()))
    assert max(levels) - min(levels) < 3
    assert -22 < np.median(levels) < -17


@pytest.mark.parametrize("text", ["five", "ready", SENTENCE])
def test_a_clip_has_no_silent_tail_and_does_not_click(speech: Synthesizer, text: str) -> None:
    samples = speech.clip(text).samples
    peak = np.abs(samples).max()
    audible = np.flatnonzero(np.abs(samples) > 0.01 * peak)
    assert len(samples) - audible[-1] < 0.050 * RATE
    assert np.abs(samples[[0, 1, -2, -1]]).max() < 0.005 * peak


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_clip_has_the_rate_asked_for_and_the_same_timing(
    speech: Synthesizer, recordings: Path, rate: int
) -> None:
    reference = speech.clip("three seconds left")
    with Synthesizer(Voice(), rate, ClipCache(recordings), command=BROKEN) as other:
        clip = other.clip("three seconds left")
    assert clip.rate == rate
    assert clip.seconds == pytest.approx(reference.seconds, abs=0.001)
    assert clip.onset / rate == pytest.approx(reference.onset / RATE, abs=0.001)


def test_voices_can_be_listed_and_spoken_with(tmp_path: Path, engine: None) -> None:
    voice = list_voices(PATIENCE)[0]
    with Synthesizer(Voice(voice), RATE, ClipCache(tmp_path), timeout=PATIENCE) as synthesizer:
        assert synthesizer.clip("five").seconds > 0.2


@pytest.mark.parametrize("name", ["nobody", "en-us+nobody"])
def test_an_unknown_voice_is_named_and_the_way_out_too(
    tmp_path: Path, engine: None, name: str
) -> None:
    with (
        Synthesizer(Voice(name), RATE, ClipCache(tmp_path), timeout=PATIENCE) as synthesizer,
        pytest.raises(
            SpeechError, match=rf'no voice "{name.replace("+", ".")}".*voicecoach voices'
        ),
    ):
        synthesizer.clip("five")


@pytest.mark.parametrize("text", ["", "  \n", "...", "<>"])
def test_a_text_without_words_is_refused(tmp_path: Path, text: str) -> None:
    synthesizer = Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=BROKEN)
    for call in (
        synthesizer.clip,
        synthesizer.ready,
        lambda text: synthesizer.prefetch(["one", text]),
    ):
        with pytest.raises(ValueError, match="nothing to speak"):
            call(text)


def test_layout_and_markup_are_not_spoken(tmp_path: Path) -> None:
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=stand_in(tmp_path)) as synthesizer:
        synthesizer.clip(" hold\n  <b>still</b>\t[[rate 400]] ")
    assert lines(tmp_path / "said") == ["hold b still /b rate 400"]


# --- what is kept -------------------------------------------------------------------------------


def test_what_was_said_once_is_said_again_without_an_engine(
    speech: Synthesizer, recordings: Path
) -> None:
    clip = speech.clip("five")
    assert speech.clip("five") is clip
    with Synthesizer(Voice(), RATE, ClipCache(recordings), command=BROKEN) as without:
        again = without.clip("five")
        assert np.abs(again.samples - clip.samples).max() < 1e-3
        assert again.onset == pytest.approx(clip.onset, abs=2)
        assert without.ready("five") is again
        with pytest.raises(SpeechError):
            without.clip("never said")


def test_what_is_on_the_disk_is_not_read_where_the_clips_are_played(
    speech: Synthesizer, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech.clip("five")
    readers = []
    load = ClipCache.load

    def noting(cache: ClipCache, key: str) -> tuple[Samples, int] | None:
        readers.append(threading.current_thread().name)
        return load(cache, key)

    monkeypatch.setattr(ClipCache, "load", noting)
    with Synthesizer(Voice(), RATE, ClipCache(recordings), command=BROKEN) as synthesizer:
        assert synthesizer.ready("five") is None
        until(lambda: synthesizer.ready("five") is not None)
    assert readers == ["clips"]


def test_what_goes_wrong_in_reading_does_not_make_it_mute(
    speech: Synthesizer, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech.clip("five")
    failures = iter([ValueError("a defect")])
    load = ClipCache.load

    def failing(cache: ClipCache, key: str) -> tuple[Samples, int] | None:
        for failure in failures:
            raise failure
        return load(cache, key)

    monkeypatch.setattr(ClipCache, "load", failing)
    with Synthesizer(Voice(), RATE, ClipCache(recordings), command=BROKEN) as synthesizer:
        assert synthesizer.ready("five") is None
        until(lambda: synthesizer.ready("five") is not None)


@pytest.mark.parametrize("other", [Voice(rate=149), Voice("en-gb"), Voice(engine="espeak")])
def test_another_voice_has_recordings_of_its_own(tmp_path: Path, other: Voice) -> None:
    for voice in (Voice(), other):
        with Synthesizer(
            voice, RATE, ClipCache(tmp_path), command=stand_in(tmp_path)
        ) as synthesizer:
            synthesizer.clip("five")
    assert lines(tmp_path / "said") == ["five", "five"]


@pytest.mark.parametrize(
    "damage", ["shortened", "overwritten", "emptied", "another kind", "another length"]
)
def test_a_damaged_recording_is_never_played_but_made_anew(tmp_path: Path, damage: str) -> None:
    def say(command: tuple[str, ...]) -> Clip:
        with Synthesizer(
            Voice(), RATE, ClipCache(tmp_path / "cache"), command=command
        ) as synthesizer:
            return synthesizer.clip("five")

    whole = say(stand_in(tmp_path))
    (path,) = (tmp_path / "cache").iterdir()
    content = path.read_bytes()
    path.write_bytes(
        {
            "shortened": content[: len(content) // 2],
            "overwritten": content[:-200] + bytes(200),
            "emptied": b"",
            "another kind": b"RIFF" + content[4:],
            "another length": content[:22]
            + bytes([0, 1, 0, 0])
            + content[26:],  # FLAC: samples in the stream
        }[damage]
    )
    with pytest.raises(SpeechError):
        say(BROKEN)
    healed = say(stand_in(tmp_path))
    np.testing.assert_array_equal(healed.samples, whole.samples)
    np.testing.assert_allclose(say(BROKEN).samples, whole.samples, atol=1e-3)


def test_a_folder_that_cannot_be_written_is_reported_once_and_does_no_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    cache = ClipCache(tmp_path / "file" / "speech")
    with Synthesizer(Voice(), RATE, cache, command=stand_in(tmp_path)) as synthesizer:
        first = synthesizer.clip("five")
        assert synthesizer.clip("six").seconds > 0.2
        assert synthesizer.clip("five") is first
    assert sum("not kept" in record.message for record in caplog.records) == 1


def test_a_full_cache_lets_its_oldest_recordings_go(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    cache = ClipCache(folder)
    noise = np.random.default_rng(0).normal(0, 0.1, 5000).astype(np.float32)
    for age, key in enumerate(["new", "middle", "old"]):
        cache.store(key, noise, 16_000)
        os.utime(folder / f"{key}.clip", (1e9 - age, 1e9 - age))
    size = (folder / "new.clip").stat().st_size
    pruned = ClipCache(folder, limit_bytes=round(2.5 * size))
    pruned.store("newest", noise, 16_000)
    assert [pruned.load(key) is not None for key in ("new", "middle", "old")] == [True, True, False]


# --- who comes first ----------------------------------------------------------------------------


def test_what_was_fetched_ahead_is_ready_without_waiting(tmp_path: Path) -> None:
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=stand_in(tmp_path)) as synthesizer:
        synthesizer.prefetch(["one", "two", "three", "four"])
        until(lambda: lines(tmp_path / "said") == ["one", "two", "three", "four"])
        for text in ("one", "two", "three"):
            clip = synthesizer.ready(text)
            assert clip is not None
            assert clip is synthesizer.clip(text)


def test_what_is_needed_now_goes_before_what_is_fetched_ahead(tmp_path: Path) -> None:
    command = stand_in(tmp_path, GATE)
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=command) as synthesizer:
        synthesizer.prefetch(["one", "two", "three", "four"])
        until(lambda: (tmp_path / "lives").exists())
        assert synthesizer.ready("stop now") is None
        assert synthesizer.ready("four") is None
        assert synthesizer.ready("four") is None
        until(lambda: list(synthesizer._urgent) == ["stop now", "four"])
        (tmp_path / "open").touch()
        until(lambda: len(lines(tmp_path / "said")) == 5)
        assert lines(tmp_path / "said") == ["one", "stop now", "four", "two", "three"]


def test_a_sentence_is_the_same_whatever_was_said_before(tmp_path: Path, engine: None) -> None:
    texts = ["one", SENTENCE, "three seconds left"]
    clips: list[dict[str, Clip]] = []
    for order, folder in ((texts, "new"), (texts[::-1], "another"), (texts, "new")):
        cache = ClipCache(tmp_path / folder)
        with Synthesizer(Voice(), RATE, cache, timeout=PATIENCE) as synthesizer:
            clips.append({text: synthesizer.clip(text) for text in order})
    for text in texts:
        for another in clips[1:]:
            assert np.array_equal(clips[0][text].samples, another[text].samples), text


def test_two_threads_get_what_each_asked_for(speech: Synthesizer, tmp_path: Path) -> None:
    texts = [
        "one",
        "three seconds left",
        SENTENCE,
        "Sit down, and put your foot on the chair in front of you.",
    ]
    got: list[tuple[str, Clip]] = []
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE) as synthesizer:

        def ask(order: list[str]) -> None:
            got.extend((text, synthesizer.clip(text)) for text in order)

        threads = [threading.Thread(target=ask, args=(order,)) for order in (texts, texts[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(got) == 2 * len(texts)
    for text, clip in got:
        assert np.array_equal(clip.samples, speech.clip(text).samples)
