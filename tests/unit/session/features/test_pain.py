"""It hurts: the exercise stops at once, the coach asks where and how much, and nothing goes on by
itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.intents import project_matcher
from tests.support.session_driver import LIBRARY, LINES, STATES, Talk, stretching
from voicecoach.core.actions import Note, StopAudio
from voicecoach.core.session_events import log_entry
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu.lint import spoken_parts
from voicecoach.session.profile.exercise_memory import ExerciseMemory

HAMSTRING = LIBRARY.exercises["standing-hamstring-stretch"]
HURTING = ("paused", "hurting")


def hurt(**slots: object) -> Talk:
    return (
        stretching(ExerciseMemory())
        .until("working", side="right")
        .say("Pain", position=12.0, **slots)
    )


def notes(talk: Talk) -> list[dict[str, object]]:
    return [
        data
        for action in talk.actions
        if isinstance(action, Note)
        for kind, data in [log_entry(action.event)]
        if kind == "pain"
    ]


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("idle", "checking")])
def test_everything_stops_at_once_and_the_coach_asks_where_and_how_much(state: str) -> None:
    talk = STATES[state]().say("Pain", position=9.0)
    assert isinstance(talk.actions[0], StopAudio)
    assert talk.state == "paused"
    assert "gently" in talk.said
    assert "Where does it hurt, and how much" in talk.said
    assert talk.session.states == HURTING


def test_where_it_hurts_is_not_asked_of_whoever_has_said_so() -> None:
    talk = hurt(place="left knee")
    assert "Where" not in talk.said
    assert "how much" in talk.said.lower()
    assert "rest of it" in talk.say("Rating", rating=2).said


@pytest.mark.parametrize("first", ["PainPlace", "Rating"])
def test_place_and_number_come_in_any_order(first: str) -> None:
    answers: dict[str, dict[str, Any]] = {"PainPlace": {"place": "calf"}, "Rating": {"rating": 6}}
    (second,) = set(answers) - {first}
    talk = hurt().say(first, **answers[first])
    assert talk.session.states == HURTING
    assert ("Where" if first == "Rating" else "How much") in talk.said
    talk.say(second, **answers[second])
    assert "We leave out" in talk.said
    what = {
        "when": "during",
        "rating": 6,
        "sharp": False,
        "place": "calf",
        "exercise": HAMSTRING.id,
        "side": "right",
    }
    assert notes(talk) == [what]


def test_both_may_be_said_at_once() -> None:
    assert "We leave out" in hurt().say("PainPlace", place="calf", rating=7).said


# --- what follows from the number ---------------------------------------------------------------


@pytest.mark.parametrize("answer", ["Yes", "Resume", "Ready"])
def test_a_little_pain_may_go_on_gently_where_it_was(answer: str) -> None:
    talk = hurt(place="calf").say("Rating", rating=3)
    assert talk.state == "paused", "never by itself"
    talk.say(answer)
    assert "Eighteen seconds left" in talk.said
    assert talk.played().state == "working"


@pytest.mark.parametrize("answer", ["Yes", "Easier", "Resume", "Ready"])
def test_some_pain_goes_on_in_the_easier_way_and_the_hold_begins_anew(answer: str) -> None:
    talk = hurt(place="calf").say("Rating", rating=4)
    assert "easier way" in talk.said
    assert talk.state == "paused"
    talk.say(answer)
    assert LINES.sided(HAMSTRING.easier, "right") in talk.said
    talk.played(2)
    assert talk.state == "working"
    assert talk.script is not None
    assert talk.script.seconds == pytest.approx(31.8)
    assert talk.session.flow.memory.way(HAMSTRING.id) == "easier"


def test_an_offer_of_the_easier_way_stands_however_long_it_takes() -> None:
    question = hurt(place="calf").say("Rating", rating=5).session.flow.question
    assert question is not None
    assert question.patience == float("inf")


def test_some_pain_in_the_easiest_way_leaves_it_out() -> None:
    talk = (
        stretching(ExerciseMemory({HAMSTRING.id: "easier"}))
        .until("working")
        .say("Pain", place="calf")
    )
    assert "nothing easier" in talk.say("Rating", rating=4).said
    assert talk.say("Yes").exercise == "standing-quad-stretch"


@pytest.mark.parametrize("answer", ["Yes", "Next", "Resume", "Ready"])
def test_much_pain_leaves_the_exercise_out_and_offers_the_next(answer: str) -> None:
    talk = hurt(place="calf").say("Rating", rating=6)
    assert HAMSTRING.name in talk.said
    assert "standing quad stretch" in talk.said
    assert "physiotherapist" in talk.said
    assert talk.played().state == "paused", "never by itself"
    talk.say(answer)
    assert (talk.state, talk.exercise) == ("announcing", "standing-quad-stretch")
    assert talk.session.flow.memory.way(HAMSTRING.id) == "usual", "today only"


def test_a_sharp_pain_leads_straight_to_leaving_out() -> None:
    talk = hurt(sharp=True)
    assert isinstance(talk.actions[0], StopAudio)
    assert "how much" not in talk.said
    assert "We leave out" in talk.said
    assert talk.say("Yes").exercise == "standing-quad-stretch"
    assert "We leave out" in hurt().say("Pain", sharp=True).said


@pytest.mark.parametrize(
    "later", [["withdraw"], ["No"], ["Stop"], ["No", "Stop"], ["withdraw", "Louder"]]
)
def test_what_hurt_too_much_is_never_gone_back_into_by_carrying_on(later: list[str]) -> None:
    talk = hurt(sharp=True)
    for one in later:
        if one == "withdraw":
            talk._take(talk.session.withdraw_question())
        else:
            talk.say(one)
    talk.say("Resume")
    assert (talk.state, talk.exercise) == ("announcing", "standing-quad-stretch")


def test_much_pain_in_the_last_exercise_ends_the_routine() -> None:
    talk = Talk(memory=ExerciseMemory()).say("StartRoutine", routine="quick")
    while talk.exercise != "straight-knee-calf-stretch":
        talk.say("Next")
    talk.until("working").say("Pain", sharp=True)
    assert "last one" in talk.said
    assert talk.say("Yes").state == "idle"
    assert "Well done" in talk.said


def test_silence_leaves_everything_waiting_with_the_ways_out() -> None:
    talk = hurt()
    talk._take(talk.session.withdraw_question())
    assert talk.state == "paused"
    assert "resume" in talk.said
    assert "next one" in talk.said
    assert notes(talk)[0]["rating"] is None
    assert "Eighteen seconds left" in talk.say("Resume").said


def test_a_number_without_a_place_has_to_do() -> None:
    talk = hurt().say("Rating", rating=8)
    talk._take(talk.session.withdraw_question())
    assert "We leave out" in talk.said
    assert "We leave out" in hurt().say("Rating", rating=8).say("DontKnow").said


@pytest.mark.parametrize(
    ("intent", "exercise", "state"),
    [
        ("Next", "standing-quad-stretch", "announcing"),
        ("Easier", HAMSTRING.id, "announcing"),
        ("Resume", HAMSTRING.id, "resuming"),
        ("Stop", HAMSTRING.id, "idle"),
    ],
)
def test_the_question_need_not_be_answered(intent: str, exercise: str, state: str) -> None:
    talk = hurt().say(intent)
    assert (talk.exercise, talk.state) == (exercise, state)
    assert "hurting" not in talk.session.states


def test_more_pain_while_it_is_asked_about_asks_again() -> None:
    talk = hurt().say("Pain")
    assert talk.session.states == HURTING
    assert "hurt" in talk.said


def test_a_red_flag_comes_first() -> None:
    talk = hurt().say("RedFlag", advice="call")
    assert talk.state == "alarmed"


@pytest.mark.parametrize(("state", "stops"), [("working", True), ("idle", False)])
def test_what_is_nearly_heard_as_pain_stops_a_routine_too(state: str, stops: bool) -> None:
    talk = STATES[state]()
    slots = {"place": "heel"}
    doubt = Understanding(
        "my eel hurts",
        Verdict.ASK,
        detail="near",
        intent="Pain",
        slots=slots,
        sentence="my heel hurts",
        score=85.0,
    )
    talk._take(talk.session.unclear(doubt, 4.0))
    assert ("Where does it hurt" in talk.said) == stops
    assert talk.state == ("paused" if stops else "idle")


# --- afterwards ---------------------------------------------------------------------------------


def test_where_it_hurt_is_said_again_when_the_coach_asks_how_the_legs_are() -> None:
    talk = (
        Talk(check_in=True, memory=ExerciseMemory())
        .say("StartRoutine", routine="quick")
        .say("Rating", rating=1)
    )
    talk.until("working").say("Pain", place="left knee").say("Rating", rating=2).say("Next")
    talk.say("Pain").say("PainPlace", place="calf").say("Rating", rating=7)
    while talk.state != "idle":
        talk.say("Next")
    assert "left knee and calf" in talk.said
    again = talk.say("StartRoutine", routine="quick").say("Rating", rating=1)
    while again.state != "idle":
        again.say("Next")
    assert "hurt" not in again.said.replace("Nothing should hurt", ""), (
        "another day, another routine"
    )


def test_the_coach_does_not_answer_its_own_question() -> None:
    for line in (
        "pain",
        "pain.ask",
        "pain.ask_how_much",
        "pain.where",
        "pain.how_much",
        "help.hurting",
        "rating.wait",
    ):
        for part in spoken_parts(LINES(line)):
            assert not project_matcher().understand(part, HURTING).accepted, (line, part)
