"""Another voice: found while the coach goes on, and it tells of itself."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.unit.engine.test_coach import RATE, Bench
from voicecoach.app.components import App
from voicecoach.playback.clip_source import EagerSource, LiveSource, SilentSource
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.renderer import SpeechError
from voicecoach.tts.synthesizer import Synthesizer, Voice
from voicecoach.tts.voice_switch import VARIANT, VoiceList, VoiceSwitch

Speaking = Callable[[Voice], Synthesizer]


@pytest.fixture
def speaking(speech_cache: Path) -> Speaking:
    return lambda voice: Synthesizer(voice, RATE, ClipCache(speech_cache))


@pytest.fixture
def ring(speaking: Speaking) -> Iterator[VoiceList]:
    found = VoiceList(Voice(), speaking, lambda _voice: ["gmw/en-us", "gmw/en-gb-x-rp"])
    yield found
    found.close()


def spoken_by(ring: VoiceList, times: int) -> list[str | None]:
    """The names of the next voices."""
    found = [ring.next(()) for _ in range(times)]
    return [one._voice.name if one else "none" for one in found]


def test_espeaks_other_speaker_comes_first_and_the_own_one_comes_round_again(
    ring: VoiceList,
) -> None:
    assert spoken_by(ring, 4) == [f"en-us{VARIANT}", "gmw/en-gb-x-rp", None, f"en-us{VARIANT}"]


def test_a_voice_that_comes_round_again_is_not_made_again(ring: VoiceList) -> None:
    found = [ring.next(()) for _ in range(9)]
    assert len({id(one) for one in found}) == 3


def test_a_voice_that_does_not_speak_any_more_holds_no_clips(
    coach_voice: Synthesizer, ring: VoiceList
) -> None:
    source = EagerSource(coach_voice, RATE, ring)
    held = []
    for _ in range(3):
        source.change_voice(["one", "two"])
        assert source.voice_changed()
        clip = source.ready("one")
        assert clip is not None
        held.append(weakref.ref(clip.samples))
        del clip
    assert [clip() is None for clip in held] == [True, True, False]


def test_other_engines_have_the_voices_that_they_list(speaking: Speaking) -> None:
    named = Voice(name="Samantha", engine="nsss")
    found = VoiceList(named, speaking, lambda _voice: ["Alex", "Samantha", "Daniel"])
    assert spoken_by(found, 3) == ["Alex", "Daniel", "Samantha"]
    found.close()


def test_an_engine_that_fails_has_no_other_voice(
    speaking: Speaking, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_voice: Voice) -> Sequence[str]:
        raise SpeechError("The engine has gone.")

    assert VoiceList(Voice(), speaking, fails).next(()) is None
    assert "The engine has gone." in caplog.text


def test_nobody_waits_for_an_engine_that_is_slow() -> None:
    let_go = threading.Event()

    class Slow(VoiceList):
        def __init__(self) -> None:
            self.asked = 0

        def next(self, texts: Iterable[str]) -> None:
            self.asked += 1
            let_go.wait(10)

    slow = Slow()
    changing = VoiceSwitch(slow)
    assert changing.end() is None
    changing.begin(())
    changing.begin(())
    assert changing.end() is None
    let_go.set()
    changing.wait()
    assert changing.end() == (None,)
    assert changing.end() is None, "it is told once"
    assert slow.asked == 1


def talking(app: App, source: EagerSource | LiveSource | SilentSource) -> Bench:
    bench = Bench(app, source)
    bench.coach.begin()
    bench.run_until(lambda: not bench.coach.busy)
    return bench


def test_by_voice_the_coach_speaks_with_another_one_and_says_so(
    app: App, coach_voice: Synthesizer, ring: VoiceList, speaking: Speaking
) -> None:
    bench = talking(app, EagerSource(coach_voice, RATE, ring))
    bench.type("change the voice")
    bench.run(5)
    said = bench.last(line="voice.changed")
    assert said
    begin = round(said.at * RATE)
    heard = bench.sound[begin : begin + RATE]
    assert not np.allclose(
        heard, coach_voice.clip(str(said.data["text"])).samples[:RATE], atol=0.01
    )
    with speaking(Voice(name=f"en-us{VARIANT}")) as other:
        np.testing.assert_allclose(
            heard, other.clip(str(said.data["text"])).samples[:RATE], atol=0.01
        )


def test_in_mid_hold_the_count_goes_on_in_the_new_voice(
    app: App, coach_voice: Synthesizer, ring: VoiceList
) -> None:
    bench = talking(app, EagerSource(coach_voice, RATE, ring))
    for line in ("start quick routine", "next", "ready"):
        bench.type(line)
        bench.run(1)
    bench.run_until(lambda: bench.coach.position > 4)
    bench.type("use another voice")
    bench.run_until(lambda: bench.coach.position > 12)
    beats = np.diff([entry.at for entry in bench.said if entry.data["line"] == "count"])
    assert len(beats) > 4
    np.testing.assert_allclose(
        beats, np.round(beats), atol=0.02
    )  # a clip begins up to 10 ms before its sound
    assert bench.last(line="voice.changed")


def test_where_there_is_no_other_voice_that_is_said(app: App, coach_voice: Synthesizer) -> None:
    bench = talking(app, EagerSource(coach_voice, RATE))
    bench.type("change the voice")
    bench.run(4)
    assert bench.last(line="voice.only")


def test_a_typed_session_says_it_too(app: App) -> None:
    bench = talking(app, SilentSource(RATE))
    bench.type("i don't like your voice")
    bench.run(4)
    assert bench.last(line="voice.changed")
