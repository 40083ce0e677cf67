"""The loop: what it obeys, when it is quiet, and that it counts to the sample."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from functools import partial

import numpy as np
import pytest

from tests.conftest import silence
from voicecoach.app.components import App
from voicecoach.audio.echo.control import RELEASE, EchoControl, HalfDuplexGate, NoMicrophone
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Clip, Samples
from voicecoach.core.speech import Alternative, Endpoint, Hypothesis
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Hearing, NullListener, SpeechListener
from voicecoach.playback.clip_source import EagerSource, LiveSource, SilentSource
from voicecoach.playback.mixer import MIXER_PARAMS
from voicecoach.playback.resume_point import MAX_REWIND_S
from voicecoach.playback.tones import tone
from voicecoach.session.flow.question import ANSWER_TIME
from voicecoach.session.session import Session
from voicecoach.tts.synthesizer import Synthesizer
from voicecoach.turns.barge_in import LONGEST_YIELD

RATE = 48_000
MILLISECOND = RATE // 1000
QUIET = silence(BLOCK_SECONDS)


class NotingEar:
    """Keeps what it is fed; hears speech when it is told to."""

    def __init__(self) -> None:
        self.hearing_speech = self.in_utterance = False
        self.blocks: list[Samples] = []

    def feed(
        self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf
    ) -> list[Hypothesis]:
        self.blocks.append(samples)
        return []


class Bench:
    """A coach on the bench: step it, type to it, read what it said."""

    def __init__(
        self,
        app: App,
        source: EagerSource | LiveSource | SilentSource,
        ear: SpeechListener | None = None,
        echo: EchoControl | None = None,
        understand: Callable[[Hypothesis, Collection[str]], Understanding] | None = None,
        *,
        check_in: bool = False,
    ) -> None:
        session = Session(app.library, app.lines, check_in=check_in)
        hearing = Hearing(ear or NullListener(), echo or NoMicrophone())
        self.coach = Coach(RATE, session, source, understand or app.understand, hearing)
        self.ear = ear
        self.log: list[LogEvent] = []
        self.out: list[Samples] = []
        self.coach.listeners.append(self.log.append)

    def run(self, seconds: float, microphone: Samples = QUIET) -> None:
        for _ in range(round(seconds / BLOCK_SECONDS)):
            self.out.append(self.coach.process_block(microphone))

    def run_until(self, holds: Callable[[], bool], limit: float = 120.0) -> None:
        end = self.coach.now + limit
        while not holds():
            self.run(BLOCK_SECONDS)
            assert self.coach.now < end, self.said[-3:]

    def type(self, text: str) -> None:
        now = self.coach.now
        self.coach.hear(Hypothesis(text, now, now, now, endpoint=Endpoint.TYPED))

    def hears(self, text: str, start: float, end: float) -> LogEvent:
        """The recogniser has heard `text`; what the coach made of it."""
        self.coach.hear(Hypothesis(text, start, end, self.coach.now))
        return next(entry for entry in reversed(self.log) if entry.kind == "heard")

    @property
    def said(self) -> list[LogEvent]:
        return [entry for entry in self.log if entry.kind == "said"]

    def last(self, *, line: str | None = None, tone: str | None = None) -> LogEvent | None:
        found = [
            one
            for one in self.said
            if (one.data["tone"] if tone else one.data["line"]) == (tone or line)
        ]
        return found[-1] if found else None

    @property
    def sound(self) -> Samples:
        return np.concatenate(self.out)


def is_silent(bench: Bench) -> bool:
    return not bench.coach.busy


def in_the_first_hold(app: App, *lines: str) -> Bench:
    """A bench in the first hold of the quick routine, where `lines` were typed."""
    found = Bench(app, SilentSource(RATE))
    found.coach.begin()
    for line in ("start quick routine", "next", "ready", *lines):
        found.run(1)
        found.type(line)
    found.run(2)
    assert found.coach.session.state == "working"
    found.log.clear()
    return found


@pytest.fixture
def spoken_bench(app: App, coach_voice: Synthesizer) -> Bench:
    return Bench(app, EagerSource(coach_voice, RATE))


@pytest.fixture
def silent_bench(app: App) -> Bench:
    return Bench(app, SilentSource(RATE))


# --- whose voice it was -------------------------------------------------------------------------


def test_a_command_does_not_wait_for_the_end_of_an_answer(app: App) -> None:
    bench = Bench(app, SilentSource(RATE))
    bench.coach.begin()
    bench.run(15)
    bench.type("what can we do")
    bench.run(1)
    bench.type("start quick routine")
    bench.run(1)
    assert bench.last(line="routine.begin")


def test_the_coachs_own_words_are_not_obeyed(silent_bench: Bench) -> None:
    bench = silent_bench
    bench.coach.begin()
    bench.run(4)
    heard = bench.hears("start leg routine", 2.0, 3.5)
    assert (heard.data["verdict"], heard.data["reason"]) == ("reject", "the coach's own voice")
    assert bench.coach.session.state == "idle"


def test_the_same_words_are_obeyed_once_the_coach_is_silent(silent_bench: Bench) -> None:
    bench = silent_bench
    bench.coach.begin()
    bench.run_until(lambda: not bench.coach.busy)
    bench.run(3)
    heard = bench.hears("start leg routine", bench.coach.now - 1.5, bench.coach.now - 0.3)
    assert heard.data["verdict"] == "accept"
    assert bench.coach.session.state == "announcing"


def test_other_words_are_obeyed_while_the_coach_speaks(silent_bench: Bench) -> None:
    bench = silent_bench
    bench.coach.begin()
    bench.run(3)
    assert bench.hears("start stretch only", 1.5, 2.8).data["verdict"] == "accept"


class Echo(NoMicrophone):
    """An echo control that looks back on what was heard: so many dB of it vanish. `learning`: it
    does not know yet."""

    def __init__(self, echo_reduction_db: float | None, *, learning: bool = False) -> None:
        self._vanished, self.learning = echo_reduction_db, learning

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        return self._vanished


def over_the_coach(
    app: App, echo: Echo, *rivals: Alternative, prominence_db: float = np.inf
) -> LogEvent:
    """What becomes of a "stop" that is heard while the coach speaks."""
    bench = Bench(app, SilentSource(RATE), echo=echo)
    bench.coach.begin()
    bench.run(3)
    heard = Hypothesis(
        "stop", 1.5, 1.9, bench.coach.now, alternatives=rivals, prominence_db=prominence_db
    )
    bench.coach.hear(bench.coach.hearing.judged(heard))
    return next(entry for entry in reversed(bench.log) if entry.kind == "heard")


DOUBT = Alternative("said", 0.9)


def test_what_turns_out_to_be_an_echo_is_not_obeyed(app: App) -> None:
    heard = over_the_coach(app, Echo(8.0))
    assert (heard.data["verdict"], heard.data["reason"]) == (
        "reject",
        "the coach's own voice: 8 dB of it vanish",
    )
    assert over_the_coach(app, Echo(0.4)).data["verdict"] == "accept"


def test_what_stands_out_clearly_of_the_coach_counts_as_ever_and_the_rest_must_be_surer(
    app: App,
) -> None:
    assert over_the_coach(app, Echo(0.0), DOUBT, prominence_db=15.0).data["verdict"] == "accept"
    assert over_the_coach(app, Echo(0.0), DOUBT, prominence_db=8.0).data["verdict"] == "reject"
    assert over_the_coach(app, Echo(0.0), prominence_db=8.0).data["verdict"] == "accept"


def test_before_the_echo_is_known_it_must_be_surer_still(app: App) -> None:
    doubtful = (Alternative("said", 2.0),)
    assert over_the_coach(app, Echo(0.0, learning=True), *doubtful).data["verdict"] == "accept"
    assert over_the_coach(app, Echo(None, learning=True), *doubtful).data["verdict"] == "reject"
    assert over_the_coach(app, Echo(None, learning=True)).data["verdict"] == "accept"


def test_what_is_typed_is_never_the_coachs_voice(silent_bench: Bench) -> None:
    bench = silent_bench
    bench.coach.begin()
    bench.run(3)
    bench.type("start leg routine")
    assert bench.coach.session.state == "announcing"


# --- a question ---------------------------------------------------------------------------------


@pytest.fixture
def asked(app: App) -> Bench:
    """The coach has asked "did you say start leg routine?", and nobody speaks."""

    def understand(heard: Hypothesis, states: Collection[str]) -> Understanding:
        if heard.text == "start beg routine":
            slots = {"routine": "leg"}
            return Understanding(
                heard.text,
                Verdict.ASK,
                detail="near",
                intent="StartRoutine",
                slots=slots,
                sentence="start leg routine",
                score=80,
            )
        return app.understand(heard, states)

    bench = Bench(app, SilentSource(RATE), understand=understand)
    bench.type("start beg routine")
    bench.run_until(lambda: bench.last(line="ask") is not None)
    bench.run_until(lambda: not bench.coach.busy)
    return bench


def test_a_question_waits_for_its_answer(asked: Bench) -> None:
    asked.run(ANSWER_TIME - 0.5)
    asked.type("yes")
    assert asked.coach.session.state == "announcing"


def test_a_question_is_withdrawn_when_nobody_answers(asked: Bench) -> None:
    asked.run(ANSWER_TIME + 0.5)
    asked.type("yes")
    asked.run(1)
    assert asked.coach.session.state == "idle"


def test_a_question_is_answered_with_no(asked: Bench) -> None:
    asked.run(1)
    asked.type("no")
    asked.run(1)
    assert asked.last(line="ask.no") is not None
    assert asked.coach.session.state == "idle"


# --- half duplex --------------------------------------------------------------------------------


def test_without_a_canceller_the_coach_is_deaf_while_it_speaks_and_a_little_longer(
    app: App,
) -> None:
    ear = NotingEar()
    bench = Bench(app, SilentSource(RATE), ear=ear, echo=HalfDuplexGate())
    bench.type("help")
    bench.run(12, np.full_like(QUIET, 0.1))
    [greeting] = bench.said
    heard = np.array([block.any() for block in ear.blocks])
    spoke = np.flatnonzero(~heard) * BLOCK_SECONDS
    until = float(str(greeting.data["until"]))
    assert spoke[0] <= greeting.at + BLOCK_SECONDS
    assert not heard[round(spoke[0] / BLOCK_SECONDS) : round(until / BLOCK_SECONDS)].any()
    assert spoke[-1] == pytest.approx(until + RELEASE, abs=2 * BLOCK_SECONDS)
    assert heard[-10:].all()


# --- counting -----------------------------------------------------------------------------------


def lead_to_hold(bench: Bench) -> None:
    """Into the first thirty-second hold of the stretches, just before its count begins."""
    bench.run(0.2)
    bench.type("start stretch only")
    bench.type("next")
    bench.type("ready")
    assert bench.coach.session.state == "working"


def hold(
    bench: Bench, *, ask_at: float | None = None, speech: tuple[float, float] | None = None
) -> None:
    """Run a hold to its end. Ask how long is left at `ask_at` (s of the count); the ear hears
    speech between."""
    lead_to_hold(bench)
    asked = False
    while bench.coach.session.state == "working":
        position = bench.coach.position
        if ask_at is not None and not asked and position >= ask_at:
            bench.type("how long is left")
            asked = True
        if speech and isinstance(bench.ear, NotingEar):
            bench.ear.hearing_speech = speech[0] <= position < speech[1]
        bench.run(BLOCK_SECONDS)


def beats(bench: Bench, voice: Synthesizer) -> dict[str, int]:
    """Frame of the acoustic onset of each count and tone, as the log and the clips have it."""
    found = {}
    for entry in bench.said:
        line, name = entry.data["line"], entry.data["tone"]
        clip: Clip = tone(name, RATE) if name else voice.clip(str(entry.data["text"]))
        if name in ("start", "end") or line in ("hold.start", "hold.half", "count", "hold.end"):
            found[str(name or entry.data["text"])] = round(entry.at * RATE) + clip.onset
    return found


def energy_onset(sound: Samples, near: int) -> int:
    """Where sound begins around frame `near`: the first millisecond within 35 dB of the loudest one
    up to 150 ms later, looked for from 60 ms before."""
    begin = near - 60 * MILLISECOND
    energy = np.cumsum(np.square(sound[begin : near + 150 * MILLISECOND], dtype=np.float64))
    power = energy[MILLISECOND:] - energy[:-MILLISECOND]
    return begin + int(np.argmax(power >= power.max() / 3000))


EXPECTED = {
    "start": -0.45,
    "Hold": 0.0,
    "half way": 15.0,
    "five": 25.0,
    "four": 26.0,
    "three": 27.0,
    "two": 28.0,
    "one": 29.0,
    "end": 30.0,
    "And release": 30.45,
}


@pytest.mark.parametrize("ask_at", [None, 5.0, 17.0])
def test_a_hold_is_counted_to_the_sample(
    spoken_bench: Bench, coach_voice: Synthesizer, ask_at: float | None
) -> None:
    hold(spoken_bench, ask_at=ask_at)
    onsets = {text.lower(): at for text, at in beats(spoken_bench, coach_voice).items()}
    zero = onsets["hold"]
    seconds = {text: (at - zero) / RATE for text, at in onsets.items()}
    assert seconds == {text.lower(): at for text, at in EXPECTED.items()}
    assert (spoken_bench.last(line="left.work") is not None) == (ask_at is not None)


def test_an_answer_in_the_last_seconds_leaves_out_counts_but_moves_nothing(
    spoken_bench: Bench, coach_voice: Synthesizer
) -> None:
    hold(spoken_bench, ask_at=25.2)
    onsets = {text.lower(): at for text, at in beats(spoken_bench, coach_voice).items()}
    seconds = {text: (at - onsets["hold"]) / RATE for text, at in onsets.items()}
    assert "four" not in seconds, "the answer was being spoken"
    assert seconds["end"] == 30.0
    expected = {text.lower(): at for text, at in EXPECTED.items()}
    assert seconds.items() <= expected.items()


def test_the_sound_itself_falls_on_the_beat(spoken_bench: Bench, coach_voice: Synthesizer) -> None:
    """Measured in the samples that leave the loop: each count and tone against the same clip played
    alone."""
    hold(spoken_bench)
    sound = spoken_bench.sound
    onsets = beats(spoken_bench, coach_voice)
    measured = {}
    for text, at in onsets.items():
        clip = tone(text, RATE) if text in ("start", "end") else coach_voice.clip(text)
        alone = np.concatenate([silence(0.2, RATE), clip.samples, silence(0.2, RATE)])
        begins = round(0.2 * RATE) + clip.onset
        late = energy_onset(alone, begins) - begins
        measured[text.lower()] = energy_onset(sound, at) - late
    zero = measured["hold"]
    for text in ("five", "four", "three", "two", "one", "end", "half way"):
        seconds = EXPECTED[text]
        assert abs(measured[text] - zero - seconds * RATE) <= MILLISECOND, text


def test_a_count_is_audible_on_its_beat_to_the_ear(spoken_bench: Bench) -> None:
    """Without any knowledge of the clips: what sounds in a second of the count begins at the
    second."""
    hold(spoken_bench)
    first = spoken_bench.last(line="hold.start")
    end = spoken_bench.last(tone="end")
    assert first is not None
    assert end is not None
    zero = round(end.at * RATE) - 30 * RATE
    sound = spoken_bench.sound
    for second in (25, 26, 27, 28, 29, 30):
        at = zero + second * RATE
        onset = energy_onset(sound, at)
        assert abs(onset - at) < 40 * MILLISECOND, second


# --- ducking ------------------------------------------------------------------------------------


def test_while_somebody_speaks_the_coach_is_lower_and_the_count_stays(
    app: App, coach_voice: Synthesizer
) -> None:
    def bench() -> Bench:
        return Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar())

    plain, ducked = bench(), bench()
    hold(plain)
    hold(ducked, speech=(24.5, 27.5))
    assert beats(ducked, coach_voice) == beats(plain, coach_voice)
    five = beats(plain, coach_voice)["five"]
    zero = five - 25 * RATE
    full, low = plain.sound, ducked.sound
    begin, end = zero + round(24.7 * RATE), zero + round(27.4 * RATE)
    assert np.abs(full[begin:end]).max() > 0.1, "there is something to be lowered"
    np.testing.assert_allclose(
        low[begin:end], full[begin:end] * MIXER_PARAMS.ducked_gain, atol=1e-6
    )
    assert 20 * np.log10(MIXER_PARAMS.ducked_gain) == pytest.approx(-20)
    back = zero + round((27.6 + MIXER_PARAMS.unduck_s) * RATE)
    np.testing.assert_array_equal(low[back:], full[back:])
    np.testing.assert_array_equal(low[: zero + 24 * RATE], full[: zero + 24 * RATE])


class Learning(NoMicrophone):
    """Has not learnt yet how the coach is heard."""

    learning = True
    settled = False

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        return None


def test_until_its_echo_is_learnt_a_word_over_its_voice_must_be_surer(
    app: App, coach_voice: Synthesizer
) -> None:
    """Scraps of "a mat, a strap" were heard as "yes", of "straight down" as "faster"."""
    bench = Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar(), echo=Learning())

    def verdict(text: str, talk_behind: float, start: float) -> object:
        alternatives = (Alternative("house", talk_behind),)
        heard = Hypothesis(text, start, start + 0.4, bench.coach.now, alternatives=alternatives)
        bench.coach.hear(bench.coach.hearing.judged(heard))
        return next(entry for entry in reversed(bench.log) if entry.kind == "heard").data["verdict"]

    bench.coach.begin()
    bench.run(3.0)
    assert verdict("louder", 1.8, 2.0) == "reject"
    assert verdict("louder", 2.6, 2.0) == "accept"
    bench.run_until(lambda: not bench.coach.busy)
    bench.run(2.0)
    assert verdict("louder", 1.8, bench.coach.now - 0.6) == "accept", "the coach was silent"


def test_the_coach_does_not_take_its_own_echo_for_somebody(
    app: App, coach_voice: Synthesizer
) -> None:
    """Before the canceller has settled what sounds like a voice may be the coach's; in a pause it
    is not."""

    bench = Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar(), echo=Learning())
    assert isinstance(bench.ear, NotingEar)
    bench.coach.begin()
    bench.run(0.2)
    bench.ear.hearing_speech = True
    bench.run(1.0)
    assert not bench.coach.lowered
    bench.ear.hearing_speech = False
    bench.run_until(lambda: not bench.coach.busy)
    bench.run(2 * RELEASE)
    bench.ear.hearing_speech = True
    bench.run(0.1)
    assert bench.coach.lowered


# --- whose turn it is ---------------------------------------------------------------------------


def test_a_cough_breaks_a_sentence_off_and_it_goes_on_from_there(
    app: App, coach_voice: Synthesizer
) -> None:
    """Nothing of the greeting is lost, and hardly anything said twice."""
    bench, plain = (Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar()) for _ in range(2))
    assert isinstance(bench.ear, NotingEar)
    for one in (bench, plain):
        one.coach.begin()
        one.run(2.0)
    bench.ear.hearing_speech = True
    bench.run(1.0)
    coughing = bench.sound[-round(0.8 * RATE) :]
    bench.ear.hearing_speech = False
    for one in (bench, plain):
        one.run_until(partial(is_silent, one))
    assert np.abs(coughing).max() == 0, "it is silent within 200 ms"
    assert len(bench.said) == len(plain.said)
    longer = (len(bench.sound) - len(plain.sound)) / RATE
    assert 1.0 <= longer <= 1.0 + MAX_REWIND_S + 0.1
    end = plain.sound[-round(2.0 * RATE) : -round(0.2 * RATE)]
    assert np.correlate(bench.sound[-round(2.1 * RATE) :], end, "valid").max() == pytest.approx(
        end @ end, rel=1e-3
    )


def test_to_a_television_the_coach_does_not_yield_for_long(
    app: App, coach_voice: Synthesizer
) -> None:
    bench = Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar())
    assert isinstance(bench.ear, NotingEar)
    bench.coach.begin()
    bench.run(1.0)
    bench.ear.hearing_speech = True
    bench.run(LONGEST_YIELD)
    assert np.abs(bench.sound[-RATE:]).max() == 0
    bench.run_until(lambda: not bench.coach.busy, limit=20)
    assert np.abs(bench.sound[-2 * RATE :]).max() > 0.1


def test_a_coach_that_is_deaf_while_it_speaks_says_so_and_leaves_room_for_a_command(
    app: App, coach_voice: Synthesizer
) -> None:
    bench = Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar(), echo=HalfDuplexGate())
    bench.coach.begin()
    bench.type("start quick routine")
    bench.run_until(lambda: bench.coach.session.state == "positioning")
    said = [one for one in bench.said if one.data["line"] != "greeting"]
    for one, following in itertools.pairwise(said):
        assert following.at - float(str(one.data["until"])) >= RELEASE + 1.5, one.data["text"]


def test_who_cannot_be_heard_meanwhile_is_told(app: App, coach_voice: Synthesizer) -> None:
    for echo, told in ((HalfDuplexGate(), True), (NoMicrophone(), False)):
        bench = Bench(app, EagerSource(coach_voice, RATE), ear=NotingEar(), echo=echo)
        bench.coach.begin()
        bench.run_until(partial(is_silent, bench))
        assert (bench.last(line="greeting.turns") is not None) is told


def test_quieter_halves_what_is_played_from_then_on(spoken_bench: Bench) -> None:
    bench = spoken_bench

    def loudest(text: str) -> float:
        begun = len(bench.out)
        bench.type(text)
        bench.run_until(lambda: not bench.coach.busy)
        return float(np.abs(np.concatenate(bench.out[begun:])).max())

    before = loudest("help")
    loudest("quieter")
    assert loudest("help") == pytest.approx(before * 10 ** (-6 / 20), rel=0.01)


def test_stop_leaves_out_what_the_speaker_has_not_played_and_the_canceller_is_told(
    app: App,
) -> None:
    told: list[float] = []

    class Noting(NoMicrophone):
        def unplayed(self, seconds: float) -> None:
            told.append(seconds)

    bench = Bench(app, SilentSource(RATE), echo=Noting())
    bench.coach.begin()
    bench.run(2)
    bench.type("start quick routine")
    bench.run(2)
    assert not bench.coach.flushed
    bench.type("stop")
    assert bench.coach.flushed
    bench.coach.left_out(0.04)
    bench.run(1)
    assert not bench.coach.flushed
    assert told == [pytest.approx(0.04, abs=0.02)]


def test_the_reference_of_the_canceller_is_what_was_played(
    app: App, coach_voice: Synthesizer
) -> None:
    fars: list[Samples] = []

    class Noting(NoMicrophone):
        def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
            fars.append(far)
            return near

    bench = Bench(app, EagerSource(coach_voice, RATE), echo=Noting())
    bench.coach.begin()
    bench.run(6)
    played = bench.sound[::3]
    far = np.concatenate(fars)
    lag = int(np.argmax(np.correlate(far[: 4 * HEARING_RATE], played[: 3 * HEARING_RATE], "valid")))
    assert lag / HEARING_RATE <= 0.035, (
        "a canceller must hear of the sound before the microphone does"
    )
