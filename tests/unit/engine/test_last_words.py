"""A defect in the coach is told in a sentence, and the session can be resumed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.support.journal_builder import NOON, Clock, all_rows, lead
from tests.unit.engine.test_coach import RATE as BENCH_RATE
from tests.unit.engine.test_coach import Bench
from voicecoach.app.builders import coach_of, no_hearing
from voicecoach.app.components import App
from voicecoach.app.typed import hear_typed, run_fast
from voicecoach.audio.echo.control import NoMicrophone
from voicecoach.cli import main as cli
from voicecoach.cli import options
from voicecoach.core.audio import Clip, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Block, Hearing, NullListener
from voicecoach.engine.last_words import KEPT, LOST, LastWords
from voicecoach.engine.threaded_hearing import BackgroundHearing
from voicecoach.history.journal_access import open_journal
from voicecoach.playback.clip_source import SilentSource
from voicecoach.playback.player import Player
from voicecoach.session.session import Session

RATE = 8_000
QUIET = np.zeros(320, dtype=np.float32)
LEVEL = 0.25
STARTED = ("start strength only", "+1 skip the question", "+2 ready", "+20", "+1 ready", "+30")
"""Brings a session into the count of its walk, far enough to be carried on with."""


class BrokenError(RuntimeError):
    """What no code of the coach raises."""


def break_(*_args: object, **_more: object) -> None:
    raise BrokenError("snapped\nin two")


class LoudSource(SilentSource):
    """A sound of one level, in place of each sentence."""

    def ready(self, text: str) -> Clip | None:
        clip = super().ready(text)
        assert clip
        return Clip(np.full_like(clip.samples, LEVEL), clip.rate)


def seconds(text: str) -> float:
    clip = LoudSource(RATE).ready(text)
    assert clip
    return clip.seconds


class BreakingEar(NullListener):
    """Hears nothing, and then breaks."""

    def __init__(self) -> None:
        self.broken = False

    def feed(self, samples: Samples, **far: object) -> list[Hypothesis]:
        if self.broken:
            break_()
        return super().feed(samples, **far)


class Recorded:
    """A session that breaks, from its beginning to its last words; `out` is what was played of
    those."""

    def __init__(self, path: Path, app: App, clock: Clock, hearing: Hearing | None = None) -> None:
        self.said: list[str] = []
        self.out: list[Samples] = []
        self.error: VoicecoachError | None = None
        self._path, self._app, self._clock = path, app, clock
        self._hearing = hearing or no_hearing()

    def run(
        self, breaking: Callable[[Coach], None], *, play: Callable[[Samples], object] | None = None
    ) -> Recorded:
        with open_journal(self._path, self._clock) as journal_access:
            coach = coach_of(
                self._app, RATE, LoudSource(RATE), self._hearing, journal_access, remembers=False
            )
            coach.listeners.append(self._watch)
            words = LastWords(coach, self._app.lines, journal_access.past)
            run_fast(coach, STARTED)
            self._wait_for_the_journal()
            with pytest.raises(VoicecoachError) as raised, words.guarding(play or self.out.append):
                breaking(coach)
        self.error = raised.value
        return self

    def _wait_for_the_journal(self) -> None:
        """It is written in the background, in next to no time; the session took no time at all."""
        for _ in range(200):
            if all_rows(self._path, "work"):
                return
            threading.Event().wait(0.01)

    def _watch(self, entry: LogEvent) -> None:
        if entry.kind == "said":
            self.said.append(str(entry.data["line"]))

    @property
    def loud(self) -> float:
        """Seconds of the last words that were heard."""
        return float(np.count_nonzero(np.concatenate(self.out))) / RATE


@pytest.fixture(scope="module")
def app() -> App:
    return App()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


def in_a_handler(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicecoach.session.dispatch.HANDLERS", {"Pause": break_})
    hear_typed(coach, "pause")


def in_the_player(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Player, "tick", break_)
    coach.process_block(QUIET)


def in_the_session(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "passing", break_)
    for _ in range(100):
        coach.process_block(QUIET)


@pytest.mark.parametrize("breaking", [in_a_handler, in_the_player, in_the_session])
def test_a_defect_is_told_and_the_next_coach_offers_to_carry_on(
    breaking: Callable[[Coach, pytest.MonkeyPatch], None], app: App, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "journal.db"
    with pytest.MonkeyPatch.context() as monkeypatch:
        broken = Recorded(path, app, clock).run(lambda coach: breaking(coach, monkeypatch))
    assert broken.said[-1] == KEPT
    assert broken.loud == pytest.approx(seconds(app.lines(KEPT)), abs=0.01)
    message = str(broken.error)
    assert "BrokenError snapped in two" in message
    assert "your place is kept" in message
    assert "\n" not in message
    clock.pass_on(minutes=1)
    said = lead(app, path, clock, "+15 carry on", "+8")
    assert app.lines("kept.ask") in said
    assert any(text.startswith("Here comes the rest of it.") for text in said)


def test_a_defect_of_the_hearing_thread_is_told(app: App, clock: Clock, tmp_path: Path) -> None:
    ear = BreakingEar()
    hearing = BackgroundHearing(ear, NoMicrophone())

    def breaking(_coach: Coach) -> None:
        ear.broken = True
        for _ in range(100):
            hearing.feed(Block(QUIET, np.zeros(160, dtype=np.float32), False, ("idle",)))

    broken = Recorded(tmp_path / "journal.db", app, clock).run(breaking)
    hearing.close()
    assert broken.said[-1] == KEPT
    assert "BrokenError" in str(broken.error)


def test_where_sound_and_watchers_are_broken_too_the_sentence_is_left(
    app: App, clock: Clock, tmp_path: Path
) -> None:
    def breaking(coach: Coach) -> None:
        coach.listeners.insert(0, break_)
        coach.process_block(QUIET)
        coach.say("greeting")
        for _ in range(100):
            coach.process_block(QUIET)

    broken = Recorded(tmp_path / "journal.db", app, clock).run(breaking, play=break_)
    assert broken.said[-1] == KEPT
    assert "carry on" in str(broken.error)


def test_without_a_journal_no_place_is_promised(app: App, caplog: pytest.LogCaptureFixture) -> None:
    coach = coach_of(app, RATE, LoudSource(RATE), no_hearing(), remembers=False)
    said: list[LogEvent] = []
    coach.listeners.append(said.append)
    with (
        caplog.at_level(logging.DEBUG, "voicecoach"),
        pytest.raises(VoicecoachError, match="start it again"),
        LastWords(coach, app.lines, None).guarding(),
    ):
        break_()
    assert said[-1].data["line"] == LOST
    (record,) = [one for one in caplog.records if one.name == "voicecoach.engine.last_words"]
    assert record.exc_info
    assert record.levelno == logging.DEBUG  # only `-v` shows it


@pytest.mark.parametrize("error", [VoicecoachError("The speaker is lost."), BrokenPipeError()])
def test_what_the_user_can_mend_is_raised_as_it_is(error: Exception, app: App) -> None:
    coach = coach_of(app, RATE, LoudSource(RATE), no_hearing(), remembers=False)
    with pytest.raises(type(error)) as raised, LastWords(coach, app.lines, None).guarding():
        raise error
    assert raised.value is error


def test_a_defect_in_understanding_ends_nothing(app: App) -> None:
    def understand(heard: Hypothesis, states: object) -> Understanding:
        if heard.text == "wobble":
            break_()
        return app.understand(heard, states)  # type: ignore[arg-type]

    bench = Bench(app, SilentSource(BENCH_RATE), understand=understand)
    bench.coach.begin()
    bench.run(1)
    before = bench.coach.session.state
    bench.type("wobble")
    bench.run(8)
    assert bench.last(line="broken.heard")
    assert bench.coach.session.state == before
    bench.type("start quick routine")
    assert bench.coach.session.state == "announcing"


def test_preparing_that_breaks_leaves_the_thread_hearing() -> None:
    prepared = threading.Event()

    def prepare(_heard: Hypothesis, _states: object) -> None:
        prepared.set()
        break_()

    hearing = BackgroundHearing(BreakingEar(), NoMicrophone(), prepare)
    hearing._prepare_for(Hypothesis("stop", 0.0, 0.0, 0.0), ("idle",))
    hearing.close()
    assert prepared.is_set()


def test_a_typed_session_ends_in_one_sentence(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "app_of", lambda **_options: app)
    monkeypatch.setattr("voicecoach.session.dispatch.HANDLERS", {"StartRoutine": break_})
    result = CliRunner().invoke(cli.main, ["type"], input="start quick routine\n")
    assert result.exit_code == 1
    assert app.lines(LOST) in result.stdout
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: the coach is broken (BrokenError snapped in two, in ")
    assert "Traceback" not in result.output
