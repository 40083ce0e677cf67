"""The sentences of a template: how many there are, all of them, a fair sample, and every word.

A template is compiled into a small tree first. Numbers of sentences multiply along a tree (108 values after ten
openings in any order make millions), so the tree is counted before it is expanded.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import permutations, product

from hassil import expression as hx
from hassil.intents import RangeSlotList, SlotList, TextSlotList

from voicecoach.nlu.numbers import number_words, spell_out


class TemplateError(ValueError):
    """A template that cannot be expanded; the message says what is missing in it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text; spaces matter, since "minute" and "s" make one word."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Shuffle:
    """All, in any order."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of list `source` for slot `name`: pairs of what is said and what it means (None: what is said)."""

    name: str
    source: str
    values: tuple[tuple[Node, object], ...]


Node = Text | Choice | Chain | Shuffle | Slot
Draw = tuple[str, dict[str, object]]
"""Raw text of one sentence, and its slots in the order in which they are said."""


# --- compiling -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    """What the references of a template may refer to."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, hx.Sentence]
    language: str

    def compile(self, expression: hx.Expression, inside: tuple[str, ...] = ()) -> Node:
        """The tree of `expression`; TemplateError for an unknown list or rule, or a rule within itself.

        Puts the literals of `expression` into spoken form, so that hassil, which compares them letter by
        letter, matches what the recogniser writes. Wildcards have no sentences, and what needs them has none.
        """
        if isinstance(expression, hx.TextChunk):
            expression.text = spell_out(expression.text, self.language)
            return Text(expression.text)
        if isinstance(expression, hx.RuleReference):
            return self._rule(expression.rule_name, inside)
        if isinstance(expression, hx.ListReference):
            values = self._values(expression, inside)
            if expression.is_capture:  # serves hassil's answers only: no slot
                return Choice(tuple(node for node, _ in values))
            return Slot(expression.slot_name, expression.list_name, values)
        if not isinstance(expression, hx.Group):
            raise TemplateError(f"{expression} cannot be expanded")
        parts = tuple(self.compile(item, inside) for item in expression.items)
        if isinstance(expression, hx.Alternative):
            return Choice(tuple(part for part in parts if count(part)))
        return Shuffle(parts) if isinstance(expression, hx.Permutation) else Chain(parts)

    def _rule(self, name: str, inside: tuple[str, ...]) -> Node:
        if name in inside:
            raise TemplateError(f"the rule <{name}> refers to itself")
        if name not in self.rules:
            raise TemplateError(f"there is no expansion rule <{name}>")
        return self.compile(self.rules[name].expression, (*inside, name))

    def _values(
        self, reference: hx.ListReference, inside: tuple[str, ...]
    ) -> tuple[tuple[Node, object], ...]:
        bounds = reference.get_inline_range()
        values = self.lists.get(reference.list_name)
        if values is None and bounds is not None:
            values = RangeSlotList(reference.list_name, *bounds)
        if values is None:
            raise TemplateError(f"there is no list {{{reference.list_name}}}")
        if isinstance(values, RangeSlotList):
            return tuple(self._numbers(values))
        if not isinstance(values, TextSlotList):
            return ()
        pairs = ((self.compile(value.text_in, inside), value.value_out) for value in values.values)
        return tuple((node, value) for node, value in pairs if count(node))

    def _numbers(self, numbers: RangeSlotList) -> Iterator[tuple[Node, object]]:
        language = numbers.words_language or self.language
        for number in numbers.get_numbers():
            value = whole(number * (1 if numbers.multiplier is None else numbers.multiplier))
            try:
                texts = number_words(number, language)
            except ValueError as error:
                raise TemplateError(f"numbers cannot be put into words in language {language!r}") from error
            yield from ((Text(text), value) for text in texts)


def whole(value: object) -> object:
    """`value`, as an integer where it is a float without a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# --- counting and drawing --------------------------------------------------------------------------------


def count(node: Node) -> int:
    """How many sentences there are, counting what can be said in two ways twice."""
    match node:
        case Text():
            return 1
        case Choice(options):
            return sum(map(count, options))
        case Chain(parts):
            return math.prod(map(count, parts))
        case Shuffle(parts):
            return math.factorial(len(parts)) * math.prod(map(count, parts))
        case Slot(_, _, values):
            return sum(count(said) for said, _ in values)


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
        case Slot(name, _, values):
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
        case Slot(name, _, values):
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
        case Slot(name, _, values):
            return [_fill(name, value, drawn) for said, value in values for drawn in cover(said)]


def sample(node: Node, size: int, rng: random.Random) -> list[Draw]:
    """All sentences where there are at most `size`, else a random sample of about `size` that covers the tree."""
    if count(node) <= size:
        return list(expand(node))
    drawn = {text: slots for text, slots in cover(node)}
    for _ in range(4 * size):  # bounded: where the same few are likely, drawing on finds little that is new
        if len(drawn) >= size:
            break
        text, slots = draw(node, rng)
        drawn.setdefault(text, slots)
    return list(drawn.items())


def shares(sizes: Sequence[int], limit: int) -> list[int]:
    """`limit` shared out fairly: what one does not need goes to the others; at least one each."""
    granted = [0] * len(sizes)
    left = limit
    for taken, index in enumerate(sorted(range(len(sizes)), key=lambda index: sizes[index])):
        granted[index] = max(1, min(sizes[index], left // (len(sizes) - taken)))
        left -= granted[index]
    return granted


def outline(node: Node, mark: Callable[[Slot], str]) -> Node:
    """The tree with one word, `mark`, in the place of a list's values; that slot's value is the list's name."""
    match node:
        case Text():
            return node
        case Choice(options):
            return Choice(tuple(outline(option, mark) for option in options))
        case Chain(parts):
            return Chain(tuple(outline(part, mark) for part in parts))
        case Shuffle(parts):
            return Shuffle(tuple(outline(part, mark) for part in parts))
        case Slot(name, source, _):
            return Slot(name, source, ((Text(mark(node)), source),))


# --- words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a node can contribute to words: a text without a space (`whole`), or its first and last piece, which
    may be glued to what stands beside it, and the complete words between them."""

    whole: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()

    def __or__(self, other: Pieces) -> Pieces:
        """Either."""
        return Pieces(
            self.whole | other.whole,
            self.first | other.first,
            self.last | other.last,
            self.inner | other.inner,
        )

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
            return reduce(Pieces.__or__, map(_pieces, options), Pieces())
        case Chain(parts) | Shuffle(parts):  # a shuffle's parts have spaces around them: no order glues them
            return reduce(Pieces.__add__, map(_pieces, parts), Pieces(whole=frozenset({""})))
        case Slot(_, _, values):
            return reduce(Pieces.__or__, (_pieces(said) for said, _ in values), Pieces())


def _glue(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    return frozenset(one + other for one in left for other in right)


def _all(node: Node) -> list[Draw]:
    return list(expand(node))


def _join(draws: Iterable[Draw]) -> Draw:
    texts, slots = zip(*draws, strict=True) if (draws := list(draws)) else ((), ())
    return "".join(texts), {name: value for said in slots for name, value in said.items()}


def _fill(name: str, value: object, drawn: Draw) -> Draw:
    text, slots = drawn
    return text, {**slots, name: " ".join(text.split()) if value is None else value}
