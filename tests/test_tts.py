"""Speech: the real engine where one is there; stand-ins for engines that hang, die, lie, or live on a Mac."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from voicecoach.events import Clip, Samples
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.recording import acoustic_onset
from voicecoach.tts.synthesizer import SpeechError, Synthesizer, Voice, list_voices
from voicecoach.tts.worker import WORKER_COMMAND

RATE = 48_000
PATIENCE = 60.0
"""Watchdog (s) where nothing is to hang: machines that run tests can be very busy."""

SENTENCE = "Keep your heel on the floor, and lean forward until you feel a gentle stretch."
DIGITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
BROKEN = (sys.executable, "-c", "raise SystemExit(1)")

STAND_IN = """
    # Speaks the worker's protocol with a sine instead of a voice: 0.1 s a letter. It notes its process id and
    # every text. What a test wants to go wrong, goes wrong in `trouble`; if that returns true, nothing is said.
    import json, math, os, pathlib, struct, sys, time, wave
    home = pathlib.Path(__file__).parent
    lives = home / "lives"
    lives.open("a").write(f"{os.getpid()}\\n")
    life = len(lives.read_text().split())

    def render(text, path, share=1.0):
        tone = [int(9000 * math.sin(i / 5)) for i in range(int(1600 * len(text) * share))]
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(struct.pack(f"<{len(tone)}h", *tone))

    def trouble(text, path):
        return False

    #TROUBLE

    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "render" and not trouble(request["text"], request["path"]):
            render(request["text"], request["path"])
            (home / "said").open("a").write(request["text"] + "\\n")
        print("{}", flush=True)
"""


def script(folder: Path, code: str) -> tuple[str, ...]:
    """A command that runs this code in a child process."""
    path = folder / "child.py"
    path.write_text(textwrap.dedent(code), encoding="utf-8")
    return (sys.executable, str(path))


def stand_in(folder: Path, trouble: str = "") -> tuple[str, ...]:
    """A command for a stand-in child. `trouble` is the body of its function of that name; `life` counts from 1."""
    body = "def trouble(text, path):\n" + textwrap.indent(textwrap.dedent(trouble), " ") if trouble else ""
    return script(folder, textwrap.dedent(STAND_IN).replace("#TROUBLE", body))


def until(met: Callable[[], bool]) -> None:
    """Wait for another process or thread."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="session")
def engine() -> None:
    """Skips a test where this machine has no speech engine."""
    try:
        list_voices(PATIENCE)
    except SpeechError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def recordings(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that the tests of real speech share."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="session")
def speech(recordings: Path) -> Iterator[Synthesizer]:
    with Synthesizer(Voice(), RATE, ClipCache(recordings), timeout=PATIENCE) as synthesizer:
        yield synthesizer


# --- what is heard ---------------------------------------------------------------------------------------


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
    assert np.abs(clip.samples[: max(clip.onset - round(0.005 * RATE), 0)]).max(initial=0.0) < 0.02 * peak
    after = clip.samples[clip.onset : clip.onset + round(0.03 * RATE)]
    assert np.abs(after).max() > 0.02 * peak


def test_the_onset_of_five_is_where_its_energy_begins(speech: Synthesizer) -> None:
    clip = speech.clip("five")

    def power(frames: int) -> Samples:
        return np.convolve(np.square(clip.samples), np.ones(frames) / frames, "valid")

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
def test_a_clip_has_the_rate_asked_for_and_the_same_timing(speech: Synthesizer, recordings: Path, rate: int) -> None:
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
def test_an_unknown_voice_is_named_and_the_way_out_too(tmp_path: Path, engine: None, name: str) -> None:
    with (
        Synthesizer(Voice(name), RATE, ClipCache(tmp_path), timeout=PATIENCE) as synthesizer,
        pytest.raises(SpeechError, match=rf'no voice "{name.replace("+", ".")}".*voicecoach voices'),
    ):
        synthesizer.clip("five")


@pytest.mark.parametrize("text", ["", "  \n", "...", "<>"])
def test_a_text_without_words_is_refused(tmp_path: Path, text: str) -> None:
    synthesizer = Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=BROKEN)
    for call in (synthesizer.clip, synthesizer.ready, lambda text: synthesizer.prefetch(["one", text])):
        with pytest.raises(ValueError, match="nothing to speak"):
            call(text)


def test_layout_and_markup_are_not_spoken(tmp_path: Path) -> None:
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), command=stand_in(tmp_path)) as synthesizer:
        synthesizer.clip(" hold\n  <b>still</b>\t[[rate 400]] ")
    assert lines(tmp_path / "said") == ["hold b still /b rate 400"]


# --- what is kept ----------------------------------------------------------------------------------------


def test_what_was_said_once_is_said_again_without_an_engine(speech: Synthesizer, recordings: Path) -> None:
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
        with Synthesizer(voice, RATE, ClipCache(tmp_path), command=stand_in(tmp_path)) as synthesizer:
            synthesizer.clip("five")
    assert lines(tmp_path / "said") == ["five", "five"]


@pytest.mark.parametrize("damage", ["shortened", "overwritten", "emptied", "another kind", "another length"])
def test_a_damaged_recording_is_never_played_but_made_anew(tmp_path: Path, damage: str) -> None:
    def say(command: tuple[str, ...]) -> Clip:
        with Synthesizer(Voice(), RATE, ClipCache(tmp_path / "cache"), command=command) as synthesizer:
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
            "another length": content[:22] + bytes([0, 1, 0, 0]) + content[26:],  # FLAC: samples in the stream
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
        os.utime(folder / f"{key}.flac", (1e9 - age, 1e9 - age))
    size = (folder / "new.flac").stat().st_size
    pruned = ClipCache(folder, limit=round(2.5 * size))
    pruned.store("newest", noise, 16_000)
    assert [pruned.load(key) is not None for key in ("new", "middle", "old")] == [True, True, False]


# --- who comes first -------------------------------------------------------------------------------------

GATE = """
while not (home / "open").exists():
    time.sleep(0.005)
"""


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
    texts = ["one", "three seconds left", SENTENCE, "Sit down, and put your foot on the chair in front of you."]
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


def test_closing_ends_the_child_and_the_waiting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    failures: list[SpeechError] = []
    synthesizer = Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=stand_in(tmp_path, GATE))

    def ask(text: str) -> None:
        with pytest.raises(SpeechError) as caught:
            synthesizer.clip(text)
        failures.append(caught.value)

    threads = [threading.Thread(target=ask, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    until(lambda: bool(lines(tmp_path / "lives")))
    synthesizer.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert [str(failure) for failure in failures] == ["Speech was closed before this text was rendered."] * 2
    assert not caplog.records
    if sys.platform != "win32":
        assert not is_running(int(lines(tmp_path / "lives")[0]))
    with pytest.raises(SpeechError, match="closed"):
        synthesizer.clip("three")
    assert synthesizer.ready("three") is None


def test_a_child_that_is_not_needed_any_more_leaves_and_another_comes_when_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Synthesizer(
        Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, idle=0.05, command=stand_in(tmp_path)
    ) as synthesizer:
        for life, text in enumerate(("one", "two"), start=1):
            assert synthesizer.clip(text)
            child = int(lines(tmp_path / "lives")[-1])
            assert len(lines(tmp_path / "lives")) == life
            if sys.platform != "win32":
                until(lambda child=child: not is_running(child))
    assert not caplog.records


def test_what_a_resting_voice_was_to_say_ahead_is_left_out(tmp_path: Path) -> None:
    command = stand_in(tmp_path, GATE)
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command) as synthesizer:
        synthesizer.prefetch(["one", "two", "three"])
        until(lambda: bool(lines(tmp_path / "lives")))
        synthesizer.rest()
        (tmp_path / "open").touch()
        assert synthesizer.clip("four")
        assert lines(tmp_path / "said") == ["one", "four"]
        assert synthesizer.clip("two"), "asked again, it speaks as before"


def test_a_resting_voice_has_no_child(tmp_path: Path) -> None:
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=stand_in(tmp_path)) as synthesizer:
        synthesizer.clip("one")
        synthesizer.rest()
        if sys.platform != "win32":
            child = int(lines(tmp_path / "lives")[-1])
            until(lambda: not is_running(child))
        assert synthesizer.clip("two"), "asked again, there is another"


# --- what goes wrong -------------------------------------------------------------------------------------


def test_speech_goes_on_after_the_child_was_killed(tmp_path: Path, engine: None) -> None:
    command = script(
        tmp_path,
        """
        import os, pathlib
        from voicecoach.tts.worker import main
        (pathlib.Path(__file__).parent / "lives").open("a").write(f"{os.getpid()}\\n")
        main()
        """,
    )
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command) as synthesizer:
        synthesizer.clip("one")
        os.kill(int(lines(tmp_path / "lives")[0]), signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        assert synthesizer.clip("two").seconds > 0.2
    assert len(lines(tmp_path / "lives")) == 2


TROUBLES = {
    "it dies in mid-sentence": "if life == 1: render(text, path, 0.5); os._exit(1)",
    "it hangs": "if life == 1: time.sleep(1000)",
    "it talks nonsense": "if life == 1: print('ALSA lib', flush=True)",
    "it writes nothing": "return life == 1",
    "it writes an empty file": "if life == 1: return pathlib.Path(path).touch() or True",
    "it writes no frames": "if life == 1: return render(text, path, 0) or True",
    "it cuts speech off": "if life == 1: return render(text, path, 0.05) or True",
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_an_engine_that_fails_once_is_replaced_and_the_sentence_is_whole(tmp_path: Path, trouble: str) -> None:
    timeout = 3.0 if "sleep" in trouble else PATIENCE
    command = stand_in(tmp_path, f"{trouble}\nreturn False")
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=timeout, command=command) as synthesizer:
        assert synthesizer.clip("Well done").seconds == pytest.approx(0.9, abs=0.01)
        pids = [int(pid) for pid in lines(tmp_path / "lives")]
        assert len(pids) == 2
        if sys.platform != "win32":
            assert not is_running(pids[0])


@pytest.mark.parametrize(
    ("trouble", "complaint"),
    [
        ("time.sleep(1000)", "no answer for 0.5 s"),
        ("os._exit(1)", "ended unexpectedly"),
        ("return render(text, path, 0) or True", "silence"),
        ("return render(text, path, 0.05) or True", "cut it off"),
        ("return True", "no readable sound"),
    ],
)
def test_an_engine_that_fails_twice_is_given_up_with_one_sentence(tmp_path: Path, trouble: str, complaint: str) -> None:
    timeout = 0.5 if "sleep" in trouble else PATIENCE
    command = stand_in(tmp_path, trouble)
    with (
        Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=timeout, command=command) as synthesizer,
        pytest.raises(SpeechError, match=rf'^"Well done" cannot be spoken: .*{complaint}.*\.$'),
    ):
        synthesizer.clip("Well done")
    assert len(lines(tmp_path / "lives")) == 2
    assert not list(tmp_path.glob("*.flac"))


def test_a_missing_engine_is_asked_for_once_and_what_to_install_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    command = script(
        tmp_path,
        """
        import pathlib, sys
        sys.modules["pyttsx3"] = None
        from voicecoach.tts import worker
        worker.provide_espeak = lambda: None
        (pathlib.Path(__file__).parent / "lives").open("a").write("born\\n")
        worker.main()
        """,
    )
    with Synthesizer(Voice(), RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command) as synthesizer:
        for text in ("one", "two"):
            with pytest.raises(SpeechError, match=r"voicecoach\[speech\].*espeak-ng"):
                synthesizer.clip(text)
        assert synthesizer.ready("three") is None
    assert lines(tmp_path / "lives") == ["born"]
    with pytest.raises(SpeechError, match=r"voicecoach\[speech\].*espeak-ng"):
        list_voices(PATIENCE, command=command)


HUNG = """
    import time
    from voicecoach.tts import worker

    def hang(desk, request):
        time.sleep(1000)

    worker.Desk.answer = hang
    worker.main()
"""


@pytest.mark.parametrize("hung", [False, True], ids=["idle", "hung"])
def test_the_child_leaves_when_its_parent_is_gone(tmp_path: Path, hung: bool) -> None:
    command = script(tmp_path, HUNG) if hung else WORKER_COMMAND
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    child.communicate(b'{"do": "voices", "engine": null, "language": "en"}\n', timeout=PATIENCE)
    assert child.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="speech is forked on Linux only")
def test_a_hung_engine_does_not_outlive_the_coach(tmp_path: Path) -> None:
    note = "import os, pathlib; pathlib.Path(__file__).with_name('pid').write_text(str(os.getpid())); time.sleep(1000)"
    child = subprocess.Popen(script(tmp_path, HUNG.replace("time.sleep(1000)", note)), stdin=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.write(b'{"do": "voices", "engine": null, "language": "en"}\n')
    child.stdin.flush()
    until(lambda: lines(tmp_path / "pid") != [])
    child.kill()
    child.communicate(timeout=PATIENCE)
    hung = int(lines(tmp_path / "pid")[0])
    assert hung != child.pid
    until(lambda: not is_running(hung))


# --- other systems ---------------------------------------------------------------------------------------

MAC = """
    # pyttsx3 with a driver that behaves as its macOS driver does: speech goes on in the loop, stopping cuts the
    # file, unknown voices are ignored, files are AIFF, and novelty voices come first.
    import sys, types
    import numpy as np, soundfile as sf
    from pyttsx3.voice import Voice
    from voicecoach.tts import worker

    class Driver:
        def __init__(self, proxy):
            self.proxy, self.left, self.looping = proxy, 0, False
            self.properties = {"voice": "anna", "rate": 200, "voices": [
                Voice("anna", "Anna", ["de_DE"]), Voice("albert", "Albert", ["en_US"]),
                Voice("samantha", "Samantha", ["en_US"])]}

        def getProperty(self, name):
            return self.properties[name]

        def setProperty(self, name, value):
            if name != "voice" or value in [voice.id for voice in self.properties["voices"]]:
                self.properties[name] = value

        def save_to_file(self, text, path):
            self.proxy.setBusy(True)
            self.path, self.left, self.done = path, len(text), 0

        def startLoop(self):
            self.looping, first = True, True
            while self.looping:
                if first:
                    first = False
                    self.proxy.setBusy(False)
                elif self.left:
                    self.left, self.done = self.left - 1, self.done + 1
                    if not self.left:
                        self.finish()
                        self.proxy.setBusy(False)

        def stop(self):
            if self.left:
                self.left = 0
                self.finish()

        def finish(self):
            pitch = {"anna": 200, "albert": 400, "samantha": 800}[self.properties["voice"]]
            time = np.arange(self.done * 2205) / 22050
            sf.write(self.path, np.sin(2 * np.pi * pitch * time) / 2, 22050, format="AIFF")

        def endLoop(self):
            self.looping = False

        def destroy(self):
            pass

    module = types.ModuleType("pyttsx3.drivers.mac")
    module.buildDriver = Driver
    sys.modules["pyttsx3.drivers.mac"] = module
    worker.main()
"""


def test_a_mac_finishes_every_sentence_in_an_english_voice(tmp_path: Path) -> None:
    voice = Voice(engine="mac")
    command = script(tmp_path, MAC)
    with Synthesizer(voice, RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command) as synthesizer:
        for text in ("first sentence", "a second and longer sentence", "third"):
            clip = synthesizer.clip(text)
            assert clip.seconds == pytest.approx(len(text) / 10, abs=0.02)
            spectrum = np.abs(np.fft.rfft(clip.samples))
            assert np.argmax(spectrum) / clip.seconds == pytest.approx(800, abs=5)


def test_a_mac_does_not_pass_over_an_unknown_voice(tmp_path: Path) -> None:
    voice = Voice("nobody", engine="mac")
    command = script(tmp_path, MAC)
    with (
        Synthesizer(voice, RATE, ClipCache(tmp_path), timeout=PATIENCE, command=command) as synthesizer,
        pytest.raises(SpeechError, match='no voice "nobody"'),
    ):
        synthesizer.clip("five")
