"""Questions in mid-stretch: what is answered, and that the count goes on under it."""

from __future__ import annotations

import pytest

from tests.support.session_driver import LINES, Talk, stretching
from voicecoach.core.actions import Reply
from voicecoach.session.plan.duration import seconds_from
from voicecoach.session.plan.steps import WorkStep

ABOUT_THE_EXERCISE = ("WhichMuscle", "WhereToFeel", "DoingItRight", "WhyThis")


def right_hold() -> Talk:
    return stretching().until("working", side="right")


def work(talk: Talk) -> WorkStep:
    found = talk.session.flow.work
    assert found is not None
    return found


@pytest.mark.parametrize("question", [*ABOUT_THE_EXERCISE, "HowLongSession"])
def test_the_count_goes_on_under_the_answer(question: str) -> None:
    talk = right_hold()
    before = talk.script
    talk.say(question, position=9.0)
    assert talk.said
    assert all(isinstance(action, Reply) for action in talk.actions)
    assert (talk.state, talk.script) == ("working", before)


def test_the_muscle_is_named() -> None:
    assert "hamstrings" in right_hold().say("WhichMuscle", position=3.0).said


def test_where_it_should_be_felt_is_told_for_the_working_leg() -> None:
    talk = right_hold()
    expected = LINES.sided(work(talk).exercise.feel, "right")
    assert "right" in expected
    assert talk.say("WhereToFeel", position=3.0).said == expected


def test_whether_it_is_right_is_answered_with_what_the_user_can_check() -> None:
    talk = right_hold()
    said = talk.say("DoingItRight", position=3.0).said
    assert "cannot see you" in said
    assert LINES.sided(work(talk).exercise.feel, "right") in said
    assert LINES.sided(work(talk).exercise.mistake, "right") in said


def test_every_group_has_a_muscle_and_a_reason() -> None:
    for group in {
        exercise.group for exercise in stretching().session.context.library.exercises.values()
    }:
        for question in ("muscle", "why"):
            assert LINES(f"{question}.{group.replace(' ', '-')}")


@pytest.mark.parametrize("question", ABOUT_THE_EXERCISE)
def test_in_a_drink_there_is_no_exercise_to_ask_about(question: str) -> None:
    talk = Talk().say("StartRoutine", routine="leg")
    while talk.exercise != "water":
        talk.say("Next")
    assert talk.say(question).said == LINES("question.break")


def minutes_told(talk: Talk, position: float) -> str:
    return talk.say("HowLongSession", position=position).said


def test_the_time_left_in_the_session_shrinks_with_the_count() -> None:
    walk = Talk().say("StartRoutine", routine="leg").until("working")
    plan = walk.session.flow.plan
    assert minutes_told(walk, 0.0) == LINES(
        "left.routine", minutes=LINES.about(300 + seconds_from(plan, 1))
    )
    assert minutes_told(walk, 240.0) == LINES(
        "left.routine", minutes=LINES.about(60 + seconds_from(plan, 1))
    )


def test_a_pause_keeps_the_time_left_in_the_session() -> None:
    walk = Talk().say("StartRoutine", routine="leg").until("working")
    before = minutes_told(walk, 240.0)
    walk.say("Pause", position=240.0)
    assert minutes_told(walk, 0.0) == before
    walk.say("Resume")
    assert minutes_told(walk, 0.0) == before


def test_before_the_second_set_the_same_exercise_comes_next() -> None:
    talk = Talk().say("StartRoutine", routine="lower-back").say("Next").until("working")
    assert talk.say("WhatsNext", position=5.0).said == "After this comes the same one once more."
    talk.until("resting")
    assert talk.say("WhatsNext", position=3.0).said == "After this comes the same one once more."
    talk.until("positioning").until("working")
    assert "knees to chest" in talk.say("WhatsNext", position=5.0).said
