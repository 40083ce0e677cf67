"""What the user says about his or her age, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.session_driver import LIBRARY, LINES, Talk
from voicecoach.app.settings import load_settings
from voicecoach.content.exercise import Hold, Repetitions
from voicecoach.content.yaml_schema import ContentError
from voicecoach.core.actions import Note, Reply
from voicecoach.core.session_events import AgeTold
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.session import Session


def doses(talk: Talk) -> dict[str, int]:
    """Exercise -> seconds of its last hold, or repetitions of its last set."""
    steps = [step for step in talk.session.flow.plan if isinstance(step, WorkStep)]
    found = {step.exercise.id: step.dose.seconds for step in steps if isinstance(step.dose, Hold)}
    return found | {
        step.exercise.id: step.dose.count for step in steps if isinstance(step.dose, Repetitions)
    }


def test_older_people_get_their_doses_in_every_routine_that_follows_and_it_is_remembered() -> None:
    talk = Talk().say("Age", years=70)
    assert (
        talk.said
        == "Seventy. I hold each stretch for at least thirty seconds, and count at least ten repetitions."
    )
    assert Note(AgeTold(70)) in talk.actions
    assert doses(talk.say("StartRoutine", routine="quick"))["standing-quad-stretch"] == 30
    talk.say("Stop").say("StartRoutine", routine="strength")
    assert doses(talk)["split-lunge"] == 10
    assert doses(talk)["plank"] == 10, "no stretch"


def test_in_the_middle_of_a_routine_it_is_what_is_to_come_that_changes_and_the_count_goes_on() -> (
    None
):
    talk = (
        Talk()
        .say("StartRoutine", routine="quick")
        .say("Next")
        .until("working")
        .say("Age", position=6.0, years=70)
    )
    assert talk.state == "working"
    assert all(isinstance(action, Reply | Note) for action in talk.actions)
    work = talk.session.flow.work
    assert work is not None
    assert work.seconds == 15
    assert doses(talk)["straight-knee-calf-stretch"] == 30


def test_what_is_put_back_has_the_doses_too() -> None:
    talk = (
        Talk()
        .say("StartRoutine", routine="leg")
        .say("LeaveOut", without="split-lunge")
        .say("Age", years=70)
    )
    assert doses(talk.say("BringBack", without="split-lunge"))["split-lunge"] == 10


def test_younger_people_keep_the_usual_doses() -> None:
    talk = Talk().say("Age", years=40)
    assert talk.said == "Forty. Then the usual doses are right, up to the age of sixty five."
    assert doses(talk.say("StartRoutine", routine="quick"))["standing-quad-stretch"] == 15


@pytest.mark.parametrize(
    ("years", "answer"), [(8, "a grown up beside you"), (130, "How old are you"), (200, "age")]
)
def test_an_age_that_is_none_to_go_by_changes_nothing(years: int, answer: str) -> None:
    talk = Talk().say("Age", years=years)
    assert answer in talk.said
    assert talk.session.context.age is None
    assert not any(isinstance(action, Note) for action in talk.actions)


def test_the_age_can_be_set_once_and_for_all(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("age: 70\n", encoding="utf-8")
    talk = Talk()
    talk.session = Session(LIBRARY, LINES, age=load_settings(path).age)
    assert doses(talk.say("StartRoutine", routine="quick"))["standing-quad-stretch"] == 30


@pytest.mark.parametrize("age", ["7", "200", "old"])
def test_an_impossible_age_in_the_settings_is_told_with_its_line(tmp_path: Path, age: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(f"age: {age}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"settings\.yaml, line 1: age: must be "):
        load_settings(path)
