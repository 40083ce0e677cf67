"""Intents in Home Assistant's format: loaded, checked, and turned into sentences.

The format is read by hassil. Blocks of sentences are gated by `requires_context: {state: [...]}`: the states of
the session in which they count. A block without it counts in every state.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from hassil import Intents, recognize_all
from hassil.intents import Intent, IntentData, RangeSlotList
from hassil.recognize import RecognizeResult
from hassil.util import remove_skip_words

from voicecoach.nlu import expand
from voicecoach.nlu.intent_file import IntentFile, IntentsError
from voicecoach.nlu.numbers import spoken

__all__ = ["LIMIT", "IntentSet", "IntentsError", "Template", "TemplateSentence", "load_intents"]

LIMIT = 20_000
"""Sentences up to which an intents file is expanded in full; above it a sample is drawn."""

_SEED = 0
_PACKAGED = Path(__file__).parents[1] / "data" / "intents.yaml"
_CHECKOUT = Path(__file__).parents[2] / "intents.yaml"


@dataclass(frozen=True, slots=True)
class TemplateSentence:
    """One sentence as it is spoken, and what it means.

    `states` are the states of the session in which it counts (None: all of them); `template` is where it comes
    from, as it stands in the file.
    """

    text: str
    intent: str
    slots: Mapping[str, object]
    states: frozenset[str] | None
    template: str

    @property
    def meaning(self) -> tuple[str, str]:
        """What tells it from a sentence that wants something else: intent and slots."""
        return self.intent, repr(sorted(self.slots.items()))

    def counts_in(self, states: Collection[str] | None) -> bool:
        """Whether it counts in any of `states` (None: whatever the state)."""
        return states is None or self.states is None or not self.states.isdisjoint(states)


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the file. `slots` are those of its block; `line` is where it stands."""

    text: str
    intent: str
    slots: Mapping[str, object]
    states: frozenset[str] | None
    line: int
    node: expand.Node

    def sentence(self, text: str, slots: Mapping[str, object]) -> TemplateSentence:
        """A sentence of this template."""
        return TemplateSentence(text, self.intent, {**self.slots, **slots}, self.states, self.text)


class IntentSet:
    """The intents of one file.

    `hassil` holds them without their gates, so that whoever matches can tell "not now" from "never"; `name` is
    the file's; `count` is how many sentences there are in all; `states` are all states that gates name.
    """

    def __init__(self, name: str, hassil: Intents, blocks: Sequence[tuple[IntentData, Sequence[Template]]]):
        self.name = name
        self.hassil = hassil
        self.language = hassil.language
        self.skip_words = tuple(hassil.skip_words)
        self.templates = tuple(template for _, templates in blocks for template in templates)
        self.states = frozenset(state for template in self.templates for state in template.states or ())
        self.count = sum(expand.count(template.node) for template in self.templates)
        self._rank = {id(data): rank for rank, (data, _) in enumerate(blocks)}
        self._template = {
            (id(data), template.text): template for data, templates in blocks for template in templates
        }
        self._sentences = lru_cache(maxsize=2)(self._expand)

    def sentences(self, limit: int = LIMIT) -> tuple[TemplateSentence, ...]:
        """All sentences, or where there are more than `limit` a random sample of about that many, the same each
        time, shared out fairly among intents and templates, in which every alternative and every value of every
        list is said at least once (even if that takes more than `limit`). Skip words are left out."""
        return self._sentences(limit)

    def words(self) -> frozenset[str]:
        """Every word that can be said: those of all templates and lists, and the skip words."""
        fillers = {word for phrase in self.skip_words for word in phrase.split()}
        return frozenset(fillers).union(*(expand.words(template.node) for template in self.templates))

    def without_skip_words(self, text: str) -> str:
        """`text` without words that mean nothing ("please")."""
        return " ".join(remove_skip_words(text, self.skip_words, ignore_whitespace=False).split())

    def exact(self, text: str) -> tuple[TemplateSentence, ...]:
        """What `text`, in spoken form, says word for word, in whatever state it counts, the best reading first:
        fewest wildcards, then most words of the template itself, then the order of the file."""
        results = sorted(recognize_all(text, self.hassil, language=self.language), key=self._order)
        kept = self.without_skip_words(text)
        found = [self._read(kept, result) for result in results]
        return tuple({(one.meaning, one.states, one.template): one for one in found}.values())

    def _order(self, result: RecognizeResult) -> tuple[int, int, int]:
        wildcards = sum(entity.is_wildcard for entity in result.entities_list)
        return wildcards, -result.text_chunks_matched, self._rank[id(result.intent_data)]

    def _read(self, text: str, result: RecognizeResult) -> TemplateSentence:
        source = result.intent_sentence.text if result.intent_sentence else None
        template = self._template[id(result.intent_data), source or ""]
        slots = {name: _value(entity.value) for name, entity in result.entities.items()}
        return template.sentence(text, slots)

    def _expand(self, limit: int) -> tuple[TemplateSentence, ...]:
        rng = random.Random(_SEED)
        found: dict[tuple[str, tuple[str, str], frozenset[str] | None], TemplateSentence] = {}
        for template, size in self._sizes(limit):
            for raw, slots in expand.sample(template.node, size, rng):
                text = spoken(raw, self.language)
                sentence = template.sentence(text, slots)
                if text:
                    found.setdefault((text, sentence.meaning, sentence.states), sentence)
        return tuple(found.values())

    def _sizes(self, limit: int) -> Iterator[tuple[Template, int]]:
        """How many sentences to draw from each template: intents share the limit, then their templates."""
        intents: dict[str, list[Template]] = {}
        for template in self.templates:
            intents.setdefault(template.intent, []).append(template)
        counts = [[expand.count(template.node) for template in templates] for templates in intents.values()]
        for templates, sizes, share in zip(
            intents.values(), counts, expand.shares(list(map(sum, counts)), limit), strict=True
        ):
            yield from zip(templates, expand.shares(sizes, share), strict=True)


def load_intents(
    path: Path | None = None, lists: Mapping[str, Sequence[tuple[str, str]]] | None = None
) -> IntentSet:
    """The intents of the file at `path` (None: the project's own), with `lists` of (what is said, what it means)
    added to, or in the place of, those in the file. IntentsError where the file is at fault."""
    if path is None:
        path = _PACKAGED if _PACKAGED.is_file() else _CHECKOUT
    file = IntentFile(path)
    raw = file.raw
    language = raw["language"]
    added = {
        name: {"values": [{"in": spoken(said, language), "out": value} for said, value in pairs]}
        for name, pairs in (lists or {}).items()
    }
    raw = {
        **raw,
        "lists": {**raw.get("lists", {}), **added},
        "skip_words": [spoken(word, language) for word in raw.get("skip_words", ())],
    }
    hassil = _ungated(Intents.from_dict(raw))
    blocks = [
        (data, _templates(file, hassil, intent.name, number, data))
        for intent in hassil.intents.values()
        for number, data in enumerate(intent.data)
    ]
    return IntentSet(file.name, hassil, blocks)


def _ungated(intents: Intents) -> Intents:
    """The same intents without gates. Spoken numbers are always words, whatever a list says of digits."""
    for block in (intents, *(data for intent in intents.intents.values() for data in intent.data)):
        for values in block.slot_lists.values():
            if isinstance(values, RangeSlotList):
                values.words = True
    ungated = {
        name: Intent(name, [replace(data, requires_context={}) for data in intent.data])
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents=ungated)


def _templates(
    file: IntentFile, hassil: Intents, intent: str, number: int, data: IntentData
) -> list[Template]:
    place = ("intents", intent, "data", number)
    raw: dict[str, Any] = file.raw["intents"][intent]["data"][number]
    lines = {text: file.line((*place, "sentences", index)) for index, text in enumerate(raw["sentences"])}
    gate = (raw.get("requires_context") or {}).get("state")
    states = frozenset([gate] if isinstance(gate, str) else gate) if gate is not None else None
    scope = expand.Scope(
        {**hassil.slot_lists, **data.slot_lists},
        {**hassil.expansion_rules, **data.expansion_rules},
        hassil.language,
    )
    templates = []
    for sentence in data.sentences:
        text = sentence.text or ""
        try:
            node = scope.compile(sentence.expression)
        except (expand.TemplateError, RecursionError) as error:
            raise IntentsError(f"{file.name}, line {lines[text]}: {error} (in {text!r})") from None
        templates.append(Template(text, intent, data.slots, states, lines[text], node))
    return templates


def _value(value: object) -> object:
    return value.strip() if isinstance(value, str) else expand.whole(value)
