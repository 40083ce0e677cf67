"""Easier, harder, not at all: what changes now, what is remembered, and the question how a new
stretch was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.session_driver import LIBRARY, LINES, Talk, stretching
from voicecoach.core.actions import Note, Play, Reply, StopAudio
from voicecoach.core.session_events import ExerciseChosen, log_entry
from voicecoach.session.plan.steps import WorkStep, needs
from voicecoach.session.profile.exercise_memory import ExerciseChoice, ExerciseMemory

HAMSTRING = LIBRARY.exercises["standing-hamstring-stretch"]
FIGURE_FOUR = LIBRARY.exercises["figure-four-stretch"]


def step(talk: Talk) -> WorkStep:
    work = talk.session.flow.work
    assert work is not None
    return work


def at(exercise: str, routine: str = "leg", memory: ExerciseMemory | None = None) -> Talk:
    talk = Talk(memory=memory or ExerciseMemory()).say("StartRoutine", routine=routine)
    while talk.exercise != exercise:
        talk.say("Next")
    return talk


def held(memory: ExerciseMemory, routine: str = "stretch") -> Talk:
    """The first stretch of a routine has been held on both sides."""
    talk = (
        Talk(memory=memory)
        .say("StartRoutine", routine=routine)
        .say("Next")
        .until("working", side="right")
    )
    return talk.played()


def ways(talk: Talk) -> list[tuple[object, object]]:
    notes = [
        log_entry(one.event)[1]
        for one in talk.actions
        if isinstance(one, Note) and isinstance(one.event, ExerciseChosen)
    ]
    return [(data["exercise"], data["way"]) for data in notes]


# --- easier and harder --------------------------------------------------------------------------


def test_a_small_change_is_said_over_the_count_which_goes_on_with_it() -> None:
    memory = ExerciseMemory()
    talk = stretching(memory).until("working", side="right").say("Easier", position=9.0)
    assert talk.state == "working"
    assert all(not isinstance(action, Play) or action.keep_clock for action in talk.actions)
    assert LINES.sided(HAMSTRING.easier, "right") in talk.said
    assert memory.way(HAMSTRING.id) == "easier"
    assert ways(talk) == [(HAMSTRING.id, "easier")]


def test_another_position_is_explained_and_the_hold_begins_anew() -> None:
    talk = at("figure-four-stretch").until("working", side="left").say("Easier", position=21.0)
    assert talk.state == "announcing"
    assert LINES.sided(FIGURE_FOUR.easier, "left") in talk.said
    assert LINES.sided(FIGURE_FOUR.setup[0], "left") not in talk.said
    talk.played()
    assert talk.script is not None
    assert talk.script.seconds == 20.0, "there is time to get up from the mat and to the chair"
    talk.played()
    assert step(talk).side == "left"
    assert talk.script.seconds == pytest.approx(31.8)
    assert "Hold" in talk.said


def test_a_set_goes_on_from_the_repetition_at_which_the_position_changed() -> None:
    talk = at("walk").until("working").say("Easier", position=100.0)
    assert talk.state == "announcing"
    talk.say("Ready")
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    assert play.position == pytest.approx(96.5)
    assert [cue.text for cue in play.script.cues if cue.at < 100.0] == ["three", "two", "one"]


def test_the_easier_way_stays_for_the_other_side_the_next_set_and_the_next_time() -> None:
    memory = ExerciseMemory()
    talk = stretching(memory).until("working", side="left").say("Easier", position=9.0).played()
    talk.until("working", side="right")
    assert talk.script is not None
    assert LINES.sided(HAMSTRING.easier, "right") in [cue.text for cue in talk.script.cues]
    again = stretching(memory)
    assert LINES.sided(HAMSTRING.easier, "left") in again.said
    assert LINES.sided(HAMSTRING.setup[0], "left") in again.said, "it comes on top of the setup"


def test_harder_leads_back_to_the_usual_way_and_then_beyond_it() -> None:
    memory = ExerciseMemory({HAMSTRING.id: "easier"})
    talk = stretching(memory).until("working").say("Harder", position=5.0)
    assert "usual way" in talk.said
    assert HAMSTRING.cue in talk.said
    assert LINES.sided(HAMSTRING.harder, "left") in talk.say("Harder", position=8.0).said
    assert "as hard as it gets" in talk.say("Harder", position=11.0).said
    assert memory.way(HAMSTRING.id) == "harder"


def test_at_the_easiest_it_is_offered_to_leave_it_out_while_the_count_goes_on() -> None:
    memory = ExerciseMemory({HAMSTRING.id: "easier"})
    talk = stretching(memory).until("working").say("Easier", position=5.0)
    assert "nothing easier" in talk.said
    assert all(isinstance(action, Reply) for action in talk.actions)
    kept = stretching(memory).until("working").say("Easier", position=5.0).say("No", position=8.0)
    assert (kept.state, kept.exercise) == ("working", HAMSTRING.id)
    talk.say("Yes", position=8.0)
    assert (talk.state, talk.exercise) == ("announcing", "standing-quad-stretch")
    assert memory.way(HAMSTRING.id) == "left out"


def test_an_offer_stays_open_while_something_else_is_asked_and_can_be_heard_again() -> None:
    talk = (
        stretching(ExerciseMemory({HAMSTRING.id: "easier"}))
        .until("working")
        .say("Easier", position=5.0)
    )
    offer = talk.said
    talk.say("HowLongLeft", position=7.0)
    assert talk.say("Repeat", position=9.0).said == offer
    assert talk.say("Yes", position=12.0).exercise != HAMSTRING.id


def test_getting_into_position_takes_longer_when_the_way_changes_meanwhile() -> None:
    talk = stretching(ExerciseMemory()).until("positioning")
    assert talk.script is not None
    before = talk.script.seconds
    assert before is not None
    talk.say("Harder", position=2.0)
    assert talk.state == "positioning"
    assert talk.script.seconds is not None
    assert talk.script.seconds > before


def test_a_way_that_has_not_been_explained_to_the_end_gives_way_to_the_usual_one() -> None:
    talk = stretching(ExerciseMemory({HAMSTRING.id: "easier"})).say("Harder")
    assert talk.state == "announcing"
    assert LINES.sided(HAMSTRING.easier, "left") not in talk.said
    assert LINES.sided(HAMSTRING.setup[0], "left") in talk.said


def test_a_pause_is_no_obstacle() -> None:
    talk = stretching(ExerciseMemory()).until("working").say("Pause", position=12.0).say("Easier")
    assert talk.state == "paused"
    assert LINES.sided(HAMSTRING.easier, "left") in talk.said


def test_what_the_easier_way_needs_is_fetched_in_the_beginning() -> None:
    usual = Talk().say("StartRoutine", routine="glutes").session.flow.plan
    easier = Talk(memory=ExerciseMemory({FIGURE_FOUR.id: "easier"})).say(
        "StartRoutine", routine="glutes"
    )
    assert "chair" not in needs(usual)
    assert "chair" in needs(easier.session.flow.plan)


# --- not at all ---------------------------------------------------------------------------------


def test_what_cannot_be_done_is_left_out_now_and_the_next_time() -> None:
    memory = ExerciseMemory()
    talk = stretching(memory).until("working").say("CantDo", position=5.0)
    assert (talk.state, talk.exercise) == ("announcing", "standing-quad-stretch")
    assert HAMSTRING.name in talk.said
    again = Talk(memory=memory).say("StartRoutine", routine="stretch")
    assert f"I leave out {HAMSTRING.name}" in again.said
    assert "Eight exercises" in again.said
    assert again.say("Next").exercise == "standing-quad-stretch"


def test_where_there_is_an_alternative_it_is_offered_in_a_pause() -> None:
    memory = ExerciseMemory()
    talk = at("walk", memory=memory).until("working").say("CantDo", position=5.0)
    assert talk.state == "paused"
    assert any(isinstance(action, StopAudio) for action in talk.actions)
    assert "jog on the spot" in talk.said
    talk.say("Yes")
    assert (talk.state, talk.exercise) == ("announcing", "jog")
    assert at("jog", memory=memory).session.flow.index == 0, (
        "the next time it is in its place from the beginning"
    )


def test_an_alternative_that_is_not_wanted_either_is_left_out_and_silence_waits() -> None:
    talk = at("walk").say("CantDo")
    talk._take(talk.session.withdraw_question())
    assert talk.state == "paused"
    assert "resume" in talk.said
    assert at("walk").say("CantDo").say("No").exercise == "walking-lunge-with-a-twist"


def test_what_was_left_out_can_be_brought_back() -> None:
    memory = ExerciseMemory({HAMSTRING.id: "left out"})
    talk = Talk(memory=memory).say("StartRoutine", routine="stretch").say("BringBack")
    assert memory.way(HAMSTRING.id) == "usual"
    assert talk.say("Next").exercise == HAMSTRING.id
    late = (
        Talk(memory=ExerciseMemory({HAMSTRING.id: "left out"}))
        .say("StartRoutine", routine="stretch")
        .say("Next")
    )
    assert late.exercise == "standing-quad-stretch"
    late.say("BringBack")
    assert late.exercise == "standing-quad-stretch"
    assert late.say("Back").exercise == HAMSTRING.id
    assert "left out nothing" in stretching(ExerciseMemory()).say("BringBack").said


def test_a_routine_of_which_nothing_would_be_left_is_done_all_the_same() -> None:
    everything: dict[str, ExerciseChoice] = dict.fromkeys(LIBRARY.exercises, "left out")
    assert (
        Talk(memory=ExerciseMemory(everything)).say("StartRoutine", routine="quick").state
        == "announcing"
    )


# --- how was it? --------------------------------------------------------------------------------


def test_a_new_stretch_is_asked_about_once_both_sides_have_been_held() -> None:
    memory = ExerciseMemory()
    left = (
        Talk(memory=memory)
        .say("StartRoutine", routine="stretch")
        .say("Next")
        .until("working", side="left")
    )
    assert left.played().state == "announcing", "not between the sides"
    talk = held(ExerciseMemory())
    assert talk.state == "comparing"
    assert "too easy or too much" in talk.said
    assert talk.session.states == ("resting", "comfort")


@pytest.mark.parametrize("answer", ["fine", None])
def test_fine_or_silence_goes_on_and_it_is_never_asked_again(answer: str | None) -> None:
    memory = ExerciseMemory()
    talk = held(memory)
    if answer:
        talk.say("Comfort", comfort=answer)
    else:
        talk._take(talk.session.withdraw_question())
    assert talk.state == "announcing"
    assert (step(talk).side, step(talk).set_number) == ("left", 2)
    assert memory.way(HAMSTRING.id) == "usual"
    assert talk.until("working", side="right").played().state == "announcing", (
        "not after the second set"
    )
    assert held(memory).state == "announcing", "nor on another day"


@pytest.mark.parametrize(("intent", "slots"), [("Easier", {}), ("Comfort", {"comfort": "much"})])
def test_too_much_makes_the_next_set_easier_and_says_how_for_its_side(
    intent: str, slots: dict[str, Any]
) -> None:
    memory = ExerciseMemory()
    talk = held(memory).say(intent, **slots)
    assert LINES.sided(HAMSTRING.easier, "left") in talk.said
    assert step(talk).level == "easier"
    assert memory.way(HAMSTRING.id) == "easier"


@pytest.mark.parametrize(("intent", "slots"), [("Harder", {}), ("Comfort", {"comfort": "easy"})])
def test_too_easy_after_the_last_set_is_for_the_next_time(
    intent: str, slots: dict[str, Any]
) -> None:
    memory = ExerciseMemory()
    talk = held(memory, "quick").say(intent, **slots)
    assert "harder way next time" in talk.said
    assert talk.exercise == "standing-quad-stretch"
    assert memory.way(HAMSTRING.id) == "harder"


def test_too_much_of_the_easiest_is_offered_to_be_left_out() -> None:
    memory = ExerciseMemory()
    talk = (
        Talk(check_in=True, memory=memory)
        .say("StartRoutine", routine="quick")
        .say("Rating", rating=4)
    )
    talk.say("Next").until("working", side="right").played().say("Comfort", comfort="much")
    assert "Shall I leave it out" in talk.said
    assert talk.say("Yes").exercise == "standing-quad-stretch"
    assert memory.way(HAMSTRING.id) == "left out"


@pytest.mark.parametrize("intent", ["No", "silence"])
def test_an_offer_after_the_stretch_that_is_not_taken_goes_on(intent: str) -> None:
    talk = (
        Talk(check_in=True, memory=ExerciseMemory())
        .say("StartRoutine", routine="quick")
        .say("Rating", rating=4)
    )
    talk.say("Next").until("working", side="right").played().say("Comfort", comfort="much")
    if intent == "silence":
        talk._take(talk.session.withdraw_question())
    else:
        talk.say(intent)
    assert (talk.state, talk.exercise) == ("announcing", "standing-quad-stretch")


@pytest.mark.parametrize("intent", ["Ready", "Next", "DontKnow"])
def test_whoever_does_not_want_to_say_goes_on(intent: str) -> None:
    assert held(ExerciseMemory(), "quick").say(intent).exercise == "standing-quad-stretch"


def test_time_to_think_is_granted() -> None:
    talk = held(ExerciseMemory()).say("Wait")
    assert talk.state == "comparing"
    assert talk.session.states == ("resting", "comfort")


def test_a_stretch_whose_way_was_changed_in_mid_hold_needs_no_question() -> None:
    talk = stretching(ExerciseMemory()).until("working", side="left").say("Easier", position=9.0)
    assert talk.until("working", side="right").played().state == "announcing"


def test_nothing_but_stretches_is_asked_about() -> None:
    talk = at("plank").until("working").played()
    assert talk.state == "resting"


def test_while_something_else_is_asked_it_is_left_for_another_time() -> None:
    memory = ExerciseMemory()
    talk = stretching(memory).until("working", side="right")
    talk.session.flow.question = held(ExerciseMemory()).session.flow.question
    assert talk.played().state == "announcing"
    assert not memory.knows(HAMSTRING.id)


def test_without_a_memory_nothing_is_asked() -> None:
    assert stretching().until("working", side="right").played().state == "announcing"
