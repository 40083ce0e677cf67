"""How long a silence ends an utterance: a moment after a whole command, longer in mid-sentence."""

from __future__ import annotations

import pytest
from graphs import graph_of_kinds
from nlu_parts import project_intents

from voicecoach.nlu.endpoint import EXTENDABLE, UNFINISHED, WHOLE, Endpoint
from voicecoach.nlu.intents import VARIES


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    intents = project_intents()
    skip_words = [word for phrase in intents.skip_words for word in phrase.split()]
    return Endpoint(intents.word_graph(), skip_words, intents.beside, ("and", "and then", "i mean"))


def endpoint_of(kinds: dict[str, str], skip_words: tuple[str, ...] = ()) -> Endpoint:
    return Endpoint(graph_of_kinds(kinds), skip_words)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("pause and", UNFINISHED),
        ("next and then", UNFINISHED),
        ("stop i mean", UNFINISHED),
        ("pause and repeat that", WHOLE),
        ("next and how", UNFINISHED),
        ("pause and start", EXTENDABLE),
        ("weather and", WHOLE),
        ("and", WHOLE),
        ("hold it for two minutes and ten", EXTENDABLE),
    ],
)
def test_after_a_word_that_joins_two_commands_the_second_is_waited_for(endpoint, words, seconds):
    assert endpoint.silence(words) == seconds


# --- what the project's user says -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["start leg routine", "how long is left", "next exercise", "that's enough for today", "ready", "go back"]
)
def test_a_whole_command_needs_no_more_than_a_moment(endpoint, words):
    assert endpoint.silence(words) == WHOLE


@pytest.mark.parametrize(
    ("words", "longer"),
    [
        ("start", "start leg routine"),
        ("i'm done", "i'm done for today"),
        ("how long", "how long is left"),
        ("hold for twenty", "hold for twenty five"),
        ("hold for two minutes", "hold for two minutes and ten seconds"),
        ("i'm ready", "i'm ready for leg routine"),
    ],
)
def test_a_command_that_may_become_another_is_given_time_to(endpoint, words, longer):
    assert endpoint.silence(words) == EXTENDABLE
    assert endpoint.silence(longer) <= EXTENDABLE


@pytest.mark.parametrize("words", ["which", "how", "hold for", "hold it for two minutes and", "start leg", "let's"])
def test_the_beginning_of_a_command_is_waited_for_the_longest(endpoint, words):
    assert endpoint.silence(words) == UNFINISHED


@pytest.mark.parametrize(
    "words", ["", "[unk]", "the weather", "which weather", "start leg routine weather", "stop next", "um", "um er hey"]
)
def test_nothing_is_waited_for_after_words_that_begin_no_command(endpoint, words):
    assert endpoint.silence(words) == WHOLE


@pytest.mark.parametrize("words", ["stop", "pause", "wait", "hold on", "let's stop", "i need a break", "enough"])
def test_whoever_wants_to_stop_or_rest_means_now(endpoint, words):
    assert endpoint.silence(words) == WHOLE


@pytest.mark.parametrize("words", ["stop", "start", "which", "hold for twenty", "start leg routine"])
def test_words_that_mean_nothing_change_nothing_in_front_of_a_command(endpoint, words):
    for polite in ("please", "um", "okay coach", "thank you so"):
        assert endpoint.silence(f"{polite} {words}") == endpoint.silence(words)


def test_a_word_that_may_mean_nothing_may_begin_a_command(endpoint):
    assert endpoint.silence("you may") == UNFINISHED, "it is part of the skip words thank you"
    assert endpoint.silence("you may start") == WHOLE


# --- in small -------------------------------------------------------------------------------------------------


def test_the_moment_is_shorter_than_the_wait_for_another_meaning_and_that_than_the_wait_for_the_rest():
    assert WHOLE < EXTENDABLE < UNFINISHED


def test_more_words_of_the_same_meaning_are_not_waited_for():
    assert endpoint_of({"skip": "Next", "skip it": "Next", "skip it please": "Next"}).silence("skip") == WHOLE


def test_more_words_with_another_meaning_are_waited_for_however_far_they_are():
    one = endpoint_of({"go": "Next", "go on": "Next", "go on as before": "Back"})
    assert one.silence("go") == one.silence("go on") == EXTENDABLE
    assert one.silence("go on as") == UNFINISHED
    assert one.silence("go on as before") == WHOLE


def test_values_may_go_on_with_the_same_kind_and_mean_something_else():
    kind = f"SetHold{VARIES}"
    one = endpoint_of({"hold twenty": kind, "hold twenty one": kind})
    assert one.silence("hold twenty") == EXTENDABLE
    assert one.silence("hold twenty one") == WHOLE


def test_stop_is_obeyed_at_once_whatever_else_it_could_become():
    kinds = {"halt": "Stop", "halt for a minute": "Pause", "rest": "Pause", "rest is best": "Help", "go": "Next"}
    one = endpoint_of({**kinds, "go home": "Stop"})
    assert one.silence("halt") == one.silence("rest") == WHOLE
    assert one.silence("go") == EXTENDABLE, "only where it may be meant already"


def test_a_sentence_may_begin_with_a_skip_word_or_be_one():
    one = endpoint_of({"okay": "Yes", "okay computer": "Help", "please me": "Help"}, ("okay", "please"))
    assert one.silence("okay") == EXTENDABLE
    assert one.silence("please okay") == EXTENDABLE
    assert one.silence("please") == UNFINISHED
    assert one.silence("please please me") == WHOLE


def test_what_is_said_seldom_is_not_waited_for_where_it_could_follow():
    kinds = {"next": "Next", "next leg": "SkipSide", "leave out": "SkipSide", "leave out this leg": "Back"}
    one = Endpoint(graph_of_kinds(kinds), (), {"SkipSide"})
    assert one.silence("next") == WHOLE
    assert one.silence("leave") == UNFINISHED
    assert one.silence("leave out") == EXTENDABLE


def test_without_any_sentence_nothing_is_waited_for():
    assert endpoint_of({}).silence("stop") == endpoint_of({}).silence("") == WHOLE
