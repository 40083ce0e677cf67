"""Several commands in one breath: what is taken apart, what counts, what is obeyed, and what stays
talk."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.intents import project_intents, project_matcher
from tests.support.paths import ROOT
from tests.unit.engine.test_coach import Bench, in_the_first_hold
from voicecoach.app.components import App
from voicecoach.content.language import load_language
from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.nlu.confidence import rescore
from voicecoach.nlu.lint import load_tests
from voicecoach.nlu.multi_command import MultiCommand

SENTENCES = ROOT / "tests" / "sentences.yaml"


@cache
def chains() -> MultiCommand:
    intents = project_intents()
    skip_words = [word for phrase in intents.skip_words for word in phrase.split()]
    return MultiCommand(intents.word_graph(), skip_words, load_language().links)


def understand(text: str, state: str) -> Understanding:
    return chains().understand(project_matcher().understand)(text, (state,))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pause and repeat that", ["pause", "repeat that"]),
        ("next and slower", ["next", "slower"]),
        ("louder please and repeat that", ["louder", "repeat that"]),
        ("skip this one and tell me what comes next", ["skip this one", "tell me what comes next"]),
        ("pause and then tell me how long is left", ["pause", "tell me how long is left"]),
        ("quieter and slower and go back", ["quieter", "slower", "go back"]),
        ("louder repeat that", ["louder", "repeat that"]),
        ("wait a minute and ten seconds", []),
        ("go on then", []),
    ],
)
def test_sentences_are_taken_apart_in_their_order(text: str, parts: list[str]) -> None:
    assert list(chains().parts(text)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("stop no go on", ["go on"]),
        ("stop sorry go on", ["go on"]),
        ("next i mean back", ["back"]),
        ("next no wait", ["wait"]),
        ("stop go on", ["go on"]),
        ("louder and repeat that no quieter", ["quieter"]),
        ("next and next please", ["next"]),
        ("no go on", ["go on"]),
        ("sorry i mean next", ["next"]),
        ("and repeat that", ["repeat that"]),
    ],
)
def test_the_last_word_counts_where_it_takes_back_or_contradicts(
    text: str, parts: list[str]
) -> None:
    assert list(chains().parts(text)) == parts


@pytest.mark.parametrize(
    "text", ["stop my chest hurts no go on", "my chest hurts and next", "next no my chest hurts"]
)
def test_a_red_flag_is_never_taken_back_and_nothing_else_counts(text: str) -> None:
    assert list(chains().parts(text)) == ["my chest hurts"]


def test_pain_is_not_taken_back() -> None:
    assert list(chains().parts("that hurts no go on")) == ["that hurts", "go on"]


@pytest.mark.parametrize(
    "text",
    ["one two three", "four five six", "and", "no", "next and", "and and next", "[unk] and next"],
)
def test_what_is_no_chain_of_whole_sentences_is_none(text: str) -> None:
    assert chains().parts(text) == ()


def test_nothing_that_is_not_meant_for_the_coach_is_a_chain() -> None:
    found = [
        one.text for one in load_tests(SENTENCES) if one.intent is None and chains().parts(one.text)
    ]
    assert found == []


def test_what_is_one_command_is_understood_as_without_chains() -> None:
    for one in load_tests(SENTENCES):
        for state in one.states:
            alone = project_matcher().understand(one.text, (state,))
            if alone.accepted:
                assert understand(one.text, state) == alone


def test_the_first_sentence_is_understood_and_the_others_wait_for_it() -> None:
    understood = understand("pause and repeat that", "working")
    assert (understood.intent, understood.accepted, understood.then) == (
        "Pause",
        True,
        ("repeat that",),
    )
    assert understood.text == "pause and repeat that"


@pytest.mark.parametrize(
    "text",
    ["of course no that was too hard no neck one", "three now no next", "i'm faint and nice"],
)
def test_with_an_answer_that_nobody_asked_for_it_is_no_chain(text: str) -> None:
    assert chains().parts(text)
    understood = understand(text, "working")
    assert (understood.accepted, understood.then) == (False, ())


def test_a_first_sentence_that_does_not_fit_the_state_is_answered_and_the_others_still_count() -> (
    None
):
    understood = understand("resume and louder", "working")
    assert (understood.intent, understood.accepted) == ("Resume", False)
    assert understood.detail.startswith("not now")
    assert understood.then == ("louder",)
    assert understand("resume louder again", "working").then == (), (
        "nothing joins these: it may be talk"
    )


# --- obeyed -------------------------------------------------------------------------------------


@pytest.fixture
def bench(app: App) -> Bench:
    """At the first hold of the quick routine."""
    return in_the_first_hold(app)


def heard(bench: Bench) -> list[object]:
    return [
        entry.data["intent"]
        for entry in bench.log
        if entry.kind == "heard" and entry.data["verdict"] == "accept"
    ]


def spoken(bench: Bench) -> str:
    return " / ".join(str(entry.data["text"]) for entry in bench.said)


def test_stop_no_go_on_does_not_even_stop(bench: Bench) -> None:
    bench.type("stop no go on")
    bench.run(3)
    assert bench.coach.session.state == "working"
    assert bench.coach.session.lines("ready.already") in spoken(bench)


def test_next_and_slower_goes_on_at_another_pace(bench: Bench) -> None:
    before = bench.coach.session.flow.work
    bench.type("next and slower")
    bench.run(6)
    assert heard(bench) == ["Next", "Slower"]
    session = bench.coach.session
    assert session.flow.work != before
    assert session.preferences.pace == "slow"
    assert spoken(bench).startswith(session.lines("pace.slower"))
    assert "quad stretch" in spoken(bench), "and the next one is announced"


def test_all_answers_are_heard_and_before_what_begins(bench: Bench) -> None:
    bench.type("louder and skip this one and tell me what comes next")
    bench.run(10)
    lines = [entry.data["line"] for entry in bench.said]
    assert lines[:3] == ["volume.louder", "whats_next.side", "announce.side"]


def test_two_answers_in_one_breath_follow_each_other(bench: Bench) -> None:
    bench.type("how long is left and what's next")
    bench.run(8)
    lines = [entry.data["line"] for entry in bench.said]
    assert [line for line in lines if line in ("left.work", "whats_next.side")] == [
        "left.work",
        "whats_next.side",
    ]


def test_what_does_not_fit_any_more_is_answered(bench: Bench) -> None:
    bench.type("pause and resume and ready")
    bench.run(3)
    assert bench.coach.session.state in ("working", "resuming")


def test_after_goodbye_nothing_else_of_the_breath_is_obeyed(bench: Bench) -> None:
    bench.type("goodbye and next")
    bench.run(6)
    assert heard(bench) == ["Goodbye"]
    assert bench.coach.finished


def test_several_commands_in_one_breath_need_as_much_evidence_for_each() -> None:
    def obeyed(behind: float) -> bool:
        talk = (Alternative("loud is the piano repeated", behind),)
        heard = Hypothesis("louder please and repeat that", 0.0, 1.0, 1.2, alternatives=talk)
        return rescore(heard, None, chains().understand(project_matcher().understand)).accepted

    assert obeyed(5.2)
    assert not obeyed(4.8)
