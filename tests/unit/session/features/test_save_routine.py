"""Sessions saved as routines of one's own, by voice."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.support.session_driver import LIBRARY, LINES, Talk
from voicecoach.app.routine_store import RoutineStore
from voicecoach.content.library import load_library
from voicecoach.content.routine import Routine
from voicecoach.session.features.save_routine import as_steps
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.profile.exercise_memory import ExerciseMemory
from voicecoach.session.profile.saved_routines import SaveResult
from voicecoach.session.session import Session


def talk_that_saves_in(folder: Path) -> Talk:
    talk = Talk()
    talk.session = Session(LIBRARY, LINES, save_routine=RoutineStore(folder).keep)
    return talk


def exercises(talk: Talk) -> list[str]:
    steps = [step for step in talk.session.flow.plan if isinstance(step, WorkStep)]
    return list(dict.fromkeys(step.exercise.id for step in steps))


def test_a_saved_session_is_there_at_once_and_after_the_coach_was_ended(tmp_path: Path) -> None:
    talk = talk_that_saves_in(tmp_path / "routines").say(
        "PlanRoutine", routine="leg", without="lunge"
    )
    wanted = exercises(talk)
    talk.say("SaveRoutine", routine="evening")
    assert talk.said == "Saved. From now on you have your own evening routine."
    assert talk.state == "announcing", "the session goes on"
    talk.say("Stop").say("StartRoutine", routine="evening")
    assert exercises(talk) == wanted

    later = Talk()
    later.session = Session(load_library("en", [tmp_path / "routines"]), LINES)
    assert exercises(later.say("StartRoutine", routine="evening")) == wanted


def test_holds_that_were_changed_and_water_are_saved_with_it() -> None:
    talk = Talk().say("StartRoutine", routine="calves").say("Next").until("working")
    talk.say("SetHold", seconds=40)
    steps = list(as_steps(talk.session.flow.plan))
    changed = next(step for step in steps if step.exercise == talk.exercise)
    assert changed.changes["seconds"] == 40
    assert [step.water for step in steps] == [
        step.water for step in LIBRARY.routines["calves"].steps
    ]


def test_what_a_file_may_not_say_is_not_saved(tmp_path: Path) -> None:
    # One repetition more of an exercise that alternates: its count would be odd.
    talk = talk_that_saves_in(tmp_path).say("StartRoutine", routine="leg")
    talk.say("Next")
    assert talk.exercise == "walking-lunge-with-a-twist"
    talk.until("working").say("More", position=1.0, count=1).say("SaveRoutine", routine="morning")
    assert "morning" in load_library("en", [tmp_path]).routines


def test_an_earlier_one_is_replaced_only_after_a_question(tmp_path: Path) -> None:
    talk = (
        talk_that_saves_in(tmp_path)
        .say("StartRoutine", routine="calves")
        .say("SaveRoutine", routine="daily")
    )
    talk.say("Stop").say("StartRoutine", routine="glutes").say("SaveRoutine", routine="daily")
    assert "Shall I put this one in its place?" in talk.said
    assert "stays as it is" in talk.say("No").said
    assert (
        exercises(talk.say("Stop").say("StartRoutine", routine="daily"))[1]
        == "straight-knee-calf-stretch"
    )
    talk.say("Stop").say("StartRoutine", routine="glutes").say("SaveRoutine", routine="daily")
    assert "Saved." in talk.say("Yes").said
    text = (tmp_path / "daily.yaml").read_text(encoding="utf-8")
    assert "figure-four" in text
    assert "calf-stretch" not in text


def test_a_file_that_the_user_wrote_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "evening.yaml").write_text("routines: {}\n", encoding="utf-8")
    talk = (
        talk_that_saves_in(tmp_path)
        .say("StartRoutine", routine="calves")
        .say("SaveRoutine", routine="evening")
    )
    assert "I leave that one alone" in talk.said
    assert (tmp_path / "evening.yaml").read_text(encoding="utf-8") == "routines: {}\n"
    assert "evening" not in talk.session.context.library.routines


def test_what_cannot_be_written_is_there_for_today(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "routines"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    talk = talk_that_saves_in(blocked).say("StartRoutine", routine="calves")
    with caplog.at_level(logging.WARNING):
        talk.say("SaveRoutine", routine="evening")
    assert "for today only" in talk.said
    assert "evening" in caplog.text
    assert talk.say("Stop").say("StartRoutine", routine="evening").state == "announcing"


def test_without_a_session_there_is_nothing_to_save() -> None:
    kept: list[Routine] = []

    def keep(routine: Routine) -> SaveResult:
        kept.append(routine)
        return "kept"

    talk = Talk()
    talk.session = Session(LIBRARY, LINES, memory=ExerciseMemory(), save_routine=keep)
    assert (
        talk.say("SaveRoutine", routine="evening").said
        == "There is no session yet that I could save."
    )
    assert kept == []


def test_a_routine_that_was_never_saved_is_answered_with_those_there_are() -> None:
    assert (
        "I do not have that routine. I have" in Talk().say("StartRoutine", routine="bedtime").said
    )
