"""Word graphs for tests: from plain sentences, and back to all that they accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.numbers import spoken
from voicecoach.nlu.template import Text
from voicecoach.nlu.word_graph import word_graph


def graph_of(sentences: Iterable[str]) -> WordGraph:
    """The graph of plain sentences, each a kind of its own."""
    return graph_of_kinds({sentence: sentence for sentence in sentences})


def graph_of_kinds(kinds: Mapping[str, str]) -> WordGraph:
    """The graph of sentences with their kinds."""
    return word_graph(
        [(Text(sentence), kind) for sentence, kind in kinds.items()],
        lambda word: spoken(word, "en"),
    )


def accepted(graph: WordGraph) -> dict[str, frozenset[str]]:
    """Every sentence of the graph, with its kinds."""

    def walk(state: int, said: tuple[str, ...]) -> Iterator[tuple[str, frozenset[str]]]:
        if state in graph.final:
            yield " ".join(said), graph.final[state]
        for word, target in graph.arcs[state].items():
            yield from walk(target, (*said, word))

    return dict(walk(0, ()))


def state_after(graph: WordGraph, words: str) -> int:
    """The state in which `words` end; KeyError where they begin no sentence."""
    state = 0
    for word in words.split():
        state = graph.arcs[state][word]
    return state
