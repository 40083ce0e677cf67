"""Not understood: what the coach says, and when it says nothing more; and silence that lasts."""

from __future__ import annotations

import pytest

from tests.support.intents import project_matcher
from tests.support.session_driver import LINES, STATES, Talk, stretching
from tests.unit.engine.test_coach import Bench, NotingEar
from voicecoach.app.components import App
from voicecoach.audio.echo.control import HalfDuplexGate, NoMicrophone
from voicecoach.core.actions import Reply
from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.nlu.lint import spoken_parts
from voicecoach.playback.clip_source import SilentSource
from voicecoach.session.dispatch import NEAR_A_COMMAND
from voicecoach.session.features.fallback import Fallback
from voicecoach.session.features.nudge import NUDGE_AFTER
from voicecoach.session.profile.exercise_memory import ExerciseMemory

NEAR = Understanding(
    "how long is let",
    Verdict.REJECT,
    reject_reason=RejectReason.UNLIKE_ANY_COMMAND,
    detail="near a command",
    intent="HowLongLeft",
    score=NEAR_A_COMMAND + 5,
)
TALK = Understanding(
    "the cat is out",
    Verdict.REJECT,
    reject_reason=RejectReason.UNLIKE_ANY_COMMAND,
    detail="nothing like a command",
    intent="Next",
    score=NEAR_A_COMMAND - 5,
)
SPEAKING = [state for state in STATES if state != "working"]


def hear(talk: Talk, understanding: Understanding) -> Talk:
    talk._take(talk.session.unclear(understanding, 3.0))
    return talk


def only_a_tone(talk: Talk) -> bool:
    (action,) = talk.actions
    return isinstance(action, Reply) and [cue.tone for cue in action.cues] == ["unclear"]


@pytest.mark.parametrize("state", SPEAKING)
def test_it_says_what_can_be_said_then_in_other_words_and_then_there_is_only_a_tone(
    state: str,
) -> None:
    talk = hear(STATES[state](), NEAR)
    first = talk.said
    assert LINES("unclear") in first
    assert LINES(talk.session.context.feature(Fallback).line("help", talk.session.states)) in first
    second = hear(talk, NEAR).said
    assert second
    assert second not in first
    assert only_a_tone(hear(talk, NEAR))
    assert only_a_tone(hear(talk, NEAR))
    assert talk.state == state


def test_what_is_understood_begins_it_anew() -> None:
    talk = STATES["paused"]()
    for _ in range(3):
        hear(talk, NEAR)
    talk.say("Louder")
    assert LINES("unclear") in hear(talk, NEAR).said


def test_a_command_that_does_not_fit_is_one_of_those_things() -> None:
    reason = "not now: Alternative counts only when working"
    not_now = Understanding(
        "jog instead",
        Verdict.REJECT,
        reject_reason=RejectReason.NOT_NOW,
        detail=reason,
        intent="Alternative",
        score=100.0,
    )
    talk = hear(STATES["resting"](), not_now)
    assert "does not fit" in talk.said
    assert "does not fit" not in hear(talk, not_now).said
    assert only_a_tone(hear(talk, NEAR))


def test_a_count_goes_on_without_a_word() -> None:
    talk = hear(stretching().until("working"), NEAR)
    assert talk.actions == []
    assert talk.state == "working"


@pytest.mark.parametrize("state", STATES)
def test_talk_gets_no_answer(state: str) -> None:
    assert hear(STATES[state](), TALK).actions == []


def test_an_open_question_is_what_the_help_is_about() -> None:
    talk = hear(STATES["checking"](), NEAR)
    assert LINES("help.rating") in talk.said
    assert talk.session.states == ("checking", "rating")
    hurt = hear(stretching(ExerciseMemory()).until("working").say("Pain"), NEAR)
    assert LINES("help.hurting") in hurt.said


def test_after_a_red_flag_nothing_is_offered() -> None:
    assert only_a_tone(hear(stretching().until("working").say("RedFlag", advice="call"), NEAR))


def test_the_coach_could_not_obey_its_help() -> None:
    contexts = {
        "checking": ("checking", "rating"),
        "hurting": ("paused", "hurting"),
        "comfort": ("resting", "comfort"),
    }
    for line in LINES.texts:
        kind, _, state = line.partition(".")
        if kind in ("help", "again"):
            states = contexts.get(state, ("checking", "rating") if state == "rating" else (state,))
            for part in spoken_parts(LINES(line)):
                assert not project_matcher().understand(part, states).accepted, (line, part)


# --- silence that lasts -------------------------------------------------------------------------


SOON = 10.0
"""Seconds until the nudge in these tests."""


@pytest.fixture(params=[NoMicrophone, HalfDuplexGate], ids=["hearing", "deaf while it speaks"])
def paused(app: App, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("voicecoach.session.features.nudge.NUDGE_AFTER", SOON)
    bench = Bench(app, SilentSource(48_000), NotingEar(), echo=request.param())
    bench.type("start quick routine")
    bench.run(2)
    bench.type("pause")
    bench.run_until(lambda: not bench.coach.busy)
    return bench


def nudges(bench: Bench) -> int:
    return len([entry for entry in bench.said if entry.data["line"] == "nudge"])


def test_in_a_pause_that_lasts_the_coach_says_once_that_it_is_there(paused: Bench) -> None:
    paused.run(SOON - 1)
    assert nudges(paused) == 0
    paused.run(2)
    assert nudges(paused) == 1
    paused.run(3 * SOON)
    assert nudges(paused) == 1
    assert paused.coach.session.state == "paused"


def test_whoever_talks_in_the_room_need_not_be_told(paused: Bench) -> None:
    assert isinstance(paused.ear, NotingEar)
    paused.run(SOON - 2)
    paused.ear.hearing_speech = True
    paused.run(1)
    paused.ear.hearing_speech = False
    paused.run(SOON - 2)
    assert nudges(paused) == 0


def test_the_next_pause_has_a_nudge_of_its_own() -> None:
    talk = stretching().until("working").say("Pause", position=4.0)
    assert talk.session.nudge_after == NUDGE_AFTER
    talk._take(talk.session.nudge())
    assert "still here" in talk.said
    assert talk.session.nudge_after is None
    assert talk.say("Resume").say("Pause").session.nudge_after == NUDGE_AFTER


def test_whoever_asked_for_a_quarter_of_an_hour_has_it() -> None:
    talk = stretching().until("positioning").say("Wait", seconds=900)
    assert talk.state == "paused"
    assert talk.session.nudge_after == 900
    assert talk.say("Resume").say("Pause").session.nudge_after == NUDGE_AFTER, (
        "which was about that pause"
    )


@pytest.mark.parametrize("state", [state for state in STATES if state != "paused"])
def test_nobody_is_nudged_where_nothing_waits(state: str) -> None:
    assert STATES[state]().session.nudge_after is None


@pytest.mark.parametrize("state", ["checking", "comparing"])
def test_where_a_question_was_lost_the_nudge_pauses(state: str) -> None:
    talk = STATES[state]()
    talk.session.flow.question = None
    assert talk.session.nudge_after == NUDGE_AFTER
    talk._take(talk.session.nudge())
    assert talk.state == "paused"
    assert "still here" in talk.said
