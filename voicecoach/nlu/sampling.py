"""The sentences of a template: all of them, a fair sample, and every word.

A few alternatives in every place make millions of sentences (ten openings, two articles, a hundred
values in any order). So a template is counted before it is expanded, and sampled where it has too
many.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import permutations, product

from voicecoach.nlu.template import Chain, Choice, Node, Shuffle, Slot, Text, count

Draw = tuple[str, dict[str, object]]
"""Raw text of one sentence, and its slots in the order in which they are said."""


def expand(node: Node) -> Iterator[Draw]:
    """Every sentence."""
    match node:
        case Text(text):
            yield text, {}
        case Choice(options):
            for option in options:
                yield from expand(option)
        case Chain(parts):
            yield from map(_join, product(*map(_all, parts)))
        case Shuffle(parts):
            for order in permutations(map(_all, parts)):
                yield from map(_join, product(*order))
        case Slot(name, values):
            for said, value in values:
                yield from (_fill(name, value, drawn) for drawn in expand(said))


def draw(node: Node, rng: random.Random) -> Draw:
    """One sentence at random, every alternative at a place being as likely as the others there."""
    match node:
        case Text(text):
            return text, {}
        case Choice(options):
            return draw(rng.choice(options), rng)
        case Chain(parts):
            return _join([draw(part, rng) for part in parts])
        case Shuffle(parts):
            return _join([draw(part, rng) for part in rng.sample(parts, len(parts))])
        case Slot(name, values):
            said, value = rng.choice(values)
            return _fill(name, value, draw(said, rng))


def cover(node: Node) -> list[Draw]:
    """Few sentences in which every alternative and every value of a list is said at least once."""
    match node:
        case Text(text):
            return [(text, {})]
        case Choice(options):
            return [drawn for option in options for drawn in cover(option)]
        case Chain(parts) | Shuffle(parts):
            columns = [cover(part) for part in parts]
            if not all(columns):
                return []
            rows = max(map(len, columns), default=1)
            return [_join([column[row % len(column)] for column in columns]) for row in range(rows)]
        case Slot(name, values):
            return [_fill(name, value, drawn) for said, value in values for drawn in cover(said)]


def sample(node: Node, size: int, rng: random.Random) -> list[Draw]:
    """All sentences where there are at most `size`, else a random sample of about `size` that
    covers the tree."""
    if count(node) <= size:
        return list(expand(node))
    drawn = {(text, repr(slots)): (text, slots) for text, slots in cover(node)}
    for _ in range(
        4 * size
    ):  # bounded: where the same few are likely, drawing on finds little that is new
        if len(drawn) >= size:
            break
        text, slots = draw(node, rng)
        drawn.setdefault((text, repr(slots)), (text, slots))
    return list(drawn.values())


def shares(sizes: Sequence[int], limit: int) -> list[int]:
    """`limit` shared out fairly: what one does not need goes to the others; at least one each."""
    granted = [0] * len(sizes)
    left = limit
    for taken, index in enumerate(sorted(range(len(sizes)), key=lambda index: sizes[index])):
        granted[index] = max(1, min(sizes[index], left // (len(sizes) - taken)))
        left -= granted[index]
    return granted


def slots(node: Node) -> Iterator[Slot]:
    """Every slot in the tree, but not those within the values of another."""
    match node:
        case Slot():
            yield node
        case Choice(parts) | Chain(parts) | Shuffle(parts):
            for part in parts:
                yield from slots(part)


def _all(node: Node) -> list[Draw]:
    return list(expand(node))


def _join(draws: Iterable[Draw]) -> Draw:
    texts, slots = zip(*draws, strict=True) if (draws := list(draws)) else ((), ())
    return "".join(texts), together((name, value) for said in slots for name, value in said.items())


def together(said: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Slots by name; one that is said several times has the list of its values, each once."""
    slots: dict[str, list[object]] = {}
    for name, value in said:
        values = slots.setdefault(name, [])
        values += [
            one for one in (value if isinstance(value, list) else [value]) if one not in values
        ]
    return {name: values if len(values) > 1 else values[0] for name, values in slots.items()}


def _fill(name: str, value: object, drawn: Draw) -> Draw:
    text, slots = drawn
    return text, {**slots, name: " ".join(text.split()) if value is None else value}


# --- words --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a node can contribute to words: a text without a space (`whole`), or its first and last
    piece, which may be glued to what stands beside it, and the complete words between them."""

    whole: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()

    def __add__(self, other: Pieces) -> Pieces:
        """One glued to the other."""
        return Pieces(
            _glue(self.whole, other.whole),
            self.first | _glue(self.whole, other.first),
            other.last | _glue(self.last, other.whole),
            self.inner | other.inner | _glue(self.last, other.first),
        )


def words(node: Node) -> frozenset[str]:
    """Every word of every sentence, without expanding them."""
    pieces = _pieces(node)
    return (pieces.whole | pieces.first | pieces.last | pieces.inner) - {""}


def _pieces(node: Node) -> Pieces:
    match node:
        case Text(text):
            first, *others = re.split(r"\s+", text)
            if not others:
                return Pieces(whole=frozenset({first}))
            return Pieces(
                first=frozenset({first}), last=frozenset({others[-1]}), inner=frozenset(others[:-1])
            )
        case Choice(options):
            return _any(options)
        case Chain(parts) | Shuffle(
            parts
        ):  # a shuffle's parts have spaces around them: no order glues them
            return reduce(Pieces.__add__, map(_pieces, parts), Pieces(whole=frozenset({""})))
        case Slot(_, values):
            return _any(said for said, _ in values)


def _any(nodes: Iterable[Node]) -> Pieces:
    """What one of `nodes` can contribute."""
    found = [_pieces(node) for node in nodes]
    kinds = zip(*((one.whole, one.first, one.last, one.inner) for one in found), strict=True)
    return Pieces(*(frozenset().union(*kind) for kind in kinds))


def _glue(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    return frozenset(one + other for one in left for other in right)
