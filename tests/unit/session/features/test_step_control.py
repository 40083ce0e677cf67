"""Commands that change what is being done: again, without a side, more of it."""

from __future__ import annotations

import pytest

from tests.support.session_driver import (
    LINES,
    Talk,
    counting,
    only_replies,
    resting,
    stretching,
    work,
)
from voicecoach.content.exercise import Hold, Repetitions, Timed
from voicecoach.core.actions import Note, Play
from voicecoach.core.session_events import StepLeftOut
from voicecoach.session.plan.steps import WorkStep, rest_before

# --- again ---------------------------------------------------------------------------------------


def test_start_again_in_a_hold_says_a_word_counts_in_and_holds_for_the_full_time() -> None:
    talk = stretching().until("working", side="right").say("Restart", position=21.0)
    assert talk.said == LINES("restart.side", side="right")
    talk.played()
    assert (talk.state, work(talk).side) == ("working", "right")
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    assert [(cue.text, cue.at) for cue in play.script.cues if cue.at < 0] == [
        ("three", -3),
        ("two", -2),
        ("one", -1),
    ]
    assert play.position < -3
    assert play.script.seconds == pytest.approx(31.8)


def test_start_again_while_paused_forgets_what_had_been_done() -> None:
    talk = stretching().until("working").say("Pause", position=12.0).say("Restart").played()
    assert talk.state == "working"
    assert "Thirty seconds left" in talk.say("HowLongLeft", position=0.0).said


def test_start_again_in_the_rest_returns_to_the_set_that_was_just_done() -> None:
    talk = resting()
    assert work(talk).set_number == 2
    talk.say("Restart")
    assert (talk.state, work(talk).set_number) == ("announcing", 1)


def test_start_again_before_the_hold_explains_it_again() -> None:
    talk = stretching().until("positioning").say("Restart")
    assert LINES.sided(work(talk).exercise.setup[0], "left") in talk.said


# --- without a side -----------------------------------------------------------------------------


def test_skipping_this_side_goes_on_with_the_other_and_never_comes_back_to_it() -> None:
    talk = stretching().until("working", side="left").say("SkipSide", position=4.0)
    here = work(talk)
    assert (talk.state, here.side) == ("announcing", "right")
    assert "Right leg" in talk.said
    steps = [step for step in talk.session.flow.plan if isinstance(step, WorkStep)]
    sides = [step.side for step in steps if step.block == here.block]
    assert sides == ["right", "right"]
    (note,) = (
        one for one in talk.actions if isinstance(one, Note) and isinstance(one.event, StepLeftOut)
    )
    assert isinstance(note.event, StepLeftOut)
    assert (note.event.exercise, note.event.side) == (here.exercise.id, "left")


def test_two_sets_of_one_leg_are_rested_between() -> None:
    talk = stretching().until("working", side="left").say("SkipSide")
    flow = talk.session.flow
    assert rest_before(flow.plan, flow.index + 1) == 10


def test_skipping_the_last_side_goes_on_with_the_next_exercise() -> None:
    talk = stretching().until("working", side="left").say("SkipSide").until("working", side="right")
    first = talk.exercise
    assert talk.say("SkipSide").exercise != first
    assert talk.state == "announcing"


def test_the_side_to_come_can_be_left_out_by_its_name_while_the_count_goes_on() -> None:
    talk = stretching().until("working", side="left").say("SkipSide", position=4.0, side="right")
    assert talk.said == LINES("skip_side.later", side="right")
    assert only_replies(talk)
    assert talk.say("SkipSide", position=6.0, side="right").said == LINES(
        "skip_side.done", side="right"
    )
    talk.played()
    assert talk.until("working").session.flow.work.side == "left"  # type: ignore[union-attr]


def test_an_exercise_without_sides_has_none_to_skip() -> None:
    talk = counting("plank").say("SkipSide", position=3.0)
    assert talk.said == LINES("skip_side.none")
    assert only_replies(talk)


# --- more ---------------------------------------------------------------------------------------


def test_ten_more_seconds_lengthen_the_hold_on_its_beat() -> None:
    talk = stretching().until("working", side="left").say("More", position=26.0, seconds=10)
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    assert play.keep_clock
    assert [cue.at for cue in play.script.cues if cue.tone == "end"] == [40]
    assert talk.said.endswith("All right, ten seconds more.")
    assert work(talk.played()).dose.seconds == 30, "the other side is as long as it was"  # type: ignore[union-attr]


def test_how_long_is_left_knows_of_what_was_added() -> None:
    talk = stretching().until("working").say("More", position=20.0, seconds=5)
    assert "Fifteen seconds left" in talk.say("HowLongLeft", position=20.0).said


def test_a_number_alone_is_seconds_of_a_hold_and_repetitions_of_a_set() -> None:
    hold = stretching().until("working").say("More", position=5.0, count=10)
    assert isinstance(work(hold).dose, Hold)
    assert work(hold).seconds == 40
    squat = counting("chair-squat").say("More", position=12.0, count=2)
    dose = work(squat).dose
    assert isinstance(dose, Repetitions)
    assert dose.count == 12
    assert "two repetitions more" in squat.said


def test_two_more_repetitions_are_counted_and_the_last_is_still_announced() -> None:
    talk = counting("chair-squat").say("More", position=46.0, count=2)
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    assert play.keep_clock
    numbers = [cue.text for cue in play.script.cues if cue.line == "count" and cue.at > 46.0]
    assert numbers[-1] == "twelve"
    assert [cue.line for cue in play.script.cues].count("repetitions.last") == 1


def test_legs_that_alternate_get_as_many_each() -> None:
    talk = counting("walking-lunge-with-a-twist").say("More", position=12.0, count=1)
    dose = work(talk).dose
    assert isinstance(dose, Repetitions)
    assert dose.count == 12


def test_without_a_number_some_is_added() -> None:
    walk = Talk().say("StartRoutine", routine="leg").until("working").say("More", position=100.0)
    assert isinstance(work(walk).dose, Timed)
    assert work(walk).seconds == 330


@pytest.mark.parametrize(
    ("exercise", "slots", "answer"),
    [
        (
            "figure-four-stretch",
            {"count": 200},
            "Three minutes and fifty seconds is too long for one hold.",
        ),
        ("figure-four-stretch", {"seconds": 31}, "The longest that I count is one minute."),
        ("chair-squat", {"count": 200}, "That would make two hundred ten repetitions."),
        ("chair-squat", {"seconds": 10}, "goes by repetitions"),
        (
            "walk",
            {"seconds": 1800},
            "That would make thirty five minutes. The longest that I count is thirty minutes.",
        ),
    ],
)
def test_more_than_is_reasonable_is_declined_with_what_there_is_and_nothing_is_lost(
    exercise: str, slots: dict[str, int], answer: str
) -> None:
    talk = counting(exercise)
    before = work(talk)
    talk.say("More", position=4.0, **slots)
    assert answer in talk.said
    assert only_replies(talk)
    assert work(talk) == before


def test_more_while_resting_is_more_rest_and_what_is_still_to_be_said_comes_later() -> None:
    talk = resting()
    assert talk.script is not None
    assert talk.script.seconds == 60
    talk.say("More", position=20.0, seconds=30)
    assert talk.script.seconds == 90
    assert [cue.at for cue in talk.script.cues if cue.line == "rest.ten"] == [80]


def test_wait_never_shortens_a_rest() -> None:
    talk = resting().say("Wait", position=5.0)
    assert talk.script is not None
    assert talk.script.seconds == 60


def test_more_before_the_hold_is_more_time_to_get_there() -> None:
    talk = stretching().until("positioning").say("More", position=2.0, seconds=10)
    assert talk.script is not None
    assert talk.script.seconds == 18
    assert work(talk).seconds == 30


def test_a_quarter_of_an_hour_more_in_a_rest_is_a_pause_to_ask_for() -> None:
    talk = resting().say("More", position=5.0, seconds=900)
    assert "pause" in talk.said
    assert only_replies(talk)


def test_a_pause_keeps_what_was_added() -> None:
    talk = (
        stretching()
        .until("working")
        .say("Pause", position=20.0)
        .say("More", seconds=10)
        .say("Resume")
    )
    assert "Twenty seconds left" in talk.said
