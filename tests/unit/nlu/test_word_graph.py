"""All sentences of the templates as one automaton: exactly those, and in as few states as there can
be."""

from __future__ import annotations

import random
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.intents import COFFEE, COFFEES, intents_of, project_intents
from tests.support.word_graphs import accepted, graph_of_kinds, state_after
from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.numbers import spoken
from voicecoach.nlu.sampling import expand
from voicecoach.nlu.sentence import CAUTION, VARIES
from voicecoach.nlu.template import Chain, Choice, Node, Shuffle, Slot, Text, count
from voicecoach.nlu.word_graph import word_graph

LISTS = """
lists:
  number: {values: [one, two, twenty, twenty one]}
  name: {values: [anna, lee ann]}
  milk: {values: ["[<some>] milk", "cream[s]"]}
expansion_rules:
  some: "(some|a bit of)"
"""


def graph(*templates: tuple[Node, str]) -> WordGraph:
    return word_graph(templates, lambda word: spoken(word, "en"))


def expanded(*templates: tuple[Node, str]) -> dict[str, frozenset[str]]:
    """Every sentence with its kinds, by writing them all out."""
    found: dict[str, frozenset[str]] = {}
    for node, kind in templates:
        for raw, _slots in expand(node):
            if text := spoken(raw, "en"):
                found[text] = found.get(text, frozenset()) | {kind}
    return found


def of_file(folder: Path, *templates: str) -> WordGraph:
    """The graph of an intents file with these templates."""
    lines = "".join(f'          - "{template}"\n' for template in templates)
    text = f"language: en\nintents:\n  A:\n    data:\n      - sentences:\n{lines}{LISTS}"
    return intents_of(folder, text).word_graph()


# --- exactly the sentences ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("(go|move) on", ["go on", "move on"]),
        ("next [one]", ["next", "next one"]),
        ("[go] [one] back", ["back", "go back", "go one back", "one back"]),
        ("what['s] next", ["what next", "what's next"]),
        ("a minute[s] more", ["a minute more", "a minutes more"]),
        (
            "(un|re)(do|[w]rap) it",
            ["redo it", "rerap it", "rewrap it", "undo it", "unrap it", "unwrap it"],
        ),
        ("(a;b;c) d", ["a b c d", "a c b d", "b a c d", "b c a d", "c a b d", "c b a d"]),
        ("[(a;b)] c", ["a b c", "b a c", "c"]),
        ("hold {number}", ["hold one", "hold twenty", "hold twenty one", "hold two"]),
        ("{name} one", ["anna one", "lee ann one"]),
        ("{name}'s [turn]", ["anna's", "anna's turn", "lee ann's", "lee ann's turn"]),
        (
            "[with] {milk}",
            [
                f"{w}{m}"
                for w in ("", "with ")
                for m in ("a bit of milk", "cream", "creams", "milk", "some milk")
            ],
        ),
        (
            "{name} and {name:other}",
            [f"{a} and {b}" for a in ("anna", "lee ann") for b in ("anna", "lee ann")],
        ),
        ("play 'next' (next|'next')", ["play next next"]),
        ("black ' white", ["black white"]),
        ("[say] [cheese]", ["cheese", "say", "say cheese"]),
    ],
)
def test_a_template_is_its_sentences(tmp_path: Path, template: str, sentences: list[str]) -> None:
    assert sorted(accepted(of_file(tmp_path, template))) == sorted(sentences)


def test_a_list_that_other_words_follow_ends_in_each_place_as_that_place_wants(
    tmp_path: Path,
) -> None:
    found = accepted(
        of_file(tmp_path, "hold {number} seconds", "do {number}", "[about] {number} more")
    )
    numbers = ["one", "two", "twenty", "twenty one"]
    wanted = {*(f"hold {n} seconds" for n in numbers), *(f"do {n}" for n in numbers)}
    assert set(found) == wanted | {f"{about}{n} more" for n in numbers for about in ("", "about ")}


def test_lists_that_live_no_longer_than_their_template_are_not_mixed_up() -> None:
    lists = [[f"{first}{'x' * number}" for number in range(100)] for first in "abcdef"]
    templates = ((slots(names), names[0]) for names in lists)
    assert accepted(word_graph(templates, str.strip)) == {
        name: {names[0]} for names in lists for name in names
    }


@pytest.mark.parametrize(
    "nothing", [Text(""), Text("  "), Chain(()), Shuffle(()), Choice((Text(""),)), Choice(())]
)
def test_a_template_without_words_has_no_sentence(nothing: Node) -> None:
    assert graph((nothing, "Nothing")) == WordGraph(({},), {})
    assert accepted(graph((nothing, "Nothing"), (Text("stop"), "Stop"))) == {"stop": {"Stop"}}


def test_a_template_with_a_list_that_is_empty_has_no_sentence() -> None:
    never = Chain((Text("play "), Slot("song", ()), Text(" now")))
    assert accepted(graph((never, "Play"), (Text("play on"), "Resume"))) == {"play on": {"Resume"}}


def test_there_may_be_no_templates_at_all() -> None:
    assert graph() == WordGraph(({},), {})


def test_a_list_may_have_a_value_that_need_not_be_said() -> None:
    maybe = Slot("how", ((Choice((Text("gently"), Text(""))), "gently"),))
    assert set(accepted(graph((Chain((Text("stretch "), maybe, Text(" now"))), "A")))) == {
        "stretch gently now",
        "stretch now",
    }


def test_sixty_optional_words_one_within_the_other_are_no_burden(tmp_path: Path) -> None:
    template = reduce(lambda inner, number: f"[w{'x' * number} {inner}]", range(60), "end")
    assert len(accepted(of_file(tmp_path, f"go {template}"))) == 61


def test_ten_things_in_any_order_are_no_burden() -> None:
    names = [f"w{'x' * number}" for number in range(10)]
    found = graph((Shuffle(tuple(Text(f" {name} ") for name in names)), "A"))
    assert len(found.arcs) == 2 ** len(names), "one state for each set of those that were said"
    rng = random.Random(0)
    for _ in range(20):
        assert state_after(found, " ".join(rng.sample(names, len(names)))) in found.final
    with pytest.raises(KeyError):
        state_after(found, f"{names[0]} {names[0]}")


# --- of any templates ---------------------------------------------------------------------------

TEXTS = st.sampled_from(["a", "b", "s", "'s", " ", "", "a ", " b", "a b", " s a ", " c "])
VALUES = st.lists(
    st.sampled_from(["a", "b", "a b", "b a", "c", "b a c"]), min_size=1, max_size=4, unique=True
)


def tuples(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(nodes, max_size=3).map(tuple)


def slots(values: list[str]) -> Node:
    return Slot("slot", tuple([(Text(value), None) for value in values]))


TREES: st.SearchStrategy[Node] = st.recursive(
    TEXTS.map(Text) | VALUES.map(slots),
    lambda nodes: tuples(nodes).map(Choice) | tuples(nodes).map(Chain) | tuples(nodes).map(Shuffle),
    max_leaves=7,
)
TEMPLATES = st.lists(
    st.tuples(TREES.filter(lambda node: count(node) <= 300), st.sampled_from("AB")), max_size=3
)
ANY = settings(derandomize=True, deadline=None, database=None, max_examples=300)


@ANY
@given(TEMPLATES)
def test_any_templates_are_their_sentences_with_their_kinds(
    templates: list[tuple[Node, str]],
) -> None:
    assert accepted(graph(*templates)) == expanded(*templates)


@ANY
@given(TEMPLATES)
def test_any_templates_that_say_the_same_are_the_same_automaton(
    templates: list[tuple[Node, str]],
) -> None:
    one_by_one = [
        (Text(text), kind) for text, kinds in expanded(*templates).items() for kind in sorted(kinds)
    ]
    assert graph(*templates) == graph(*reversed(one_by_one))


@ANY
@given(TEMPLATES)
def test_any_automaton_is_minimal_and_in_order(templates: list[tuple[Node, str]]) -> None:
    found = graph(*templates)
    assert_minimal(found)
    assert_in_order(found)


def assert_minimal(found: WordGraph) -> None:
    """No two states accept the same (where they follow alike, and end alike), and each is on a
    sentence's way."""
    states = [
        (tuple(sorted(arcs.items())), found.final.get(number))
        for number, arcs in enumerate(found.arcs)
    ]
    assert len(set(states)) == len(states)
    assert all(arcs or number in found.final for number, arcs in enumerate(found.arcs) if number)
    assert {0} | {target for arcs in found.arcs for target in arcs.values()} == set(
        range(len(found.arcs))
    )


def assert_in_order(found: WordGraph) -> None:
    """A state comes after those that lead to it."""
    assert all(
        number < target for number, arcs in enumerate(found.arcs) for target in arcs.values()
    )


# --- kinds --------------------------------------------------------------------------------------


def test_sentences_of_different_kinds_end_apart() -> None:
    found = graph_of_kinds({"start now": "Start", "stop now": "Stop", "halt now": "Stop"})
    assert found.final[state_after(found, "start now")] == {"Start"}
    assert (
        state_after(found, "stop now")
        == state_after(found, "halt now")
        != state_after(found, "start now")
    )


def test_a_sentence_of_two_kinds_has_both() -> None:
    found = graph(
        (Text("start"), "Ready"), (Text("start [again]"), "Resume"), (Text("start"), "StartRoutine")
    )
    assert found.final[state_after(found, "start")] == {"Ready", "StartRoutine"}


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("stop", {"Stop"}),
        ("hold for twenty seconds", {f"SetHold{VARIES}"}),
        ("how long", {"HowLongHold", "HowLongLeft"}),
        ("start leg routine", {f"StartRoutine{VARIES}"}),
    ],
)
def test_the_projects_sentences_have_the_kinds_of_their_templates(
    sentence: str, kinds: set[str]
) -> None:
    found = project_intents().word_graph()
    assert {kind.split(CAUTION)[0] for kind in found.final[state_after(found, sentence)]} == kinds


# --- whole files --------------------------------------------------------------------------------


def test_every_sentence_of_the_project_is_in_its_graph_with_its_kind() -> None:
    intents = project_intents()
    found = intents.word_graph()
    kinds = {(one.text, one.intent, one.states): one.kind for one in intents.templates}
    sentences = intents.sentences()
    assert len(sentences) > 10_000
    missing = [
        one.text
        for one in sentences
        if kinds[one.template, one.intent, one.states]
        not in found.final.get(state_after(found, one.text), ())
    ]
    assert missing == []


def test_what_the_graph_of_the_project_accepts_is_an_exact_sentence_of_it() -> None:
    intents = project_intents()
    found = intents.word_graph()
    rng = random.Random(0)
    for _ in range(300):
        text, state = random_sentence(found, rng)
        meant = {one.intent for one in intents.exact(text)}
        plain = {one.intent for one in intents.exact(text) if one.text == text}
        kinds = {kind.split()[0] for kind in found.final[state]}
        assert plain <= kinds <= meant, f"{text!r}, which may mean more without its skip words"


def random_sentence(found: WordGraph, rng: random.Random) -> tuple[str, int]:
    """A walk from the start to a place where a sentence may end, and the state there."""
    state, words = 0, []
    while state not in found.final or (found.arcs[state] and rng.random() < 0.7):
        word = rng.choice(list(found.arcs[state]))
        words.append(word)
        state = found.arcs[state][word]
    return " ".join(words), state


def test_the_graph_of_the_project_is_minimal_and_in_order() -> None:
    found = project_intents().word_graph()
    assert_minimal(found)
    assert_in_order(found)


def test_millions_of_sentences_are_some_thousand_states(tmp_path: Path) -> None:
    found = intents_of(tmp_path, COFFEE).word_graph()
    assert paths(found) > COFFEES / 2, "some can be said in two ways"
    assert len(found.arcs) < 200
    assert len(project_intents().word_graph().arcs) < 4_000


def paths(found: WordGraph) -> int:
    """How many sentences the graph accepts."""
    ahead = [0] * len(found.arcs)
    for number in reversed(range(len(found.arcs))):
        ahead[number] = (number in found.final) + sum(
            ahead[target] for target in found.arcs[number].values()
        )
    return ahead[0]
