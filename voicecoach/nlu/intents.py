"""Intents in Home Assistant's format: loaded, checked, and turned into sentences.

The format is read by hassil. Blocks of sentences are gated by `requires_context: {state: [...]}`:
the states of the session in which they count. A block without it counts in every state.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from importlib.resources.abc import Traversable

from hassil import Intents, recognize_all
from hassil.intents import Intent, IntentData, RangeSlotList, SlotList, WildcardSlotList
from hassil.recognize import RecognizeResult
from hassil.util import remove_skip_words

from voicecoach.content.language import DEFAULT, content
from voicecoach.content.yaml_schema import Source, Where
from voicecoach.core.understanding import WordGraph
from voicecoach.nlu import sampling
from voicecoach.nlu.intent_file import IntentFile, IntentsError, read_intents
from voicecoach.nlu.numbers import spoken
from voicecoach.nlu.sentence import ANSWER, Template, TemplateSentence
from voicecoach.nlu.template import Scope, TemplateError, count, in_words, whole
from voicecoach.nlu.word_graph import word_graph

__all__ = ["LIMIT", "IntentSet", "IntentsError", "load_intents"]

LIMIT = 55_000
"""Sentences up to which an intents file is expanded in full; above it a sample is drawn."""

RECENT = 256
"""Texts whose meanings are kept: the readings of an utterance are asked about several times."""

PARTS = 48
"""Sets of kinds whose templates are kept ready for hassil: there are hundreds, and a long session
meets most."""

_SEED = 0


class IntentSet:
    """The intents of one file.

    `hassil` holds them without their gates, so that whoever matches can tell "not now" from
    "never"; `name` is the file's; `states` are all states that gates name; `fillers` are the single
    words of the skip words.
    """

    def __init__(
        self,
        name: str,
        hassil: Intents,
        blocks: Sequence[tuple[IntentData, Sequence[Template]]],
        graph: WordGraph | None = None,
    ):
        self.name = name
        self.hassil = hassil
        self._blocks = blocks
        self._graph = graph
        self.language = hassil.language
        self.skip_words = tuple(hassil.skip_words)
        self.fillers = tuple(word for phrase in self.skip_words for word in phrase.split())
        self._fillers = frozenset(self.fillers)
        self.templates = tuple(template for _, templates in blocks for template in templates)
        self.states = frozenset(
            state for template in self.templates for state in template.states or ()
        )
        self._rank = {id(data): rank for rank, (data, _) in enumerate(blocks)}
        self._template = {
            (id(data), template.text): template
            for data, templates in blocks
            for template in templates
        }
        self._sentences = lru_cache(maxsize=2)(self._expand)
        self._kinds_of = {
            id(data): frozenset(one.kind for one in templates) for data, templates in blocks
        }
        lists = [hassil.slot_lists, *(data.slot_lists for data, _ in blocks)]
        self._wild = any(
            isinstance(one, WildcardSlotList) for values in lists for one in values.values()
        )
        self._part = lru_cache(maxsize=PARTS)(self._blocks_of)
        self._exact = lru_cache(maxsize=RECENT)(self._recognized)

    @cached_property
    def count(self) -> int:
        """How many sentences there are in all."""
        return sum(count(template.node) for template in self.templates)

    def sentences(self, limit: int = LIMIT) -> tuple[TemplateSentence, ...]:
        """All sentences, or where there are more than `limit` a random sample of about that many,
        the same each time, shared out fairly among intents and templates, in which every
        alternative and every value of every list is said at least once (even if that takes more
        than `limit`). Skip words are left out."""
        return self._sentences(limit)

    def word_graph(self) -> WordGraph:
        """All sentences, however many there are, without skip words; their kinds are those of their
        templates."""
        if self._graph is None:
            self._graph = self._make_graph()
        return self._graph

    def __reduce__(self) -> tuple[object, ...]:
        """To be kept with all that takes long to make (`compiled.py`)."""
        return IntentSet, (self.name, self.hassil, self._blocks, self.word_graph())

    @property
    def cautions(self) -> Mapping[str, float]:
        """How much surer (nats) than of others the recogniser must be of the sentences of a
        kind."""
        costs = {one.kind: one.caution + (ANSWER if one.answer else 0.0) for one in self.templates}
        return {kind: cost for kind, cost in costs.items() if cost}

    def answers(self, text: str, states: Collection[str]) -> bool:
        """Whether `text`, in spoken form, is word for word an answer to what was asked in one of
        `states`."""
        return any(one.answer and one.counts_in(states) for one in self.exact(text))

    @property
    def beside(self) -> frozenset[str]:
        """The kinds that are to make no other harder to hear."""
        return frozenset(template.kind for template in self.templates if template.beside)

    def words(self) -> frozenset[str]:
        """Every word that can be said: those of all templates and lists, and the skip words."""
        return self._fillers.union(*(sampling.words(template.node) for template in self.templates))

    def without_skip_words(self, text: str) -> str:
        """`text` without words that mean nothing ("please")."""
        if self._fillers.isdisjoint(
            text.split()
        ):  # hassil takes ten times as long to find that out
            return text
        return " ".join(remove_skip_words(text, self.skip_words, ignore_whitespace=False).split())

    def exact(self, text: str) -> tuple[TemplateSentence, ...]:
        """What `text`, in spoken form, says word for word, in whatever state it counts, the best
        reading first: fewest wildcards, then most words of the template itself, then the order of
        the file."""
        return self._exact(text)

    def _recognized(self, text: str) -> tuple[TemplateSentence, ...]:
        kept = self.without_skip_words(text) or text
        kinds = self._kinds(text) | self._kinds(kept)
        if not kinds and not self._wild:
            return ()
        intents = self.hassil if self._wild else self._part(kinds)
        results = sorted(recognize_all(text, intents, language=self.language), key=self._order)
        found = [self._read(kept, result) for result in results]
        return tuple({(one.meaning, one.states, one.template): one for one in found}.values())

    def _kinds(self, text: str) -> frozenset[str]:
        """The kinds of the sentences that are `text`; a wildcard is in none."""
        graph, state = self.word_graph(), 0
        for word in text.split():
            following = graph.arcs[state].get(word)
            if following is None:
                return frozenset()
            state = following
        return graph.final.get(state, frozenset())

    def _blocks_of(self, kinds: frozenset[str]) -> Intents:
        """The intents without the blocks of other kinds: hassil looks at every template there
        is."""
        intents = {
            name: Intent(
                name,
                [data for data in intent.data if not kinds.isdisjoint(self._kinds_of[id(data)])],
            )
            for name, intent in self.hassil.intents.items()
        }
        return replace(
            self.hassil, intents={name: intent for name, intent in intents.items() if intent.data}
        )

    def _order(self, result: RecognizeResult) -> tuple[int, int, int]:
        wildcards = sum(entity.is_wildcard for entity in result.entities_list)
        return wildcards, -result.text_chunks_matched, self._rank[id(result.intent_data)]

    def _read(self, text: str, result: RecognizeResult) -> TemplateSentence:
        source = result.intent_sentence.text if result.intent_sentence else None
        template = self._template[id(result.intent_data), source or ""]
        slots = sampling.together(
            (entity.name, _value(entity.value)) for entity in result.entities_list
        )
        return template.sentence(text, slots)

    def _make_graph(self) -> WordGraph:
        nodes = ((template.node, template.kind) for template in self.templates)
        return word_graph(nodes, lambda word: spoken(word, self.language))

    def _expand(self, limit: int) -> tuple[TemplateSentence, ...]:
        rng = random.Random(_SEED)
        found: dict[tuple[str, tuple[str, str], frozenset[str] | None], TemplateSentence] = {}
        for template, size in self._sizes(limit):
            for raw, slots in sampling.sample(template.node, size, rng):
                text = spoken(raw, self.language)
                sentence = template.sentence(text, slots)
                if text:
                    found.setdefault((text, sentence.meaning, sentence.states), sentence)
        return tuple(found.values())

    def _sizes(self, limit: int) -> Iterator[tuple[Template, int]]:
        """How many sentences to draw from each template: intents share the limit, then their
        templates."""
        intents: dict[str, list[Template]] = {}
        for template in self.templates:
            intents.setdefault(template.intent, []).append(template)
        counts = [
            [count(template.node) for template in templates] for templates in intents.values()
        ]
        for templates, sizes, share in zip(
            intents.values(), counts, sampling.shares(list(map(sum, counts)), limit), strict=True
        ):
            yield from zip(templates, sampling.shares(sizes, share), strict=True)


def load_intents(
    path: Traversable | None = None,
    lists: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    more: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> IntentSet:
    """The intents of the file at `path` (None: the project's own in English), with `lists` of (what
    is said, what it means) added to, or in the place of, those in the file; `more` is added to
    those lists that the file has. IntentsError where the file is at fault."""
    path = path or content(DEFAULT, "intents.yaml")
    file, source = read_intents(path)
    language = file.language
    raw = file.model_dump(by_alias=True, exclude_none=True)
    for name, pairs in (lists or {}).items():
        raw["lists"][name] = {"values": _values(pairs, language)}
    for name, pairs in (more or {}).items():
        if name in raw["lists"]:
            raw["lists"][name]["values"] = [
                *raw["lists"][name]["values"],
                *_values(pairs, language),
            ]
    raw["skip_words"] = [spoken(word, language) for word in file.skip_words]
    hassil = _ungated(Intents.from_dict(raw))
    compiler = _Compiler(file, source, hassil)
    blocks = [
        (data, compiler.templates(name, number, data))
        for name, intent in hassil.intents.items()
        for number, data in enumerate(intent.data)
    ]
    if compiler.mistakes:
        raise IntentsError(compiler.mistakes)
    return IntentSet(path.name, hassil, blocks)


def _values(pairs: Sequence[tuple[str, str]], language: str) -> list[dict[str, str]]:
    return [{"in": spoken(said, language), "out": value} for said, value in pairs]


def _ungated(intents: Intents) -> Intents:
    ungated = {
        name: Intent(name, [replace(data, requires_context={}) for data in intent.data])
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents=ungated)


class _Compiler:
    """Compiles the templates of a file, and collects the mistakes that come to light."""

    def __init__(self, file: IntentFile, source: Source, hassil: Intents):
        self.mistakes: list[str] = []
        self._file, self._source, self._hassil = file, source, hassil
        self._put_in_words((), hassil.slot_lists)

    def templates(self, intent: str, number: int, data: IntentData) -> list[Template]:
        """The templates of block `number` of `intent`, which hassil holds as `data`."""
        where: Where = ("intents", intent, "data", number)
        block = self._file.intents[intent].data[number]
        states = frozenset(block.requires_context.state) if block.requires_context else None
        self._put_in_words(where, data.slot_lists)
        lists = {**self._hassil.slot_lists, **data.slot_lists}
        rules = {**self._hassil.expansion_rules, **data.expansion_rules}
        scope = Scope(lists, rules, self._hassil.language)
        templates = []
        for sentence in data.sentences:
            text = sentence.text or ""
            place = (*where, "sentences", block.sentences.index(text))
            try:
                node = scope.compile(sentence.expression)
            except (TemplateError, RecursionError) as error:
                self.mistakes.append(
                    self._source.mistake(place, f"{text!r} cannot be used - {error}.")
                )
            else:
                line, known = self._source.line(place), block.metadata
                answer = states is not None and states.issubset(self._file.questions)
                flags = known.confirm, known.caution, known.urgent, answer
                templates.append(
                    Template(text, intent, data.slots, states, *flags, known.rare, line, node)
                )
        return templates

    def _put_in_words(self, where: Where, lists: dict[str, SlotList]) -> None:
        """Exchange the ranges of numbers among `lists` for their spoken forms."""
        for name, values in lists.items():
            if isinstance(values, RangeSlotList):
                try:
                    lists[name] = in_words(values, self._hassil.language)
                except TemplateError as error:
                    self.mistakes.append(self._source.mistake((*where, "lists", name), f"{error}."))


def _value(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    return (
        whole(value) if isinstance(value, float) else value
    )  # hassil reads digits of inline ranges as floats
