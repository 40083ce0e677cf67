"""How long a silence ends an utterance: a moment after a whole command, longer in mid-sentence."""

from __future__ import annotations

import pytest

from tests.support.intents import project_intents
from tests.support.word_graphs import graph_of_kinds
from voicecoach.core.speech import Alternative, Pause
from voicecoach.nlu.sentence import VARIES
from voicecoach.turns.end_of_turn import AT_ONCE, JOINS, LIKELY, SURE, UNFINISHED, WHOLE, EndOfTurn


@pytest.fixture(scope="module")
def endpoint() -> EndOfTurn:
    intents = project_intents()
    skip_words = [word for phrase in intents.skip_words for word in phrase.split()]
    return EndOfTurn(
        intents.word_graph(), skip_words, intents.beside, ("and", "and then", "i mean")
    )


def seconds_after(endpoint: EndOfTurn, words: str) -> float:
    return endpoint.pause(words).end_silence_s


def endpoint_of(kinds: dict[str, str], skip_words: tuple[str, ...] = ()) -> EndOfTurn:
    return EndOfTurn(graph_of_kinds(kinds), skip_words)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("pause and", UNFINISHED),
        ("next and then", UNFINISHED),
        ("stop i mean", UNFINISHED),
        ("pause and repeat that", WHOLE),
        ("next and how", UNFINISHED),
        ("pause and start", WHOLE),
        ("weather and", WHOLE),
        ("and", WHOLE),
        ("hold it for two minutes and ten", WHOLE),
    ],
)
def test_after_a_word_that_joins_two_commands_the_second_is_waited_for(
    endpoint: EndOfTurn, words: str, seconds: float
) -> None:
    assert seconds_after(endpoint, words) == seconds


# --- what the project's user says ---------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "start leg routine",
        "how long is left",
        "next exercise",
        "that's enough for today",
        "ready",
        "go back",
    ],
)
def test_a_whole_command_needs_no_more_than_a_moment(endpoint: EndOfTurn, words: str) -> None:
    assert seconds_after(endpoint, words) == WHOLE


@pytest.mark.parametrize(
    ("words", "longer"),
    [
        ("start", "start leg routine"),
        ("hold for twenty", "hold for twenty five"),
        ("hold for two minutes", "hold for two minutes and ten seconds"),
        ("i'm ready", "i'm ready for leg routine"),
    ],
)
def test_a_command_that_a_name_or_a_number_may_follow_stays_open_for_it(
    endpoint: EndOfTurn, words: str, longer: str
) -> None:
    assert endpoint.pause(words) == Pause(WHOLE, JOINS)
    assert seconds_after(endpoint, longer) == WHOLE


@pytest.mark.parametrize(
    ("words", "longer"),
    [
        ("i'm done", "i'm done for today"),
        ("how long", "how long is left"),
        ("repeat", "repeat the last one"),
    ],
)
def test_a_command_that_other_words_may_follow_is_decided_and_stays_open(
    endpoint: EndOfTurn, words: str, longer: str
) -> None:
    assert endpoint.pause(words) == Pause(WHOLE, JOINS)
    assert endpoint.pause(longer).merge_window_s == 0


@pytest.mark.parametrize(
    ("words", "at_once"), [("stop", AT_ONCE), ("pause", AT_ONCE), ("next exercise", SURE)]
)
def test_what_was_surely_heard_needs_hardly_any_silence(words: str, at_once: float) -> None:
    asked: list[tuple[str, object]] = []

    def sure(text: str, alternatives: object) -> bool:
        asked.append((text, alternatives))
        return True

    others = (Alternative("neck", 3.0),)
    endpoint = EndOfTurn(project_intents().word_graph(), sure=sure)
    assert endpoint.pause(words, others).end_silence_s == at_once
    assert asked == [(words, others)]
    assert endpoint.pause(words) == Pause(WHOLE), "nobody knows what else it may have been"
    for longer in ("which", "start", "the weather"):
        assert endpoint.pause(longer, others) == endpoint.pause(longer)


@pytest.mark.parametrize(
    ("words", "behind", "pause"),
    [
        ("stop", 2.0, Pause(LIKELY)),
        ("stop", 0.5, Pause(WHOLE)),
        ("next exercise", 1.5, Pause(LIKELY)),
        ("how long", 4.0, Pause(LIKELY, JOINS)),
        ("how long", 0.5, Pause(WHOLE, JOINS)),
    ],
)
def test_what_is_in_some_doubt_needs_some_more(words: str, behind: float, pause: Pause) -> None:
    others = (Alternative("neck", behind),)
    graph = project_intents().word_graph()
    assert EndOfTurn(graph, sure=lambda _text, _others: True).pause(words, others) == pause
    unsure = EndOfTurn(graph, sure=lambda _text, _others: False).pause(words, others)
    assert unsure == Pause(WHOLE, pause.merge_window_s), "the session doubts it for another reason"


@pytest.mark.parametrize(
    "words", ["which", "how", "hold for", "hold it for two minutes and", "start leg", "let's"]
)
def test_the_beginning_of_a_command_is_waited_for_the_longest(
    endpoint: EndOfTurn, words: str
) -> None:
    assert seconds_after(endpoint, words) == UNFINISHED


@pytest.mark.parametrize(
    "words",
    [
        "",
        "[unk]",
        "the weather",
        "which weather",
        "start leg routine weather",
        "stop next",
        "um",
        "um er hey",
    ],
)
def test_nothing_is_waited_for_after_words_that_begin_no_command(
    endpoint: EndOfTurn, words: str
) -> None:
    assert seconds_after(endpoint, words) == WHOLE


@pytest.mark.parametrize(
    "words", ["stop", "pause", "wait", "hold on", "let's stop", "i need a break", "enough"]
)
def test_whoever_wants_to_stop_or_rest_means_now(endpoint: EndOfTurn, words: str) -> None:
    assert seconds_after(endpoint, words) == WHOLE


@pytest.mark.parametrize(
    "words", ["stop", "start", "which", "hold for twenty", "start leg routine"]
)
def test_words_that_mean_nothing_change_nothing_in_front_of_a_command(
    endpoint: EndOfTurn, words: str
) -> None:
    for polite in ("please", "um", "okay coach", "thank you so"):
        assert seconds_after(endpoint, f"{polite} {words}") == seconds_after(endpoint, words)


def test_a_word_that_may_mean_nothing_may_begin_a_command(endpoint: EndOfTurn) -> None:
    assert seconds_after(endpoint, "you may") == UNFINISHED, (
        "it is part of the skip words thank you"
    )
    assert seconds_after(endpoint, "you may start") == WHOLE


# --- in small -----------------------------------------------------------------------------------


def test_the_surer_it_is_what_was_said_the_shorter_is_the_wait() -> None:
    assert AT_ONCE < SURE < LIKELY < WHOLE < UNFINISHED


def test_more_words_of_the_same_meaning_are_not_waited_for() -> None:
    assert (
        seconds_after(
            endpoint_of({"skip": "Next", "skip it": "Next", "skip it please": "Next"}), "skip"
        )
        == WHOLE
    )


def test_more_words_with_another_meaning_are_waited_for_however_far_they_are() -> None:
    one = endpoint_of({"go": "Next", "go on": "Next", "go on as before": "Back"})
    assert one.pause("go") == one.pause("go on") == Pause(WHOLE, JOINS)
    assert seconds_after(one, "go on as") == UNFINISHED
    assert seconds_after(one, "go on as before") == WHOLE


def test_values_may_go_on_with_the_same_kind_and_mean_something_else() -> None:
    kind = f"SetHold{VARIES}"
    one = endpoint_of({"hold twenty": kind, "hold twenty one": kind})
    assert one.pause("hold twenty") == Pause(WHOLE, JOINS)
    assert seconds_after(one, "hold twenty one") == WHOLE


def test_stop_is_obeyed_at_once_whatever_else_it_could_become() -> None:
    kinds = {
        "halt": "Stop",
        "halt for a minute": "Pause",
        "rest": "Pause",
        "rest is best": "Help",
        "go": "Next",
    }
    one = endpoint_of({**kinds, "go home": "Stop"})
    assert seconds_after(one, "halt") == seconds_after(one, "rest") == WHOLE
    assert one.pause("go") == Pause(WHOLE, JOINS), "only where it may be meant already"


def test_a_sentence_may_begin_with_a_skip_word_or_be_one() -> None:
    one = endpoint_of(
        {"okay": "Yes", "okay computer": "Help", "please me": "Help"}, ("okay", "please")
    )
    assert one.pause("okay") == one.pause("please okay") == Pause(WHOLE, JOINS)
    assert seconds_after(one, "please") == UNFINISHED
    assert seconds_after(one, "please please me") == WHOLE


def test_what_is_said_seldom_is_not_waited_for_where_it_could_follow() -> None:
    kinds = {
        "next": "Next",
        "next leg": "SkipSide",
        "leave out": "SkipSide",
        "leave out this leg": "Back",
    }
    one = EndOfTurn(graph_of_kinds(kinds), (), {"SkipSide"})
    assert seconds_after(one, "next") == WHOLE
    assert seconds_after(one, "leave") == UNFINISHED
    assert one.pause("leave out") == Pause(WHOLE, JOINS)


def test_without_any_sentence_nothing_is_waited_for() -> None:
    assert seconds_after(endpoint_of({}), "stop") == seconds_after(endpoint_of({}), "") == WHOLE
