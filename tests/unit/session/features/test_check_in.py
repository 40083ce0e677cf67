"""How do your legs feel? The question before a routine and after it, and what comes of the
answer."""

from __future__ import annotations

import pytest

from tests.support.intents import project_matcher
from tests.support.session_driver import LIBRARY, LINES, Talk
from tests.unit.engine.test_coach import Bench, NotingEar
from voicecoach.app.components import App
from voicecoach.audio.echo.control import HalfDuplexGate, NoMicrophone
from voicecoach.core.actions import Note, Reply, StopAudio
from voicecoach.core.session_events import log_entry
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu.lint import spoken_parts
from voicecoach.playback.clip_source import SilentSource
from voicecoach.session.flow.question import ANSWER_TIME
from voicecoach.session.plan.levels import STRETCHES
from voicecoach.session.plan.steps import WorkStep, make_plan

CHECKING = ("checking", "rating")


def asked(routine: str = "leg") -> Talk:
    return Talk(check_in=True).say("StartRoutine", routine=routine)


def rated(rating: int, routine: str = "leg") -> Talk:
    return asked(routine).say("Rating", rating=rating)


def to_the_end(talk: Talk) -> Talk:
    while talk.state != "idle":
        talk.say("Next")
    return talk


def notes(talk: Talk) -> list[dict[str, object]]:
    return [
        data
        for action in talk.actions
        if isinstance(action, Note)
        for kind, data in [log_entry(action.event)]
        if kind == "pain"
    ]


def works(talk: Talk) -> list[WorkStep]:
    return [step for step in talk.session.flow.plan if isinstance(step, WorkStep)]


# --- before -------------------------------------------------------------------------------------


def test_a_routine_begins_with_the_question_and_waits_for_the_answer() -> None:
    talk = asked()
    assert "How do your legs feel, nought to ten?" in talk.said
    assert talk.session.states == CHECKING
    assert talk.played().state == "checking"


@pytest.mark.parametrize("rating", [0, 3])
def test_little_pain_leaves_the_plan_as_it_is(rating: int) -> None:
    talk = rated(rating)
    assert talk.state == "announcing"
    assert "as planned" in talk.said
    assert talk.session.flow.plan == make_plan(LIBRARY.routines["leg"], LIBRARY)
    assert notes(talk) == [{"when": "before", "rating": rating}]


@pytest.mark.parametrize("rating", [4, 5])
def test_some_pain_brings_the_easier_version_of_everything(rating: int) -> None:
    talk = rated(rating)
    assert "easier version" in talk.said
    walk = LIBRARY.exercises["walk"]
    assert walk.easier in talk.said
    assert "jog" not in talk.said, "jogging is for less pain"
    assert len(works(talk)) == len(
        [step for step in make_plan(LIBRARY.routines["leg"], LIBRARY) if step.seconds != 20]
    )
    talk.say("Next")
    assert LIBRARY.exercises["walking-lunge-with-a-twist"].easier in talk.said


def test_the_easier_version_is_what_is_said_in_mid_hold() -> None:
    talk = rated(4, "stretch").say("Next").until("working")
    work = talk.session.flow.work
    assert work is not None
    assert LINES.sided(work.exercise.easier, work.side) in talk.said
    assert LINES.sided(work.exercise.cue, work.side) not in talk.said


@pytest.mark.parametrize("rating", [6, 10])
def test_much_pain_leaves_stretches_only_and_advises_to_have_it_looked_at(rating: int) -> None:
    talk = rated(rating)
    assert talk.state == "announcing"
    assert {step.exercise.group for step in works(talk)} <= STRETCHES
    assert all(step.level == "easier" for step in works(talk))
    assert "physiotherapist" in talk.said
    assert "Six exercises" in talk.said, "what is announced is what will be done"


def test_much_pain_and_nothing_but_strength_offers_a_routine_with_stretches() -> None:
    talk = rated(7, "strength")
    assert talk.state == "idle"
    assert "no stretch in it" in talk.said
    assert "stretch only" in talk.said
    talk.say("Yes")
    assert talk.state == "announcing", "it was asked how the legs are already"
    assert {step.exercise.group for step in works(talk)} <= STRETCHES
    assert all(step.level == "easier" for step in works(talk))


def test_an_offer_that_is_not_taken_leaves_nothing_behind() -> None:
    talk = rated(7, "strength").say("No")
    assert talk.state == "idle"
    assert "rest" in talk.said.lower()
    assert "nothing to carry on" in talk.say("Resume").said


@pytest.mark.parametrize("intent", ["Next", "DontKnow", "Ready", "Resume"])
def test_the_question_can_be_left_out_and_is_not_asked_afterwards_if_it_was_not_wanted(
    intent: str,
) -> None:
    talk = asked("quick").say(intent)
    assert talk.state == "announcing"
    assert talk.session.flow.plan == make_plan(LIBRARY.routines["quick"], LIBRARY)
    wanted = intent not in ("Next", "DontKnow")
    assert ("legs feel" in to_the_end(talk).said) == wanted


def test_silence_is_asked_once_more_in_other_words_and_then_the_routine_begins() -> None:
    talk = asked()
    first = talk.said
    talk._take(talk.session.withdraw_question())
    assert talk.state == "checking"
    assert talk.said
    assert talk.said not in first
    assert talk.session.states == CHECKING
    talk._take(talk.session.withdraw_question())
    assert talk.state == "announcing"
    assert "heard no number" in talk.said


@pytest.mark.parametrize(
    "intent", ["Help", "Repeat", "Louder", "Wait", "ListRoutines", "Pain", "Back"]
)
def test_what_else_is_said_is_answered_and_the_question_stays_open(intent: str) -> None:
    talk = asked().say(intent)
    assert talk.said
    assert talk.session.states == CHECKING
    assert talk.say("Rating", rating=4).state == "announcing"


def test_help_tells_how_to_answer() -> None:
    assert "nought to ten" in asked().say("Help").said


def test_a_pause_comes_back_to_the_question() -> None:
    talk = asked().say("Pause")
    assert talk.state == "paused"
    talk.say("Resume")
    assert talk.state == "checking"
    assert "legs feel" in talk.said
    assert talk.say("Rating", rating=2).state == "announcing"


def test_carry_on_after_stop_comes_back_to_the_question() -> None:
    talk = asked().say("Stop")
    assert talk.state == "idle"
    assert talk.session.states == ("idle",)
    assert "legs feel" in talk.say("Resume").said


def test_another_routine_may_be_chosen_instead() -> None:
    talk = asked().say("StartRoutine", routine="quick")
    assert talk.state == "checking"
    talk.say("Rating", rating=1)
    assert talk.session.flow.routine == "quick routine"


def test_a_red_flag_ends_it() -> None:
    talk = asked().say("RedFlag", advice="call")
    assert talk.state == "alarmed"
    assert talk.session.states == ("idle",)


def test_a_doubtful_command_does_not_make_it_forget_its_question() -> None:
    talk = asked()
    doubt = Understanding(
        "loader", Verdict.ASK, detail="near", intent="Louder", sentence="louder", score=80.0
    )
    talk._take(talk.session.unclear(doubt))
    assert talk.session.states == ("checking", "asking")
    talk._take(talk.session.unclear(doubt))
    talk.say("No")
    assert talk.session.states == CHECKING
    talk._take(talk.session.unclear(doubt))
    assert talk.say("Rating", rating=5).state == "announcing"


def test_a_number_that_was_asked_about_answers_the_question() -> None:
    talk = asked()
    talk._take(
        talk.session.unclear(
            Understanding(
                "sex",
                Verdict.ASK,
                detail="near",
                intent="Rating",
                slots={"rating": 6},
                sentence="six",
                score=80.0,
            )
        )
    )
    talk.say("Yes")
    assert talk.state == "announcing"
    assert "only stretch" in talk.said


# --- what counts as a number --------------------------------------------------------------------


def test_more_than_ten_is_asked_for_again() -> None:
    talk = asked().say("Rating", rating=11)
    assert "Ten is the most" in talk.said
    assert talk.session.states == CHECKING


def test_a_half_counts_as_the_next_number() -> None:
    assert "easier version" in asked().say("Rating", rating=3, half=True).said


def test_words_that_are_no_number_are_asked_for_one_and_then_taken_for_it() -> None:
    talk = asked().say("Rating", rating=8, rough=True)
    assert "What number" in talk.said
    assert talk.state == "checking"
    assert (
        asked().say("Rating", rating=8, rough=True).say("Rating", rating=2).said.startswith("Two.")
    )
    talk._take(talk.session.withdraw_question())
    assert "only stretch" in talk.said


def test_the_same_says_nothing_where_nothing_was_before() -> None:
    talk = asked().say("Rating", than="same")
    assert "What number" in talk.said
    assert talk.state == "checking"


@pytest.mark.parametrize(
    "text", ["four", "about four", "no pain", "not too bad", "the same", "i don't know"]
)
def test_an_answer_means_nothing_where_nobody_has_asked(text: str) -> None:
    for states in (None, ("checking",), ("idle",), ("working",), ("paused", "asking")):
        understood = project_matcher().understand(text, states)
        assert understood.verdict is Verdict.REJECT
        assert understood.intent is None, "so that it is not answered either"
    assert project_matcher().understand(text, CHECKING).accepted


def test_the_coach_does_not_answer_its_own_question() -> None:
    for line in (
        "check.in",
        "check.again",
        "check.out",
        "rating.number",
        "rating.above",
        "rating.wait",
        "help.rating",
    ):
        text = LINES(line, **dict.fromkeys(LINES.placeholders(line), "leg routine"))
        for part in spoken_parts(text):
            assert not project_matcher().understand(part, CHECKING).accepted, (line, part)


# --- after --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (5, 3, "was five before, and it is three after"),
        (3, 5, "five after"),
        (4, 4, "just as before"),
    ],
)
def test_after_the_routine_the_answer_is_compared_with_the_one_before(
    before: int, after: int, said: str
) -> None:
    talk = to_the_end(rated(before, "quick"))
    assert "Well done" in talk.said
    assert "How do your legs feel" in talk.said
    talk.say("Rating", rating=after)
    assert said in talk.said
    assert notes(talk) == [{"when": "after", "rating": after}]
    assert talk.session.states == ("idle",)


def test_the_same_as_before_is_a_number_after_the_routine() -> None:
    assert notes(to_the_end(rated(4, "quick")).say("Rating", than="same")) == [
        {"when": "after", "rating": 4}
    ]


def test_much_pain_after_the_routine_brings_the_advice() -> None:
    assert "physiotherapist" in to_the_end(rated(2, "quick")).say("Rating", rating=7).said


def test_silence_after_the_routine_is_left_alone() -> None:
    talk = to_the_end(rated(2, "quick"))
    assert talk.session.withdraw_question() == []
    assert talk.session.states == ("idle",)


def test_a_new_routine_may_be_begun_instead_of_an_answer() -> None:
    talk = to_the_end(rated(2, "quick")).say("StartRoutine", routine="stretch")
    assert talk.state == "checking"
    assert "as planned" in talk.say("Rating", rating=3).said


def test_nothing_is_asked_where_it_is_switched_off() -> None:
    talk = Talk(check_in=False).say("StartRoutine", routine="quick")
    assert talk.state == "announcing"
    assert "legs feel" not in to_the_end(talk).said


# --- how long the coach waits -------------------------------------------------------------------


@pytest.fixture(params=[NoMicrophone, HalfDuplexGate], ids=["hearing", "deaf while it speaks"])
def bench(app: App, request: pytest.FixtureRequest) -> Bench:
    bench = Bench(app, SilentSource(48_000), echo=request.param(), check_in=True)
    bench.type("start quick routine")
    return bench


def until_said(bench: Bench, line: str) -> float:
    """Wait for the end of a line; how long its silence has lasted by then."""
    bench.run_until(lambda: bench.last(line=line) is not None)
    said = bench.last(line=line)
    assert said is not None
    bench.run_until(lambda: bench.coach.now >= float(str(said.data["until"])))
    return bench.coach.now


def test_the_wait_for_an_answer_begins_when_the_question_has_been_spoken(bench: Bench) -> None:
    end = until_said(bench, "check.in")
    bench.run(ANSWER_TIME - 0.5)
    assert bench.last(line="check.again") is None
    again = until_said(bench, "check.again")
    bench.run(ANSWER_TIME - 0.5)
    assert bench.coach.session.state == "checking"
    bench.run(1.5)
    assert bench.coach.session.state == "announcing"
    assert again - end > ANSWER_TIME


def test_whoever_is_still_speaking_when_the_time_is_up_may_finish(app: App) -> None:
    ear = NotingEar()
    bench = Bench(app, SilentSource(48_000), ear=ear, check_in=True)
    bench.type("start quick routine")
    until_said(bench, "check.in")
    bench.run(ANSWER_TIME - 1)
    ear.hearing_speech = True
    bench.run(3)
    assert bench.last(line="check.again") is None
    bench.type("about four")
    assert bench.coach.session.state == "announcing"


def test_a_question_about_something_else_gives_the_time_back(bench: Bench) -> None:
    until_said(bench, "check.in")
    bench.run(ANSWER_TIME - 2)
    bench.type("help")
    until_said(bench, "help.rating")
    bench.run(ANSWER_TIME - 0.5)
    assert bench.last(line="check.again") is None
    bench.type("four")
    assert bench.coach.session.state == "announcing"


def test_who_answers_before_the_question_is_over_does_not_hear_it_again() -> None:
    talk = rated(7, routine="strength").say("No")
    assert [type(action) for action in talk.actions] == [StopAudio, Reply]
    assert talk.said == LINES("check.rest")
