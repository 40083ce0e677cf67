"""Listening by name: what is meant for the coach, and what counts all the same."""

from __future__ import annotations

import pytest

from tests.support.session_driver import LINES, Talk, stretching
from tests.unit.engine.test_coach import Bench, in_the_first_hold
from voicecoach.app.components import App
from voicecoach.content.language import content, languages
from voicecoach.content.lines import load_lines
from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.nlu.intent_file import read_intents
from voicecoach.session.profile.preferences import Preferences


def heard(
    text: str, intent: str | None, verdict: Verdict = Verdict.ACCEPT, *, urgent: bool = False
) -> Understanding:
    return Understanding(
        text,
        verdict,
        detail="exact",
        intent=intent,
        slots={},
        sentence=text,
        score=100.0 if intent else 0.0,
        urgent=urgent,
    )


def by_name() -> Talk:
    return stretching().say("ListenByName").until("working")


def obeyed(talk: Talk, understanding: Understanding) -> bool:
    return talk.session.attend(understanding).accepted


@pytest.fixture
def bench(app: App) -> Bench:
    """In the first hold of the quick routine, listening by name."""
    return in_the_first_hold(app, "only listen when i say coach")


def verdicts(bench: Bench) -> list[tuple[object, object]]:
    return [(one.data["verdict"], one.data["intent"]) for one in bench.log if one.kind == "heard"]


def test_the_mode_is_said_aloud_and_noted() -> None:
    talk = Talk().say("ListenByName")
    assert talk.said == LINES("listening.by-name", name="coach")
    modes = [talk.session.preferences.listening]
    assert talk.say("ListenAlways").said == LINES("listening.always")
    modes.append(talk.session.preferences.listening)
    assert modes == ["by name", "always"]


def test_without_its_name_it_does_not_answer() -> None:
    talk = by_name()
    understanding = talk.session.attend(heard("next", "Next"))
    assert (understanding.verdict, understanding.intent) == (Verdict.REJECT, None)
    assert understanding.detail.startswith("not said to coach")
    talk._take(talk.session.unclear(understanding, 3.0))
    assert talk.actions == [], "no tone, no question"


@pytest.mark.parametrize("text", ["coach next", "next coach", "hey coach next please"])
def test_with_its_name_it_always_does(text: str) -> None:
    assert obeyed(by_name(), heard(text, "Next"))
    assert obeyed(stretching(), heard(text, "Next"))


@pytest.mark.parametrize("intent", ["RedFlag", "Pain", "Stop", "Pause", "ListenAlways"])
def test_what_must_not_be_missed_needs_no_name(intent: str) -> None:
    assert obeyed(by_name(), heard("whatever", intent))


def test_a_red_flag_that_is_not_sure_is_asked_about_without_the_name() -> None:
    doubt = heard("my chest hurt", "RedFlag", Verdict.ASK, urgent=True)
    assert by_name().session.attend(doubt) == doubt


def test_a_near_miss_without_the_name_is_not_asked_about() -> None:
    assert by_name().session.attend(heard("nest", "Next", Verdict.ASK)).verdict is Verdict.REJECT


def test_an_answer_to_its_question_needs_no_name() -> None:
    talk = by_name()
    talk._take(talk.session.unclear(heard("coach nest", "Next", Verdict.ASK), 3.0))
    assert obeyed(talk, heard("yes", "Yes"))


def test_its_name_alone_calls_it_and_what_follows_is_meant_for_it() -> None:
    talk = by_name()
    for text, score in (("coach", 0.0), ("hey coach", 0.0), ("coach oh", 33.0)):
        call = talk.session.attend(
            Understanding(
                text,
                Verdict.REJECT,
                reject_reason=RejectReason.FILLER_WORDS,
                detail="nothing but filler words",
                score=score,
            )
        )
        talk._take(talk.session.unclear(call, 3.0))
        assert talk.actions == [Reply((Cue(tone="heard"),))]
        assert obeyed(talk, heard("next", "Next"))
    talk.session.withdraw_question()
    assert not obeyed(talk, heard("next", "Next")), "nobody said anything for long"


def test_what_was_nearly_a_command_is_no_call() -> None:
    talk = by_name().say("Pause", position=3.0)
    nearly = Understanding(
        "coach nest",
        Verdict.REJECT,
        reject_reason=RejectReason.UNLIKE_ANY_COMMAND,
        detail="nothing like a command",
        intent="Next",
        score=70.0,
    )
    talk._take(talk.session.unclear(talk.session.attend(nearly)))
    assert talk.said.startswith(LINES("unclear"))
    assert talk.session.context.question is None


def test_its_name_alone_is_nothing_where_it_always_listens() -> None:
    talk = stretching()
    talk._take(
        talk.session.unclear(
            Understanding(
                "coach",
                Verdict.REJECT,
                reject_reason=RejectReason.FILLER_WORDS,
                detail="nothing but filler words",
            ),
            3.0,
        )
    )
    assert talk.actions == []


def test_a_session_can_begin_with_it_and_says_so() -> None:
    talk = Talk(preferences=Preferences(listening="by name")).greet()
    assert LINES("listening.by-name", name="coach") in talk.said
    assert not obeyed(talk, heard("start leg routine", "StartRoutine"))


def test_in_a_session_only_what_has_the_name_is_obeyed(bench: Bench) -> None:
    for line in ("next", "coach how long is left", "louder", "coach louder and slower"):
        bench.type(line)
    assert verdicts(bench) == [
        ("reject", None),
        ("accept", "HowLongLeft"),
        ("reject", None),
        ("accept", "Louder"),
        ("accept", "Slower"),
    ]
    assert bench.coach.session.state == "working"


def test_the_call_is_over_after_some_seconds(bench: Bench) -> None:
    bench.type("coach")
    bench.run(3)
    bench.type("how long is left")
    bench.run(20)
    bench.type("how long is left")
    assert verdicts(bench) == [("reject", None), ("accept", "HowLongLeft"), ("reject", None)]


@pytest.mark.parametrize("language", languages())
def test_its_name_means_nothing_within_a_command(language: str) -> None:
    file, _source = read_intents(content(language, "intents.yaml"))
    assert load_lines(language).phrase("name") in file.skip_words
