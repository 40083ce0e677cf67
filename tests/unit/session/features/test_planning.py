"""Sessions to measure and changes on the way, as they are asked for in a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.session_driver import LIBRARY, LINES, STATES, Talk
from voicecoach.app.components import App, Paths
from voicecoach.core.actions import Play, Reply, StopAudio
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.profile.past import NothingKnown
from voicecoach.session.session import Session


def leg(**slots: Any) -> Talk:
    return Talk().say("StartRoutine" if not slots else "PlanRoutine", routine="leg", **slots)


def at(exercise: str, talk: Talk | None = None) -> Talk:
    talk = talk or leg()
    while talk.exercise != exercise:
        assert talk.say("Next").state != "idle", exercise
    return talk


def coming(talk: Talk) -> list[str]:
    flow = talk.session.flow
    steps = [step for step in flow.plan[flow.index :] if isinstance(step, WorkStep)]
    return list(dict.fromkeys(step.exercise.id for step in steps))


# --- beginning ----------------------------------------------------------------------------------


def test_a_planned_session_begins_with_its_name_and_length_and_what_was_left_out() -> None:
    talk = Talk().say("PlanRoutine", seconds=900, muscle=["calves", "hamstrings"], elsewhere="arms")
    assert talk.state == "announcing"
    assert "Session for the calves and hamstrings." in talk.said
    assert "minutes" in talk.said
    assert "I have nothing for the arms." in talk.said
    left_out = leg(without="lunge")
    assert "I left out the lunges." in left_out.said
    assert not [one for one in coming(left_out) if "lunge" in one]


def test_where_there_is_no_plan_nothing_begins() -> None:
    talk = Talk().say("PlanRoutine", muscle="lower back", posture="standing")
    assert talk.state == "idle"
    assert "On the floor, I have the knees to chest" in talk.said
    for slots in (
        {"seconds": 120},
        {"seconds": 10800},
        {"routine": "leg", "without": "everything"},
    ):
        assert talk.say("PlanRoutine", **slots).state == "idle"
        assert len(talk.said.split(". ")) <= 2


def test_a_planned_session_can_be_led_to_its_end() -> None:
    talk = Talk().say("PlanRoutine", seconds=600)
    for _ in range(200):
        talk.played()
        if talk.state == "idle":
            break
    assert "everything" in talk.said


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("idle", "checking")])
def test_another_session_is_not_begun_in_the_middle_of_one(state: str) -> None:
    talk = STATES[state]().say("PlanRoutine", position=3.0, seconds=900)
    assert talk.state == state
    assert "We are in the middle of the " in talk.said
    assert all(isinstance(action, Reply) for action in talk.actions)


def test_after_a_red_flag_a_planned_session_has_to_be_asked_for_twice_like_any_other() -> None:
    talk = leg().say("RedFlag", advice="prompt").say("PlanRoutine", seconds=900)
    assert talk.state == "alarmed"
    assert talk.say("PlanRoutine", seconds=900).state == "announcing"


def test_strength_is_left_out_when_the_past_tells_of_strength_lately() -> None:
    class Yesterday(NothingKnown):
        def strength_lately(self) -> bool:
            return True

    talk = Talk()
    talk.session = Session(LIBRARY, LINES, past=Yesterday())
    assert (
        "Your muscles rest from the last strength work"
        in talk.say("StartRoutine", routine="leg").said
    )
    assert "chair-squat" not in coming(talk)


def test_who_knows_the_exercises_hears_a_line_about_each_and_is_done_sooner() -> None:
    class Often(NothingKnown):
        def known_exercises(self) -> frozenset[str]:
            return frozenset(LIBRARY.exercises)

    talk = Talk()
    full = talk.say("StartRoutine", routine="quick").said
    talk.session = Session(LIBRARY, LINES, past=Often())
    short = talk.say("StartRoutine", routine="quick").said
    walk = LIBRARY.exercises["walk"]
    assert walk.setup[1] in full
    assert walk.setup[1] not in short
    assert walk.reminder in short
    assert "in about six minutes" in full
    assert "in about five minutes" in short
    assert walk.setup[1] in talk.say("Repeat").said


def test_while_the_legs_are_asked_about_one_can_still_choose_another_session() -> None:
    talk = STATES["checking"]().say("PlanRoutine", seconds=900, muscle="calves")
    assert talk.state == "checking"
    assert "Session for the calves" in talk.said
    talk.say("Rating", rating=2)
    assert {LIBRARY.exercises[one].group for one in coming(talk)} <= {"warm-up", "calves"}


# --- leaving out on the way ---------------------------------------------------------------------


def test_what_is_left_out_on_the_way_does_not_come_any_more_and_the_count_goes_on() -> None:
    talk = leg().until("working").say("LeaveOut", position=5.0, without=["lunge", "plank"])
    assert talk.said == "All right, I leave out the lunges and the plank."
    assert all(isinstance(action, Reply) for action in talk.actions)
    assert talk.state == "working"
    assert coming(talk)[:3] == ["walk", "chair-squat", "glute-bridge"]
    assert "plank" not in coming(talk)


def test_what_is_being_done_is_left_at_once() -> None:
    talk = at("chair-squat").until("working").say("LeaveOut", position=5.0, without="squat")
    assert talk.exercise == "split-lunge"
    assert talk.state == "announcing"
    assert "I leave out the squats" in talk.said


def test_leaving_out_what_is_last_ends_the_routine() -> None:
    talk = at("split-lunge", Talk().say("StartRoutine", routine="leg")).say(
        "LeaveOut", without=["stretch", "floor", "walk"]
    )
    talk.say("LeaveOut", without="lunge")
    while talk.state != "idle":
        talk.played()
    assert "everything" in talk.said


def test_a_place_can_be_left_out_in_one_word() -> None:
    talk = leg().say("LeaveOut", without="floor")
    assert {LIBRARY.exercises[one].position for one in coming(talk)} == {"standing"}


def test_the_drink_can_be_left_out_and_one_being_had_ends() -> None:
    talk = leg().say("LeaveOut", without="water")
    assert all(isinstance(step, WorkStep) for step in talk.session.flow.plan)
    drinking = at("split-lunge").say("Next")
    assert drinking.exercise == "water"
    assert drinking.say("LeaveOut", without="water").exercise == "plank"


def test_what_is_not_to_come_any_more_is_kept_in_mind_for_today() -> None:
    talk = at("glute-bridge").say("LeaveOut", without="plank")
    assert talk.said == LINES("change.none")
    talk.say("Stop").say("StartRoutine", routine="strength")
    assert "plank" not in coming(talk)
    assert "I left out the plank." in talk.said


def test_leaving_out_everything_is_answered_with_the_way_to_end() -> None:
    talk = leg().until("working").say("LeaveOut", position=5.0, without="everything")
    assert "say stop" in talk.said
    assert talk.state == "working"
    assert Talk().say("LeaveOut", without="everything").said == LINES("plan.nothing_left")


def test_before_a_routine_it_holds_for_all_of_today() -> None:
    talk = Talk().say("LeaveOut", without="floor")
    assert talk.said == "All right, I leave out everything on the floor today."
    assert talk.state == "idle"
    assert "plank" not in coming(talk.say("StartRoutine", routine="leg"))


def test_a_pause_stays_one_when_something_later_is_left_out() -> None:
    talk = leg().until("working").say("Pause", position=9.0).say("LeaveOut", without="plank")
    assert talk.state == "paused"
    assert not any(isinstance(action, Play | StopAudio) for action in talk.actions)


def test_while_the_legs_are_asked_about_even_the_first_exercise_can_be_left_out() -> None:
    talk = (
        Talk(check_in=True)
        .say("StartRoutine", routine="leg")
        .say("LeaveOut", without=["walk", "lunge"])
    )
    assert talk.state == "checking"
    assert talk.say("Rating", rating=1).exercise == "chair-squat"
    talk = (
        Talk(check_in=True).say("StartRoutine", routine="calves").say("LeaveOut", without="calves")
    )
    assert talk.said == LINES("change.everything")
    assert coming(talk)[1] == "straight-knee-calf-stretch"


def test_what_is_never_wanted_is_not_planned() -> None:
    talk = at("knees-to-chest", Talk().say("PlanRoutine", muscle="lower back")).say("CantDo")
    assert "knees-to-chest" not in coming(talk.say("Stop").say("PlanRoutine", muscle="lower back"))
    assert "childs-pose" in coming(talk)


# --- bringing back ------------------------------------------------------------------------------


def test_what_was_left_out_comes_back_in_its_place() -> None:
    before = coming(leg())
    talk = leg().say("LeaveOut", without=["lunge", "plank"])
    assert talk.say("BringBack", without="lunge").said == "I put the lunges in again."
    assert coming(talk) == [one for one in before if one != "plank"]
    assert coming(talk.say("BringBack", without="plank")) == before


def test_what_was_left_out_from_the_beginning_can_come_back_too() -> None:
    talk = leg(without=["lunge", "floor"]).say("BringBack", without="lunge")
    assert coming(talk)[1:5] == [
        "walking-lunge-with-a-twist",
        "lateral-lunge-with-arm-circles",
        "chair-squat",
        "split-lunge",
    ]


def test_one_exercise_of_many_that_were_left_out_comes_back_alone() -> None:
    talk = Talk().say("LeaveOut", without="floor").say("BringBack", without="plank")
    assert talk.said == "All right, the plank may come again."
    talk.say("StartRoutine", routine="leg")
    assert "plank" in coming(talk)
    assert "glute-bridge" not in coming(talk)


def test_both_sides_and_all_sets_come_back() -> None:
    whole = leg().session.flow.plan
    talk = leg().say("LeaveOut", without="hamstrings").say("BringBack", without="hamstrings")
    assert talk.session.flow.plan == whole


def test_what_has_passed_is_too_late_and_what_is_to_come_is_told_to_be_so() -> None:
    talk = leg().say("LeaveOut", without="lunge")
    at("knees-to-chest", talk)
    assert (
        talk.say("BringBack", without="lunge").said
        == "The place for the lunges has passed. Another time, then."
    )
    assert (
        talk.say("BringBack", without="calves").said
        == "The stretches for the calves are still in the plan."
    )
    assert (
        "no plan for the jog"
        in Talk().say("StartRoutine", routine="quick").say("BringBack", without="jog").said
    )


def test_of_what_has_partly_passed_the_rest_comes_back() -> None:
    talk = at("chair-squat", leg(without="lunge")).say("BringBack", without="lunge")
    assert talk.said == "What is still to come of the lunges is in again."
    assert coming(talk)[1] == "split-lunge"


def test_with_legs_that_hurt_only_stretches_come_back_and_the_easier_versions() -> None:
    talk = (
        Talk(check_in=True)
        .say("PlanRoutine", routine="leg", without=["lunge", "calves"])
        .say("Rating", rating=7)
    )
    assert (
        talk.say("BringBack", without="lunge").said
        == "I put nothing back that is too much for today."
    )
    talk.say("BringBack", without="calves")
    flow = talk.session.flow
    back = [
        step for step in flow.plan if isinstance(step, WorkStep) and step.exercise.group == "calves"
    ]
    assert back
    assert {step.level for step in back} == {"easier"}


def test_nothing_was_left_out_and_nothing_is_brought_back() -> None:
    assert (
        Talk().say("BringBack", without="plank").said == "I was not going to leave out the plank."
    )


def test_the_last_thing_left_out_comes_back_without_being_named() -> None:
    talk = leg().say("LeaveOut", without="plank").say("LeaveOut", without="lunge").say("BringBack")
    assert talk.said == "I put the lunges in again."
    assert "plank" not in coming(talk)
    never = at("chair-squat").say("CantDo").say("BringBack")
    assert never.said == LINES("brought.back")


def test_an_exercise_that_was_never_wanted_comes_back_by_its_name() -> None:
    talk = at("chair-squat").say("CantDo")
    assert talk.say("BringBack", without="squat").said == LINES(
        "change.back.passed", things="the squats"
    )
    at("split-lunge", talk).say("CantDo").say("Stop").say("StartRoutine", routine="leg")
    assert "split-lunge" not in coming(talk)
    assert talk.say("BringBack", without="split-lunge").said == "I put the split lunge in again."
    assert "split-lunge" in coming(talk)


def test_everything_can_come_back_at_once() -> None:
    before = coming(leg())
    talk = (
        leg()
        .say("LeaveOut", without=["lunge", "floor", "water"])
        .say("BringBack", without="everything")
    )
    assert talk.said == "I put everything in again."
    assert coming(talk) == before
    assert not talk.session.context.left_out_today


# --- exercises of one's own ---------------------------------------------------------------------

HEEL_RAISE = """
exercises:
  heel-raise:
    {name: heel raise, group: strength, position: standing, sides: none, setup: [Stand tall.], reminder: Stand tall.,
     dose: {kind: repetitions, count: 10, phases: [{say: rise, seconds: 2, effort: true}]}, cue: Rise., feel: Calves.,
     mistake: Rise straight., easier: Rise a little., harder: Rise more., caution: Ask first.}
routines:
  mine: {name: sunrise routine, about: Up., steps: [{exercise: plank}, {exercise: heel-raise}]}
"""


def test_an_exercise_of_ones_own_is_left_out_and_brought_back_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(HEEL_RAISE, encoding="utf-8")
    app = App(Paths(routines=(tmp_path,)))
    app.folders = (tmp_path,)
    talk = Talk(app.library)
    for said, state, answer in [
        ("start my sunrise routine without the heel raise", "idle", "I left out the heel raise."),
        ("bring back the heel raise", "announcing", "the heel raise"),
        ("skip the heel raise", "announcing", "All right, I leave out the heel raise."),
    ]:
        understood = app.matcher.understand(said, (state,))
        assert understood.accepted, understood.detail
        assert answer in talk.obey(understood.command).said
    assert "heel-raise" not in coming(talk)
