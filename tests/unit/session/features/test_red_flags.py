"""Red flags: advice at once in every state, a question where it is not sure, and nothing that goes
on by itself."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.support.session_driver import INTENTS, LIBRARY, LINES, STATES, Talk, stretching
from tests.unit.engine.test_coach import Bench
from voicecoach.app.components import App
from voicecoach.core.actions import Leave, Note, Play, Reply, StopAudio
from voicecoach.core.session_events import RedFlagRaised
from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.playback.clip_source import SilentSource
from voicecoach.session.features.red_flags import ADVICE, REMINDER_AFTER
from voicecoach.session.flow.question import ANSWER_TIME
from voicecoach.session.session import Session

CHEST = Understanding(
    "my jest hurts",
    Verdict.ASK,
    detail="near",
    intent="RedFlag",
    slots={"advice": "call"},
    sentence="my chest hurts",
    score=83.0,
    urgent=True,
)
LEADING = [state for state in STATES if state not in ("idle", "paused")]
NUMBER = "one, one, two"


def doubt(talk: Talk, understanding: Understanding = CHEST, position: float = 12.0) -> Talk:
    talk._take(talk.session.unclear(understanding, position))
    return talk


def alarmed(advice: str = "call") -> Talk:
    return stretching().until("working").say("RedFlag", position=12.0, advice=advice)


# --- sure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "advice"), list(itertools.product(STATES, ADVICE)))
def test_in_every_state_all_falls_silent_and_the_advice_for_the_class_is_given(
    state: str, advice: str
) -> None:
    talk = STATES[state]().say("RedFlag", position=3.0, advice=advice)
    assert talk.state == "alarmed"
    assert any(isinstance(action, StopAudio) for action in talk.actions)
    assert talk.said == LINES(ADVICE[advice][0], number=NUMBER)
    assert "cannot judge" in talk.said
    assert NUMBER in talk.said
    assert [
        action.event.advice
        for action in talk.actions
        if isinstance(action, Note) and isinstance(action.event, RedFlagRaised)
    ]


@pytest.mark.parametrize("advice", ADVICE)
def test_the_most_important_part_comes_once_more_after_a_silence_and_then_nothing(
    advice: str,
) -> None:
    talk = alarmed(advice)
    assert talk.script is not None
    assert talk.script.cues[-1].gap == REMINDER_AFTER
    assert talk.played().said == LINES(ADVICE[advice][1], number=NUMBER)
    assert talk.played(5).actions == []
    assert talk.state == "alarmed"


def test_whoever_has_answered_is_not_reminded() -> None:
    assert alarmed().say("Help").played().actions == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("intent", [intent for intent in INTENTS if intent != "StartRoutine"])
def test_afterwards_no_command_goes_on_with_anything_and_each_is_answered(
    state: str, intent: str
) -> None:
    talk = STATES[state]().say("RedFlag", position=3.0, advice="rest")
    talk.say(intent, position=3.0, seconds=20)
    assert talk.said
    for _ in range(6):
        assert talk.state == "alarmed"
        assert all(
            action.script.seconds is None for action in talk.actions if isinstance(action, Play)
        )
        talk.played()


@pytest.mark.parametrize(
    "intent",
    ["Next", "Resume", "Stop", "Pause", "HowLongLeft", "WhichSide", "Ready", "ListRoutines"],
)
def test_commands_and_questions_get_one_short_line_which_does_not_cut_the_advice(
    intent: str,
) -> None:
    talk = alarmed().say(intent)
    assert talk.said == LINES("flag.over")
    assert all(isinstance(action, Reply) for action in talk.actions)


def test_what_does_not_count_now_gets_the_same_line() -> None:
    odd = Understanding(
        "next",
        Verdict.REJECT,
        reject_reason=RejectReason.NOT_NOW,
        detail="not now: Next counts only when working",
        intent="Next",
        score=100.0,
    )
    assert doubt(alarmed(), odd).said == LINES("flag.over")


def test_whoever_speaks_into_the_advice_hears_only_that_sentence_again() -> None:
    script = alarmed().script
    assert script is not None
    assert len(script.cues) >= 4
    assert all(re.fullmatch(r"[^.?!]+[.?!]", cue.text) for cue in script.cues)


def test_repeat_gives_the_advice_again() -> None:
    talk = alarmed("same_day").say("Repeat")
    assert talk.said == LINES("flag.same_day", number=NUMBER)


def test_it_still_hurts_brings_what_to_do() -> None:
    assert alarmed().say("Pain").said == LINES("flag.call.key", number=NUMBER)


def test_goodbye_ends_the_program() -> None:
    assert isinstance(alarmed().say("Goodbye").actions[-1], Leave)


def test_a_routine_begins_only_when_asked_for_again_after_the_advice_was_repeated() -> None:
    talk = alarmed().say("StartRoutine", routine="leg")
    assert talk.state == "alarmed"
    assert LINES("flag.call", number=NUMBER) in talk.said
    assert LINES("flag.start") in talk.said
    assert talk.say("StartRoutine", routine="quick").state == "announcing"
    assert talk.session.flow.index == 0


def test_after_another_red_flag_it_has_to_be_asked_for_twice_again() -> None:
    talk = alarmed().say("StartRoutine", routine="leg").say("RedFlag", advice="rest")
    assert talk.say("StartRoutine", routine="leg").state == "alarmed"


def test_the_routine_that_was_left_is_not_carried_on_with_even_later() -> None:
    talk = alarmed().say("StartRoutine", routine="leg").say("StartRoutine", routine="leg")
    assert talk.say("Stop").say("Resume").state == "resuming", "that is the new one"
    assert talk.session.flow.routine == "leg routine"


def test_a_lesser_sign_does_not_take_back_the_call_for_help_but_a_graver_one_counts() -> None:
    assert "at once, or ask" in alarmed("call").say("RedFlag", advice="rest").said
    assert "at once, or ask" in alarmed("rest").say("RedFlag", advice="call").said


def test_an_advice_that_is_not_known_is_a_call_for_help() -> None:
    assert alarmed("nonsense").said == LINES("flag.call", number=NUMBER)


# --- not sure -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in STATES if state != "idle"])
def test_where_it_is_not_sure_everything_waits_and_the_coach_asks(state: str) -> None:
    talk = doubt(STATES[state]())
    assert talk.state == "paused"
    assert any(isinstance(action, StopAudio) for action in talk.actions)
    assert talk.said == "Everything waits. Did you say my chest hurts?"
    assert "asking" in talk.session.states


@pytest.mark.parametrize("state", STATES)
def test_yes_brings_the_advice(state: str) -> None:
    talk = doubt(STATES[state]()).say("Yes")
    assert talk.state == "alarmed"
    assert talk.said == LINES("flag.call", number=NUMBER)


@pytest.mark.parametrize("state", LEADING)
def test_after_no_it_still_waits_until_it_is_told_to_go_on(state: str) -> None:
    talk = doubt(STATES[state]()).say("No")
    assert talk.said == "All right. Say resume when you want to carry on."
    assert talk.played(3).state == "paused"
    assert talk.say("Resume").state == ("checking" if state == "checking" else "resuming")


def test_the_place_in_the_count_is_kept_for_that() -> None:
    assert (
        "Eighteen seconds left" in doubt(stretching().until("working")).say("No").say("Resume").said
    )


def test_without_a_routine_no_is_the_end_of_it() -> None:
    talk = doubt(Talk()).say("No")
    assert (talk.state, talk.said) == ("idle", "All right.")


def test_a_question_that_nobody_answers_leaves_everything_waiting_and_says_whom_to_call() -> None:
    talk = doubt(stretching().until("working"))
    talk._take(talk.session.withdraw_question())
    assert (
        talk.said
        == f"I heard no answer. If something is wrong, call {NUMBER}. Say resume when you want to carry on."
    )
    assert talk.played(3).state == "paused"
    assert "asking" not in talk.session.states


def test_an_ordinary_question_that_nobody_answers_is_forgotten_without_a_word() -> None:
    nearly = Understanding(
        "nest", Verdict.ASK, detail="near (80)", intent="Next", sentence="next", score=80.0
    )
    talk = doubt(stretching().until("working"), nearly)
    assert talk.session.withdraw_question() == []


def test_what_did_you_say_brings_the_question_again() -> None:
    talk = doubt(stretching().until("working")).say("Repeat")
    assert "Did you say my chest hurts" in talk.said
    assert talk.say("Yes").state == "alarmed"


def test_no_lesser_question_takes_its_place() -> None:
    nearly = Understanding(
        "nest", Verdict.ASK, detail="near (80)", intent="Next", sentence="next", score=80.0
    )
    talk = doubt(doubt(stretching().until("working")), nearly)
    assert "Did you say my chest hurts" in talk.said
    assert talk.say("Yes").state == "alarmed"


def test_saying_it_again_is_an_answer() -> None:
    assert doubt(stretching().until("working")).say("RedFlag", advice="call").state == "alarmed"


# --- the number, and what is said ---------------------------------------------------------------


def test_the_number_is_the_one_that_was_set_digit_by_digit() -> None:
    talk = Talk()
    talk.session = Session(LIBRARY, LINES, "911")
    assert "Call nine, one, one at once" in talk.say("RedFlag", advice="call").said
    assert "one, one, two" not in talk.said


@pytest.mark.parametrize("line", [line for line in LINES.texts if line.startswith("flag.")])
def test_no_line_says_that_all_is_well(line: str) -> None:
    soothing = (
        r"\b(safe\w*|fine|okay|ok|well|harmless|normal|worry|nothing (to|serious)|no danger)\b"
    )
    assert not re.search(soothing, LINES.texts[line], re.IGNORECASE)
    assert not re.search(r"\d", LINES.texts[line]), "numbers in words"


# --- the whole coach, typed ---------------------------------------------------------------------


@pytest.fixture
def bench(app: App) -> Bench:
    bench = Bench(app, SilentSource(48_000))
    bench.type("start quick routine")
    bench.run_until(lambda: bench.coach.session.state == "working")
    bench.run(6)
    return bench


def test_a_count_is_cut_off_at_once(bench: Bench) -> None:
    before = len(bench.said)
    bench.type("my chest hurts")
    bench.run(60)
    said = [entry.data["line"] for entry in bench.said[before:]]
    assert list(dict.fromkeys(said)) == ["flag.call", "flag.call.key"]
    assert not bench.coach.busy


def test_nearly_a_red_flag_is_asked_about_and_silence_is_no_answer(bench: Bench) -> None:
    bench.type("i think my chest hurts")
    assert bench.coach.session.state == "paused"
    bench.run(ANSWER_TIME + 20)
    assert [entry.data["line"] for entry in bench.said][-3:] == [
        "flag.ask",
        "flag.unanswered",
        "flag.waiting",
    ]
    bench.type("yes")
    assert bench.coach.session.state == "paused", "nothing is being asked any more"


def test_a_question_that_was_asked_again_waits_for_its_answer_anew(bench: Bench) -> None:
    bench.type("i think my chest hurts")
    bench.run(6)
    bench.type("what did you say")
    bench.run(ANSWER_TIME + 20)
    assert bench.last(line="flag.unanswered")
