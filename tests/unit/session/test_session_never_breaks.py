"""Nothing that is said, and nothing that happens, breaks a session."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.random_conversations import SETTINGS, Running, Setting
from tests.support.random_events import AFTERWARDS, EVENTS, SITUATIONS, TYPICAL, Event
from tests.support.session_driver import LIBRARY, Talk
from voicecoach.content.library import Library
from voicecoach.content.routine import Routine, RoutineEntry
from voicecoach.session.profile.exercise_memory import ExerciseMemory


def one_stretch() -> Library:
    """A routine whose first exercise has two sides, and an alternative."""
    step = RoutineEntry(
        exercise="standing-hamstring-stretch", alternative="seated-hamstring-stretch"
    )
    routine = Routine(id="one", name="one stretch", about="one stretch", steps=(step,))
    return Library(LIBRARY.exercises, {"one": routine})


def paused_before_the_answer(library: Library = LIBRARY, routine: str = "leg") -> Talk:
    talk = Talk(library, check_in=True).say("StartRoutine", routine=routine).say("Pause")
    assert talk.state == "paused"
    return talk


# --- a pause while the coach asks how the legs are ----------------------------------------------


@pytest.mark.parametrize("intent", ["Restart", "Back", "Repeat", "Resume", "Ready"])
def test_a_pause_before_the_answer_leads_back_to_the_question(intent: str) -> None:
    talk = paused_before_the_answer().say(intent)
    assert talk.state == "checking"
    assert talk.session.context.question is not None
    assert talk.played().state == "checking"


@pytest.mark.parametrize("intent", ["Easier", "Harder", "CantDo", "Alternative", "SkipSide"])
def test_a_pause_before_the_answer_has_no_exercise_to_change(intent: str) -> None:
    talk = paused_before_the_answer(one_stretch(), "one")
    plan = talk.session.flow.plan
    talk.say(intent)
    assert talk.state == "paused"
    assert talk.said
    assert talk.session.flow.plan == plan
    assert talk.say("Resume").state == "checking"


@pytest.mark.parametrize("intent", ["Restart", "Back", "Repeat"])
def test_an_earlier_routine_is_not_led_into(intent: str) -> None:
    """The chart's history still has the place in the routine before."""
    talk = (
        Talk(check_in=True)
        .say("StartRoutine", routine="leg")
        .say("Next")
        .until("positioning")
        .say("Stop")
    )
    talk.say("StartRoutine", routine="stretch").say("Pause").say(intent).played()
    assert talk.state == "checking"


def test_pain_before_the_answer_pauses() -> None:
    talk = Talk(check_in=True).say("StartRoutine", routine="leg")
    talk.session.flow.question = None
    talk.say("Pain", place="left knee")
    assert talk.state == "paused"
    assert talk.said


def test_the_easier_way_for_a_pain_before_the_answer_keeps_the_question() -> None:
    talk = (
        paused_before_the_answer()
        .say("Pain", place="left knee")
        .say("Rating", rating=4)
        .say("Easier")
    )
    assert talk.state == "checking"
    assert talk.session.context.question is not None


def test_all_of_a_routine_is_not_left_out_before_the_answer() -> None:
    talk = paused_before_the_answer(one_stretch(), "one").say(
        "LeaveOut", without=["standing", "chair"]
    )
    assert talk.session.flow.plan
    assert talk.say("Next").state == "announcing"


# --- commands that were obeyed in silence -------------------------------------------------------


def test_the_alternative_is_had_while_the_place_is_being_said() -> None:
    talk = (
        Talk(one_stretch())
        .say("StartRoutine", routine="one")
        .until("working")
        .say("Pause")
        .say("Resume")
    )
    assert talk.state == "resuming"
    talk.say("Alternative")
    assert talk.state == "announcing"
    assert talk.exercise == "seated-hamstring-stretch"


@pytest.mark.parametrize("intent", ["Ready", "Resume"])
def test_ready_goes_on_from_the_offer_to_leave_a_new_stretch_out(intent: str) -> None:
    talk = (
        Talk(check_in=True, memory=ExerciseMemory())
        .say("StartRoutine", routine="stretch")
        .say("Rating", rating=5)
    )
    talk.say("Next").until("comparing").say("Comfort", comfort="much")
    assert talk.state == "comparing"
    talk.say(intent)
    assert talk.state == "announcing"
    assert talk.session.context.question is None


# --- every command, wherever a session is -------------------------------------------------------


def begun(situation: str) -> Running:
    setting = Setting(small=True, check_in=True, ways={}, broken_off=None, age=None)
    running = Running(setting.session())
    running.begin()
    running.happen_all(SITUATIONS[situation])
    return running


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_command_can_be_said_in_every_situation(situation: str) -> None:
    """A session that a command has left where it was is gone on with, which is quicker."""
    running = begun(situation)
    for command, then in zip(TYPICAL, cycle(AFTERWARDS), strict=False):
        before = running.place
        running.happen("command", command, 0.5)
        if running.place != before:
            running.happen_all(then)
            running = begun(situation)


@pytest.mark.parametrize("then", AFTERWARDS)
def test_whatever_moves_a_session_before_the_answer_can_be_followed_by_anything(
    then: Sequence[Event],
) -> None:
    for command in TYPICAL:
        running = begun("paused before the answer, after another routine")
        running.happen("command", command, 0.5)
        running.happen_all(then)


# --- anything -----------------------------------------------------------------------------------

EXAMPLES = int(os.environ.get("VOICECOACH_EXAMPLES", "120"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(SETTINGS, EVENTS)
def test_nothing_breaks_a_session(setting: Setting, events: list[Event]) -> None:
    running = Running(setting.session())
    running.begin()
    running.happen_all(events)
    running.end()
