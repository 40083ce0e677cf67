from __future__ import annotations

import random
from functools import cache
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.intents import COFFEE, intents_of, project_intents
from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.alignment import Aligner, Alignment, Edit
from voicecoach.nlu.intents import IntentSet
from voicecoach.nlu.vocabulary import LIGHT, Vocabulary


def aligner_of(intents: IntentSet) -> Aligner:
    return Aligner(intents.word_graph(), Vocabulary(intents))


@pytest.fixture
def small(tmp_path: Path) -> Aligner:
    """A lamp that is dimmed or moved."""
    template = "[please] (dim|move) the [big] lamp (in the {room};to {level} percent)"
    lists = "lists: {room: {values: [kitchen, bathroom]}, level: {values: [ten, twenty, thirty]}}"
    text = f"language: en\nintents:\n  Lamp:\n    data:\n      - sentences: ['{template}', 'good night']\n{lists}\n"
    return aligner_of(intents_of(tmp_path, text))


def best(aligner: Aligner, text: str) -> Alignment:
    return next(aligner.nearest(text.split()))


def said(alignment: Alignment) -> str:
    return " ".join(alignment.said)


def differences(alignment: Alignment) -> list[tuple[str | None, str | None]]:
    return [(edit.heard, edit.said) for edit in alignment.edits if edit.heard != edit.said]


@cache
def project_aligner() -> Aligner:
    return aligner_of(project_intents())


def a_sentence(graph: WordGraph, rng: random.Random) -> list[str]:
    """Some sentence of an automaton."""
    words: list[str] = []
    state = 0
    while state not in graph.final or (graph.arcs[state] and rng.random() < 0.5):
        word = rng.choice(sorted(graph.arcs[state]))
        words.append(word)
        state = graph.arcs[state][word]
    return words


sentences = st.integers(0, 10**9).map(
    lambda seed: a_sentence(project_intents().word_graph(), random.Random(seed))
)
many = settings(derandomize=True, deadline=None, database=None, max_examples=60)


# --- the best sentence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heard", "nearest", "edits"),
    [
        (
            "dim the lamp in the kitchen to ten percent",
            "dim the lamp in the kitchen to ten percent",
            [],
        ),
        (
            "dim lamp in the kitchen to ten percent",
            "dim the lamp in the kitchen to ten percent",
            [(None, "the")],
        ),
        (
            "dim the big old lamp to ten percent in the kitchen",
            "dim the big lamp to ten percent in the kitchen",
            [("old", None)],
        ),
        (
            "dim the lamp in the kitten to ten percent",
            "dim the lamp in the kitchen to ten percent",
            [("kitten", "kitchen")],
        ),
        ("good knight", "good night", [("knight", "night")]),
        ("good", "good night", [(None, "night")]),
    ],
)
def test_optional_words_and_any_order_are_found_and_what_differs_is_told(
    small: Aligner, heard: str, nearest: str, edits: list[tuple[str | None, str | None]]
) -> None:
    alignment = best(small, heard)
    assert said(alignment) == nearest
    assert differences(alignment) == edits
    assert [edit.heard for edit in alignment.edits if edit.heard] == heard.split()


def test_a_word_that_sounds_the_same_is_nearer_than_one_that_looks_as_much_the_same(
    small: Aligner,
) -> None:
    (same,) = [edit for edit in best(small, "good knight").edits if edit.heard == "knight"]
    (other,) = [edit for edit in best(small, "good eighty").edits if edit.heard == "eighty"]
    assert same == Edit("knight", "night", same.alike)
    assert same.alike > 0.75 > other.alike


def test_what_has_nothing_in_common_scores_nothing(small: Aligner) -> None:
    assert best(small, "xyz").score == 0


def test_an_automaton_without_sentences_has_no_nearest(tmp_path: Path) -> None:
    intents = intents_of(
        tmp_path,
        "language: en\nintents: {A: {data: [{sentences: ['note {anything}']}]}}\nlists: {anything: {wildcard: true}}\n",
    )
    assert list(aligner_of(intents).nearest(["note"])) == []


def test_the_longest_sentence_is_known(small: Aligner) -> None:
    longest = "please dim the big lamp in the kitchen to ten percent"
    assert small.longest == len(longest.split())


# --- costs --------------------------------------------------------------------------------------


def cost(aligner: Aligner, text: str) -> float:
    return best(aligner, text).cost


def test_grammar_and_noise_weigh_less_than_meaning_and_strange_words_and_negations_more(
    small: Aligner,
) -> None:
    whole = "dim the lamp in the kitchen to ten percent"
    assert cost(small, whole) == 0
    assert cost(small, f"would {whole}") == LIGHT
    extra = [
        cost(small, f"{word} {whole}") for word in ("would", "[unk]", "good", "zebra", "never")
    ]
    assert extra == sorted(set(extra))
    assert cost(small, whole.replace("the lamp", "lamp")) == LIGHT
    assert cost(small, whole.replace("percent", "").strip()) == 1


def test_one_small_word_for_another_costs_less_than_losing_one_and_adding_one(
    small: Aligner,
) -> None:
    assert cost(small, "dim this lamp in the kitchen to ten percent") < 2 * LIGHT


def test_a_longer_sentence_with_as_many_differences_scores_higher(small: Aligner) -> None:
    short, long = (
        best(small, "[unk] good night"),
        best(small, "[unk] dim the lamp in the kitchen to ten percent"),
    )
    assert short.cost == long.cost
    assert 0 < short.score < long.score < 100


@many
@given(sentences)
def test_a_sentence_is_nearest_to_itself_at_no_cost(words: list[str]) -> None:
    alignment = next(project_aligner().nearest(words))
    assert list(alignment.said) == words
    assert (alignment.cost, alignment.score) == (0, 100)


@many
@given(sentences, st.integers(0, 100))
def test_a_light_word_more_costs_less_than_a_word_of_meaning_more(
    words: list[str], place: int
) -> None:
    place %= len(words) + 1
    costs = [
        next(project_aligner().nearest([*words[:place], word, *words[place:]])).cost
        for word in ("our", "bananas")
    ]
    assert costs[0] <= LIGHT
    assert costs[0] < costs[1]


@many
@given(
    st.lists(
        st.sampled_from([*sorted(Vocabulary(project_intents()).words), "[unk]", "zebra", "banana"]),
        max_size=9,
    )
)
def test_what_is_found_is_always_a_sentence_and_the_nearest_come_first(heard: list[str]) -> None:
    found = list(islice(project_aligner().nearest(heard), 5))
    assert len(found) == 5
    assert len({one.said for one in found}) == 5
    assert [one.cost for one in found] == sorted(one.cost for one in found)
    for one in found:
        assert project_intents().exact(" ".join(one.said))
        assert [edit.heard for edit in one.edits if edit.heard] == heard
        assert 0 <= one.score <= 100


# --- rivals -------------------------------------------------------------------------------------


def test_the_other_values_of_a_slot_come_next(small: Aligner) -> None:
    heard = "dim the lamp in the [unk] to ten percent"
    first, second = islice(small.nearest(heard.split()), 2)
    assert {said(first), said(second)} == {
        f"dim the lamp in the {room} to ten percent" for room in ("kitchen", "bathroom")
    }
    assert first.cost == second.cost


def test_every_sentence_is_found_where_the_automaton_is_a_list(tmp_path: Path) -> None:
    """By force: what costs least of all sentences is what is found first."""
    names = [
        " ".join(words)
        for words in product(("dim", "move", "find"), ("my lamp", "his lamp", "the chair"))
    ]
    text = "language: en\nintents:\n" + "".join(
        f"  I{number}:\n    data:\n      - sentences: ['{name}']\n"
        for number, name in enumerate(names)
    )
    aligner = aligner_of(intents_of(tmp_path, text))
    found = {said(one): one for one in aligner.nearest(["find", "lamp"])}
    assert said(next(iter(aligner.nearest(["find", "lamp"])))) == "find my lamp"
    assert [kind.split()[0] for kind in found["find my lamp"].kinds] == [
        f"I{names.index('find my lamp')}"
    ]
    assert found["find my lamp"].cost == LIGHT
    assert found["find his lamp"].cost == 1


def test_the_kinds_of_each_sentence_are_told(tmp_path: Path) -> None:
    intents = intents_of(
        tmp_path,
        "language: en\nintents: {A: {data: [{sentences: [go]}]}, B: {data: [{sentences: [go up]}]}}",
    )
    kinds = {template.text: template.kind for template in intents.templates}
    assert {said(one): one.kinds for one in aligner_of(intents).nearest(["go"])} == {
        text: {kind} for text, kind in kinds.items()
    }


# --- large grammars -----------------------------------------------------------------------------


def test_a_sentence_of_millions_is_found_through_its_differences(tmp_path: Path) -> None:
    aligner = aligner_of(intents_of(tmp_path, COFFEE))
    heard = "me large dark roast latte with lots soy milk and a little bit of sweetener"
    alignment = best(aligner, heard)
    assert said(alignment).endswith(
        "large dark roast latte with lots of soy milk and a little bit of sweetener"
    )
    assert all(heard_word is None for heard_word, _ in differences(alignment))
