"""A sentence template as a small tree, compiled from what hassil's parser makes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from hassil import expression as hx
from hassil.intents import RangeSlotList, SlotList, TextSlotList, TextSlotValue

from voicecoach.nlu.numbers import number_words, spell_out


class TemplateError(ValueError):
    """A template that cannot be expanded; the message says what is missing in it."""


@dataclass(frozen=True)
class Text:
    """Literal text; spaces matter, since "minute" and "s" make one word."""

    text: str


@dataclass(frozen=True)
class Choice:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Chain:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Shuffle:
    """All, in any order."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Slot:
    """A value for slot `name`, of a list: pairs of what is said and what it means (None: what is
    said)."""

    name: str
    values: tuple[tuple[Node, object], ...]


Node = Text | Choice | Chain | Shuffle | Slot


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
        case Slot(_, values):
            return sum(count(said) for said, _ in values)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the references of a template may refer to."""

    lists: Mapping[str, SlotList]
    rules: Mapping[str, hx.Sentence]
    language: str
    _compiled: dict[str, tuple[tuple[Node, object], ...]] = field(default_factory=dict)

    def compile(self, expression: hx.Expression, inside: tuple[str, ...] = ()) -> Node:
        """The tree of `expression`; TemplateError for an unknown list or rule, or a rule within
        itself.

        Puts the literals of `expression` into spoken form, so that hassil, which compares them
        letter by letter, matches what the recogniser writes. Wildcards have no sentences, and what
        needs them has none.
        """
        if isinstance(expression, hx.TextChunk):
            expression.text = spell_out(expression.text, self.language)
            return Text(expression.text)
        if isinstance(expression, hx.RuleReference):
            return self._rule(expression.rule_name, inside)
        if isinstance(expression, hx.ListReference):
            values = self._compiled.get(expression.list_name)
            if values is None:
                values = self._compiled[expression.list_name] = self._values(expression, inside)
            if expression.is_capture:  # serves hassil's answers only: no slot
                return Choice(tuple(node for node, _ in values))
            return Slot(expression.slot_name, values)
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
        values = self.lists.get(reference.list_name)
        bounds = reference.get_inline_range()
        if values is None and bounds is not None:
            values = in_words(RangeSlotList(reference.list_name, *bounds), self.language)
        if values is None:
            raise TemplateError(f"there is no list {{{reference.list_name}}}")
        if not isinstance(values, TextSlotList):
            return ()
        pairs = ((self.compile(value.text_in, inside), value.value_out) for value in values.values)
        return tuple((node, value) for node, value in pairs if count(node))


def in_words(numbers: RangeSlotList, language: str) -> TextSlotList:
    """The list of the spoken forms of `numbers`; TemplateError where the language has no rules for
    them.

    Spoken numbers are words, whatever the list says of digits. (hassil's own table of number words
    is shared by all lists with the same bounds and forgets that they may differ in their
    multiplier.)
    """
    language = numbers.words_language or language
    values = []
    for number in numbers.get_numbers():
        value = whole(number * (1 if numbers.multiplier is None else numbers.multiplier))
        try:
            values += [
                TextSlotValue(hx.TextChunk(text), value) for text in number_words(number, language)
            ]
        except ValueError:
            raise TemplateError(
                f"numbers cannot be put into words in the language {language!r}"
            ) from None
    return TextSlotList(numbers.name, values)


def whole(value: float) -> float:
    """`value`, as an integer where it has no fraction."""
    return int(value) if value == int(value) else value
