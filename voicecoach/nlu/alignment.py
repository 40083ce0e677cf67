"""Align an utterance with all sentences at once, represented by their word graph.

The method is dynamic programming for the edit distance, with the states of the graph in place of
one of the two texts. The table holds the least cost of being in a state after the first j words
heard. The edits are: a word of the sentence is heard, mistaken for another word, or missed; or a
word outside the sentence is heard. States are processed level by level, so that each step is one
array operation for all arcs and all words.

A second pass from the end gives the cost of the best sentence through each arc. Every other
sentence differs from the best one in at least one arc, so the passes together find the nearest
sentences in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.vocabulary import Likeness, Vocabulary

_Numbers = npt.NDArray[np.int32]
_Path = list[tuple[int | None, int | None]]
"""Steps of an alignment: index of the arc, and index of the word heard. One of the two may be
None."""

_UNIT = 1000
"""Cost of a word of weight 1. Costs are integers, so that sums do not depend on the order of the
terms."""

_NEVER = 1 << 28
"""Cost above that of any alignment; the sum of three fits into 32 bits."""

_END = ""
"""Label of the arcs from the states in which a sentence may end."""


class Edit(NamedTuple):
    """Hold one step of an alignment.

    `heard` is None for a missed word of the sentence, and `said` is None for a word outside the
    sentence. `alike` (0..1) is the similarity of the two words in sound and spelling.
    """

    heard: str | None
    said: str | None
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """Hold the alignment of an utterance with a sentence.

    `cost` is the total weight of the edits. `score` is 100 for equal texts and 0 for texts without
    a common word.
    `kinds` are the kinds of the sentence.
    """

    edits: tuple[Edit, ...]
    kinds: frozenset[str]
    cost: float
    score: float

    @property
    def said(self) -> tuple[str, ...]:
        """Return the words of the sentence."""
        return tuple(edit.said for edit in self.edits if edit.said is not None)


class Aligner:
    """Find the sentences of `graph` nearest to an utterance; `longest` is the greatest length in
    words."""

    def __init__(self, graph: WordGraph, vocabulary: Vocabulary):
        self._vocabulary = vocabulary
        self._final = graph.final
        end = len(graph.arcs)
        arcs = [
            (state, word, target)
            for state, arcs in enumerate(graph.arcs)
            for word, target in arcs.items()
        ]
        arcs += [(state, _END, end) for state in sorted(graph.final) if state]
        self._words = [*sorted({word for _, word, _ in arcs} - {_END}), _END]
        numbers = {word: number for number, word in enumerate(self._words)}
        self._labels = np.array([numbers[word] for _, word, _ in arcs], dtype=np.int64)
        self._missed = np.array([*map(self._weight, self._words[:-1]), 0], dtype=np.int32)
        self._likeness = Likeness(self._words[:-1], vocabulary.language)
        self._forth = _Direction([(source, target) for source, _, target in arcs], end)
        self._back = _Direction([(end - target, end - source) for source, _, target in arcs], end)
        self.longest = self._forth.depth - 1

    def nearest(self, heard: Sequence[str]) -> Iterator[Alignment]:
        """Yield alignments with the words `heard`, the nearest first.

        After the best sentence follows the best sentence through each arc that no earlier alignment
        contains.
        """
        if self.longest < 1:
            return
        forth = _Table(self._forth, self._costs(heard))
        path = forth.path(self._forth.end, len(heard))
        yield self._alignment(path, heard, int(forth.least[-1, -1]))
        used = {arc for arc, _ in path}
        back = _Table(self._back, self._costs(heard[::-1]))
        through = _through(forth, back)
        for arc in map(int, np.argsort(through, kind="stable")):
            if arc not in used:
                path = _path_through(arc, int(through[arc]), forth, back)
                used.update(arc for arc, _ in path)
                yield self._alignment(path, heard, int(through[arc]))

    def _weight(self, word: str) -> int:
        return round(_UNIT * self._vocabulary.weight(word))

    def _costs(self, heard: Sequence[str]) -> _Costs:
        extra = np.array([self._weight(word) for word in heard], dtype=np.int32)
        mistaken = np.full((len(self._words), len(heard)), _NEVER, dtype=np.int32)
        for place, word in enumerate(heard):
            mistaken[:-1, place] = np.rint(
                (self._missed[:-1] + extra[place]) * (1 - self._likeness.to(word))
            )
        return _Costs(self._missed[self._labels], extra, mistaken[self._labels])

    def _alignment(self, path: _Path, heard: Sequence[str], cost: int) -> Alignment:
        last = next(arc for arc, _ in reversed(path) if arc is not None)  # ends the sentence
        edits = []
        for arc, place in path:
            if arc != last:
                word = None if place is None else heard[place]
                said = None if arc is None else self._words[self._labels[arc]]
                alike = (
                    0.0
                    if word is None or arc is None
                    else float(self._likeness.to(word)[self._labels[arc]])
                )
                edits.append(Edit(word, said, alike))
        most = sum(
            self._weight(word)
            for edit in edits
            for word in (edit.heard, edit.said)
            if word is not None
        )
        kinds = self._final[int(self._forth.source[last])]
        return Alignment(tuple(edits), kinds, cost / _UNIT, 100 * (1 - cost / most))


class _Direction:
    """Hold the arcs (source, target) of a word graph from state 0 to the state `end`, in
    topological order.

    `levels` has three arrays for each level: the arcs into it sorted by target, the index of each
    target's first arc, and the targets.
    """

    def __init__(self, arcs: Sequence[tuple[int, int]], end: int):
        self.end = end
        self.source = np.array([source for source, _ in arcs], dtype=np.int64)
        self.target = np.array([target for _, target in arcs], dtype=np.int64)
        level = np.zeros(end + 1, dtype=np.int64)
        for source, target in sorted(arcs):
            level[target] = max(level[target], level[source] + 1)
        self.depth = int(level[end])
        self._by_target = by_target = np.argsort(self.target, kind="stable")
        self._begins = np.searchsorted(self.target[by_target], np.arange(end + 2))
        self.levels = []
        of_arcs = level[self.target[by_target]]
        for number in range(1, int(level.max(initial=0)) + 1):
            chosen = by_target[of_arcs == number]
            targets, starts = np.unique(self.target[chosen], return_index=True)
            self.levels.append((chosen, starts, targets))

    def into(self, state: int) -> npt.NDArray[np.int64]:
        """Return the arcs that lead to `state`."""
        return self._by_target[self._begins[state] : self._begins[state + 1]]


@dataclass(frozen=True, slots=True)
class _Costs:
    """Hold the costs of edits.

    `missed` has shape (arcs,): the arc's word was not heard. `extra` has shape (heard,): the word
    heard is not in the sentence. `mistaken` has shape (arcs, heard): the word was heard for the
    arc's word.
    """

    missed: _Numbers
    extra: _Numbers
    mistaken: _Numbers


class _Table:
    """Compute the least cost of each state after each number of words heard; shape (states, heard +
    1)."""

    def __init__(self, direction: _Direction, costs: _Costs):
        self.direction, self.costs = direction, costs
        heard = np.concatenate(([0], np.cumsum(costs.extra))).astype(np.int32)
        self.least = np.full((direction.end + 1, len(heard)), _NEVER, dtype=np.int32)
        self.least[0] = heard
        for arcs, starts, targets in direction.levels:
            before = self.least[direction.source[arcs]]
            after = before + costs.missed[arcs, None]
            np.minimum(after[:, 1:], before[:, :-1] + costs.mistaken[arcs], out=after[:, 1:])
            best = np.minimum.reduceat(after, starts, axis=0)
            self.least[targets] = np.minimum.accumulate(best - heard, axis=1) + heard

    def path(self, state: int, heard: int) -> _Path:
        """Return the cheapest steps from the start to `state` with `heard` words heard."""
        steps: _Path = []
        while state or heard:
            arc, place = self._step(state, heard)
            steps.append((arc, place))
            state = state if arc is None else int(self.direction.source[arc])
            heard -= place is not None
        return steps[::-1]

    def _step(self, state: int, heard: int) -> tuple[int | None, int | None]:
        """Return the last step of the cheapest path."""
        arcs = self.direction.into(state)
        sources, cost = self.direction.source[arcs], self.least[state, heard]
        if heard:
            taken = self.least[sources, heard - 1] + self.costs.mistaken[arcs, heard - 1] == cost
            if taken.any():
                return int(arcs[taken.argmax()]), heard - 1
            if self.least[state, heard - 1] + self.costs.extra[heard - 1] == cost:
                return None, heard - 1
        return int(
            arcs[(self.least[sources, heard] + self.costs.missed[arcs] == cost).argmax()]
        ), None


def _through(forth: _Table, back: _Table) -> _Numbers:
    """Return the cost of the cheapest alignment through each arc."""
    missed, mistaken = _joints(forth, back, slice(None))
    least: _Numbers = np.minimum(missed.min(axis=1), mistaken.min(axis=1, initial=_NEVER))
    return least


def _path_through(arc: int, cost: int, forth: _Table, back: _Table) -> _Path:
    """Return the steps of the alignment through `arc` with the given cost."""
    heard = forth.least.shape[1] - 1
    missed, mistaken = _joints(forth, back, slice(arc, arc + 1))
    word = int((mistaken[0] == cost).argmax()) if cost in mistaken else None
    before = int((missed[0] == cost).argmax()) if word is None else word
    after = before if word is None else word + 1
    rest = back.path(int(back.direction.source[arc]), heard - after)
    mirrored = [
        (one, None if place is None else heard - 1 - place) for one, place in reversed(rest)
    ]
    return [*forth.path(int(forth.direction.source[arc]), before), (arc, word), *mirrored]


def _joints(forth: _Table, back: _Table, arcs: slice) -> tuple[_Numbers, _Numbers]:
    """Return the costs of the cheapest alignments through arcs whose word is missed or mistaken.

    The first array has shape (arcs, heard + 1): the word is missed after that number of words. The
    second has shape (arcs, heard): the word is mistaken for that word.
    """
    before = forth.least[forth.direction.source[arcs]]
    after = back.least[back.direction.source[arcs], ::-1]
    missed = before + forth.costs.missed[arcs, None] + after
    mistaken = before[:, :-1] + forth.costs.mistaken[arcs] + after[:, 1:]
    return missed, mistaken
