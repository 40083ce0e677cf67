"""How the user is coached: counting, words, pace, volume. What is said takes effect at once, and is
remembered."""

from __future__ import annotations

import itertools

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
from voicecoach.app.builders import silent_coach
from voicecoach.app.components import App
from voicecoach.app.typed import run_fast
from voicecoach.core.actions import Note, Play, Volume
from voicecoach.core.session_events import PreferenceChanged
from voicecoach.engine.coach import LogEvent
from voicecoach.session.profile.preferences import Preferences
from voicecoach.session.script.counting import Counting


def noted(talk: Talk) -> dict[str, object]:
    """The preferences that were noted last."""
    return {
        key: value
        for action in talk.actions
        if isinstance(action, Note) and isinstance(action.event, PreferenceChanged)
        for key, value in action.event.changes.items()
    }


def counts(talk: Talk, style: str) -> list[tuple[str, float]]:
    """What is counted of the step when it is counted in a style."""
    script = Counting(LINES).work(work(talk), Preferences(counting=style))  # type: ignore[arg-type]
    return [(cue.text, cue.at) for cue in script.cues if cue.line == "count"]


def replayed(talk: Talk) -> Play:
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    return play


# --- counting -----------------------------------------------------------------------------------


def test_every_second_of_a_long_hold_is_counted() -> None:
    assert counts(stretching().until("working"), "every second") == [
        (LINES.number(second), second) for second in range(1, 30)
    ]


def test_every_fifth_second_is_counted() -> None:
    assert counts(stretching().until("working"), "every five") == [
        (LINES.number(second), second) for second in (5, 10, 15, 20, 25)
    ]


def test_the_numbers_run_backwards_to_one() -> None:
    found = counts(stretching().until("working"), "down")
    assert found[0] == ("twenty nine", 1)
    assert found[-1] == ("one", 29)
    squats = [text for text, _at in counts(counting("chair-squat"), "down")]
    assert squats == ["ten", "nine", "eight", "seven", "six", "five", "four", "three", "two", "one"]


def test_repetitions_are_counted_in_fives_and_led_by_words_between() -> None:
    assert [text for text, _at in counts(counting("chair-squat"), "every five")] == ["five", "ten"]


@pytest.mark.parametrize("exercise", ["figure-four-stretch", "chair-squat", "walk"])
def test_without_counting_the_tones_and_the_closing_word_stay(exercise: str) -> None:
    talk = counting(exercise)
    assert counts(talk, "none") == []
    cues = Counting(LINES).work(work(talk), Preferences(counting="none")).cues
    assert [cue.tone for cue in cues if cue.tone] == ["start", "end"]
    assert cues[-1].line.endswith(".end")
    assert not any(cue.line in ("hold.half", "timed.left", "repetitions.two_more") for cue in cues)


def test_what_is_being_counted_goes_on_in_the_new_way_on_its_beat() -> None:
    talk = stretching().until("working").say("CountStyle", position=8.0, counting="every second")
    play = replayed(talk)
    assert play.keep_clock
    assert play.moved == 0
    assert ("nine", 9) in [(cue.text, cue.at) for cue in play.script.cues]
    assert noted(talk) == {"counting": "every second"}
    assert talk.said.endswith(LINES("counting.every-second"))


def test_the_next_side_is_counted_in_the_new_way_too() -> None:
    talk = (
        stretching().until("working", side="left").say("CountStyle", position=8.0, counting="down")
    )
    talk.played().until("working", side="right")
    assert talk.script is not None
    assert talk.script.cues[2].text == "twenty nine"


def test_counting_set_in_the_count_in_does_not_begin_before_the_place_that_was_kept() -> None:
    talk = stretching().until("working").say("Pause", position=12.0).say("Resume").played()
    talk.say("CountStyle", position=9.5, counting="every second")
    script = replayed(talk).script
    assert [cue.text for cue in script.cues if 9.5 < cue.at < 12.0] == ["two", "one"]


@pytest.mark.parametrize("style", ["every second", "every five", "down", "none", "usual"])
def test_every_way_of_counting_can_be_set_before_a_routine(style: str) -> None:
    talk = Talk().say("CountStyle", counting=style)
    assert talk.said == LINES(f"counting.{style.replace(' ', '-')}")
    assert talk.session.preferences.counting == style


# --- words --------------------------------------------------------------------------------------


def test_few_words_leave_the_name_a_reminder_and_who_should_leave_it_out() -> None:
    talk = Talk().say("FewerWords").say("StartRoutine", routine="leg").say("Next")
    exercise = work(talk).exercise
    assert exercise.reminder in talk.said
    assert exercise.caution in talk.said
    assert exercise.setup[0] not in talk.said
    assert noted(Talk().say("FewerWords")) == {"words": "few"}


def test_few_words_offer_no_alternative_and_no_cue_in_the_hold() -> None:
    talk = (
        Talk().say("FewerWords").say("StartRoutine", routine="stretch").say("Next").until("working")
    )
    assert talk.script is not None
    assert not any(cue.line.startswith("exercise.") for cue in talk.script.cues)
    walk = Talk().say("FewerWords").say("StartRoutine", routine="leg")
    assert "rather" not in walk.said
    assert "rather" in Talk().say("StartRoutine", routine="leg").said


def test_an_announcement_is_cut_short_when_fewer_words_are_wanted() -> None:
    talk = stretching().say("FewerWords")
    assert talk.state == "announcing"
    assert talk.said.startswith(LINES("words.few"))
    assert LINES.sided(work(talk).exercise.reminder, "left") in talk.said
    assert LINES.sided(work(talk).exercise.setup[0], "left") not in talk.said


def test_repeat_gives_the_full_text_even_where_few_words_are_wanted() -> None:
    talk = stretching().say("FewerWords").until("working").say("Repeat", position=3.0)
    assert LINES.sided(work(talk).exercise.setup[0], "left") in talk.said


def test_full_instructions_explain_every_exercise_once_more() -> None:
    talk = stretching().say("FewerWords").until("working").say("FullInstructions", position=3.0)
    assert only_replies(talk) or noted(talk) == {"words": "usual"}
    first = work(talk).exercise
    talk.say("Next").say("Back")
    assert work(talk).exercise == first
    assert LINES.sided(first.setup[0], "left") in talk.said


# --- pace ---------------------------------------------------------------------------------------


def test_slower_stretches_the_repetitions_from_where_they_are() -> None:
    talk = counting("chair-squat")
    assert work(talk).unit == 5
    talk.say("Slower", position=12.0)
    play = replayed(talk)
    assert work(talk).unit == 6.25
    assert play.keep_clock
    assert play.moved == pytest.approx(-3.0), (
        "twelve seconds of the old pace are fifteen of the new"
    )
    assert talk.session.flow.position == pytest.approx(15.0)
    assert play.script.seconds == pytest.approx(62.5 + 1.8)
    assert noted(talk) == {"pace": "slow"}


def test_a_pause_after_slower_keeps_the_repetition() -> None:
    talk = (
        counting("chair-squat")
        .say("Slower", position=12.0)
        .say("Pause", position=15.0)
        .say("Resume")
    )
    assert "Eight repetitions left" in talk.said
    paused = counting("chair-squat").say("Pause", position=12.0).say("Faster").say("Resume")
    assert "Eight repetitions left" in paused.said


def test_a_hold_is_as_long_as_before() -> None:
    talk = stretching().until("working").say("Slower", position=5.0)
    assert not any(isinstance(action, Play) for action in talk.actions)
    assert work(talk).seconds == 30


def test_the_time_to_get_into_position_and_the_pauses_follow_the_pace() -> None:
    talk = Talk().say("StartRoutine", routine="stretch").say("Slower").say("Next")
    assert talk.script is not None
    assert {cue.gap for cue in talk.script.cues if cue.line.startswith("exercise.")} == {2.0}
    talk.until("positioning")
    assert talk.script.seconds == 10.0


def test_slower_in_an_announcement_makes_its_pauses_longer_and_goes_on_with_it() -> None:
    talk = stretching()
    assert talk.script is not None
    before = talk.script.cues
    talk.say("Slower")
    play = replayed(talk)
    assert play.keep_clock
    assert [cue.text for cue in play.script.cues] == [cue.text for cue in before]
    assert [cue.gap for cue in play.script.cues] == pytest.approx(
        [cue.gap * 1.25 for cue in before]
    )


def test_slower_gives_time_where_there_is_something_to_wait_for() -> None:
    talk = stretching().until("positioning").say("Slower")
    assert talk.script is not None
    assert talk.script.seconds == 20.0


def test_faster_takes_from_the_time_to_get_into_position_but_nothing_from_a_rest() -> None:
    talk = stretching().until("positioning").say("Faster", position=2.0)
    assert talk.script is not None
    assert talk.script.seconds == pytest.approx(6.4)
    late = stretching().until("positioning").say("Faster", position=7.8)
    assert late.script is not None
    assert late.script.seconds == pytest.approx(8.8), "it never ends at once"
    rest = resting().say("Faster", position=5.0)
    assert rest.script is not None
    assert rest.script.seconds == 60


def test_slower_makes_a_rest_longer() -> None:
    talk = resting().say("Slower", position=5.0)
    assert talk.script is not None
    assert talk.script.seconds == 75


@pytest.mark.parametrize(
    ("intent", "last"), [("Slower", "pace.slowest"), ("Faster", "pace.fastest")]
)
def test_the_pace_has_an_end_which_is_said(intent: str, last: str) -> None:
    talk = stretching().until("working")
    for _ in range(4):
        talk.say(intent, position=3.0)
    assert talk.said == LINES(last)
    assert only_replies(talk)


def test_slower_and_faster_lead_back_to_the_usual_pace() -> None:
    talk = counting("chair-squat").say("Slower", position=4.0).say("Faster", position=6.0)
    assert work(talk).unit == 5
    assert talk.session.flow.position == pytest.approx(4.8)


# --- volume -------------------------------------------------------------------------------------


def test_the_volume_goes_up_and_down_in_steps_and_ends_with_a_word() -> None:
    talk, levels = Talk(), []
    for intent in ["Louder"] * 3 + ["Quieter"] * 7 + ["Louder"]:
        talk.say(intent)
        levels += [action.decibels for action in talk.actions if isinstance(action, Volume)]
        assert talk.said
    assert levels == [6, 0, -6, -12, -18, -12]
    assert "as soft as" in talk.say("Quieter").say("Quieter").said


# --- remembered ---------------------------------------------------------------------------------


def test_a_session_begins_as_the_user_likes_it() -> None:
    talk = Talk(preferences=Preferences("every five", "few", "slow", -6))
    talk.greet()
    assert Volume(-6) in talk.actions
    talk.say("StartRoutine", routine="stretch").say("Next").until("positioning")
    assert talk.script is not None
    assert talk.script.seconds == 10.0
    talk.until("working")
    assert [cue.text for cue in talk.script.cues if cue.line == "count"][:2] == ["five", "ten"]


def test_what_is_so_already_is_not_noted_again() -> None:
    assert noted(Talk().say("CountStyle", counting="usual")) == {}


def beats(*lines: str) -> list[tuple[str, float]]:
    """What of a set of squats is said when, in a typed session."""
    coach = silent_coach(App(), 8000)
    log: list[LogEvent] = []
    coach.listeners.append(log.append)
    skips = ["+1 next"] * 3
    run_fast(coach, ["start strength only", *skips, "+1 ready", *lines, "+60"])
    start = next(entry.at for entry in log if entry.data.get("tone") == "start")
    kept = ("count", "repetitions.two_more", "repetitions.last", "repetitions.end")
    return [
        (str(entry.data["text"]), entry.at - start)
        for entry in log
        if entry.kind == "said" and entry.data["line"] in kept and entry.at > start
    ]


def test_slower_in_a_set_is_heard_from_the_next_repetition_and_loses_none() -> None:
    said = dict(beats("+13 slower"))
    usual = dict(beats())
    assert list(said)[-1] == "And relax"
    assert said["two"] == pytest.approx(usual["two"], abs=0.03)
    later = ["five", "six", "seven", "eight", "nine", "ten"]
    assert [said[b] - said[a] for a, b in itertools.pairwise(later)] == pytest.approx(
        [6.25] * 5, abs=0.03
    )
