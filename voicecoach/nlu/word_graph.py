"""All sentences of the templates as one minimal acyclic automaton over words.

A few alternatives in every place make millions of sentences. The automaton holds all of them in
some thousand states:
it is what the decoding graph is made of, and what an utterance is aligned with.

It is built from the end: the automaton of a piece of a template, given what follows, is made of the
automaton of what follows. States that accept the same are one state, so that it is deterministic
and minimal at every step (hash-consing; the idea of Daciuk's incremental minimisation, for trees
instead of lists of words).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.template import Chain, Choice, Node, Shuffle, Slot, Text

_PIECES = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class _State:
    """What may follow: `arcs` are (label, next state), sorted. A label that begins with a blank is
    a word of its own; one that does not may be the end of a word ("s" after "minute"). `final` are
    the kinds of sentences that end."""

    arcs: tuple[tuple[str, int], ...]
    final: frozenset[str]


def word_graph(sentences: Iterable[tuple[Node, str]], spoken: Callable[[str], str]) -> WordGraph:
    """All `sentences`, each a template with its kind; `spoken` gives a word the form that the
    recogniser writes (nothing, where it is not spoken). A sentence without words is none."""
    builder = _WordGraphBuilder()
    kept = list(
        sentences
    )  # the values of a list are told by their identity, so that they must not vanish
    start = builder.union(builder.sentence(node, kind) for node, kind in kept)
    return builder.export(builder.spoken(start, spoken))


_NONE: frozenset[str] = frozenset()
_END = frozenset({""})
"""Kind of what is not yet a sentence: a word, or the values of a list."""

_NEVER = 0
"""The state that accepts nothing."""


class _WordGraphBuilder:
    """States, each kept once; a state's number is its place in `_states`."""

    def __init__(self) -> None:
        self._states = [_State((), _NONE)]
        self._numbers = {self._states[_NEVER]: _NEVER}
        self._unions: dict[frozenset[int], int] = {}
        self._values: dict[int, int] = {}
        self._pieces: dict[tuple[int, str], int] = {}
        self._end = self._state({}, _END)

    def sentence(self, node: Node, kind: str) -> int:
        """The sentences of a template."""
        return self._apart(self._before(node, self._state({}, frozenset({kind}))))

    def union(self, numbers: Iterable[int]) -> int:
        """What any of the states accepts."""
        wanted = frozenset(numbers) - {_NEVER}
        if len(wanted) <= 1:
            return next(iter(wanted), _NEVER)
        if wanted not in self._unions:
            states = [self._states[number] for number in wanted]
            targets: dict[str, set[int]] = {}
            for state in states:
                for label, target in state.arcs:
                    targets.setdefault(label, set()).add(target)
            arcs = {label: self.union(numbers) for label, numbers in targets.items()}
            self._unions[wanted] = self._state(
                arcs, _NONE.union(*(state.final for state in states))
            )
        return self._unions[wanted]

    def spoken(self, start: int, rule: Callable[[str], str]) -> int:
        """What `start` accepts in words as `rule` gives them: what it makes alike is one, what it
        silences is left out."""
        done: dict[int, int] = {}

        def said(number: int) -> int:
            if number not in done:
                state = self._states[number]
                branches = [self._state({}, state.final)]
                for label, target in state.arcs:
                    branches.append(reduce(self._word, reversed(rule(label).split()), said(target)))
                done[number] = self.union(branches)
            return done[number]

        return self._state(dict(self._states[said(start)].arcs), _NONE)

    def export(self, start: int) -> WordGraph:
        """The automaton from `start` on, numbered from 0, each state after those that lead to
        it."""
        order: list[int] = []
        seen: set[int] = set()

        def visit(number: int) -> None:
            if number not in seen:
                seen.add(number)
                for _label, target in self._states[number].arcs:
                    visit(target)
                order.append(number)

        visit(start)
        place = {number: index for index, number in enumerate(reversed(order))}
        states = [self._states[number] for number in place]
        arcs = tuple({word: place[target] for word, target in state.arcs} for state in states)
        return WordGraph(
            arcs, {index: state.final for index, state in enumerate(states) if state.final}
        )

    def _state(self, arcs: dict[str, int], final: frozenset[str]) -> int:
        live = {label: target for label, target in arcs.items() if target != _NEVER}
        state = _State(tuple(sorted(live.items())), final)
        if state not in self._numbers:
            self._numbers[state] = len(self._states)
            self._states.append(state)
        return self._numbers[state]

    def _before(self, node: Node, after: int) -> int:
        """`node`, and then what `after` accepts."""
        match node:
            case Text(text):
                return reduce(self._piece, reversed(_PIECES.findall(text)), after)
            case Choice(options):
                return self.union(self._before(option, after) for option in options)
            case Chain(parts):
                return reduce(lambda rest, part: self._before(part, rest), reversed(parts), after)
            case Shuffle(parts):
                return self._shuffled(parts, after)
            case Slot(_, values):
                return self._then(self._value(values), after)

    def _shuffled(self, parts: tuple[Node, ...], after: int) -> int:
        """All `parts` in any order, built up from the sets of those that come last: of these there
        are far fewer than there are orders."""
        everything = range(len(parts))
        last: dict[frozenset[int], int] = {frozenset(): after}
        for size in everything:
            for some in map(frozenset, combinations(everything, size + 1)):
                last[some] = self.union(
                    self._before(parts[first], last[some - {first}]) for first in some
                )
        return last[frozenset(everything)]

    def _piece(self, after: int, piece: str) -> int:
        if (after, piece) not in self._pieces:
            self._pieces[after, piece] = (
                self._relabelled(self._states[after], lambda label: " " + label.lstrip())
                if piece.isspace()
                else self._then(self._word(self._end, piece), after)
            )
        return self._pieces[after, piece]

    def _word(self, after: int, word: str) -> int:
        return self._state({word: after}, _NONE)

    def _apart(self, number: int) -> int:
        """The same at the beginning of a word: the blank before it has served its purpose."""
        return self._relabelled(self._states[number], str.lstrip)

    def _relabelled(self, state: _State, rule: Callable[[str], str]) -> int:
        targets: dict[str, set[int]] = {}
        for label, target in state.arcs:
            targets.setdefault(rule(label), set()).add(target)
        return self._state(
            {label: self.union(found) for label, found in targets.items()}, state.final
        )

    def _value(self, values: tuple[tuple[Node, object], ...]) -> int:
        """The values of a list, which many places share."""
        if id(values) not in self._values:
            self._values[id(values)] = self.union(
                self._before(said, self._end) for said, _value in values
            )
        return self._values[id(values)]

    def _then(self, number: int, after: int) -> int:
        """What `number` accepts, and then `after`: a word of its own, or the end of the last
        word."""
        state = self._states[after]
        glued = {label: target for label, target in state.arcs if not label.startswith(" ")}
        rest = {label: target for label, target in state.arcs if label.startswith(" ")}
        apart = self._apart(self._state(rest, state.final))
        done: dict[int, int] = {}

        def longer(number: int) -> int:
            if number not in done:
                branches = []
                for label, target in self._states[number].arcs:
                    ends = bool(self._states[target].final)
                    branches.append(
                        self._word(self.union([longer(target), *[apart] * ends]), label)
                    )
                    if ends:
                        branches.append(
                            self._state({label + piece: to for piece, to in glued.items()}, _NONE)
                        )
                done[number] = self.union(branches)
            return done[number]

        return self.union(
            [longer(number), after] if self._states[number].final else [longer(number)]
        )
