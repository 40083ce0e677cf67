"""The sentences nearest to an utterance, found by the words they share.

Of a file with more sentences than can be kept, the kept sample seldom holds the very sentence that was meant. So the
outlines of the sentences are searched too: what is left when the values of slots become blanks. The blanks
of the nearest outlines are filled with the values found in the utterance.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from voicecoach.nlu import expand
from voicecoach.nlu.intents import LIMIT, IntentSet, Template, TemplateSentence
from voicecoach.nlu.numbers import spoken
from voicecoach.nlu.template import Slot, count

Words = tuple[str, ...]

_FUNCTION_WORDS = """
    a an the this that these those it it's its is are am was be do does did will would can could should
    may i i'm i'd i'll i've me my we we're us our you your to of for at with and there that's let's
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that carry grammar rather than meaning: they are lost and mistaken for one another most, and say
least. Negations, directions ("on", "off") and question words are not among them."""

LIGHT = 0.3
"""Weight of a light word in a comparison; other words weigh 1."""

_MISSPELT = 75.0
_FEWEST_SHARING = 4
_FIRST_BLANK = 0x20000  # letters of their own, which nobody writes in an intents file
_SEED = 0


class Vocabulary:
    """The words of the intents, and what they weigh.

    `slots` are the words of slot values. `light` are function words and words that most values of a list share and
    none needs to be told from the others ("milk" in "soy milk", "oat milk", ...).
    """

    def __init__(self, intents: IntentSet):
        self.words = intents.words()
        self.slots: frozenset[str] = frozenset()
        self.light = FUNCTION_WORDS
        for slot in _distinct_slots(intents.templates).values():
            values = _values(slot, intents.language)
            self.slots |= {word for text in values for word in text}
            self.light |= _shared(values)
        self._sorted = sorted(self.words)

    def weight(self, words: Iterable[str]) -> float:
        """What `words` weigh together."""
        return sum(LIGHT if word in self.light else 1.0 for word in words)

    def corrected(self, word: str) -> str:
        """`word`, or the word of the vocabulary for which it seems to be a misspelling."""
        if word in self.words:
            return word
        found = process.extractOne(word, self._sorted, scorer=fuzz.ratio, score_cutoff=_MISSPELT)
        return found[0] if found else word


class Index:
    """Sequences of words, found by the words that they share with another."""

    def __init__(self, entries: Sequence[Words], vocabulary: Vocabulary):
        self._vocabulary = vocabulary
        self._weights = np.array([vocabulary.weight(set(words)) for words in entries])
        postings: dict[str, list[int]] = {}
        for number, words in enumerate(entries):
            for word in set(words):
                postings.setdefault(word, []).append(number)
        self._postings = {word: np.array(numbers) for word, numbers in postings.items()}

    def nearest(self, words: Iterable[str], most: int) -> list[int]:
        """Numbers of up to `most` entries by the weight of the shared words, relative to that of all (Dice)."""
        heard = set(words)
        shared: npt.NDArray[np.float64] = np.zeros(len(self._weights))
        for word in heard & self._postings.keys():
            shared[self._postings[word]] += self._vocabulary.weight([word])
        alike = 2 * shared / (self._weights + self._vocabulary.weight(heard))
        least = np.partition(alike, -most)[-most] if len(alike) > most else 0.0
        best = np.flatnonzero((alike >= least) & (alike > 0))
        return [int(number) for number in best[np.argsort(-alike[best], kind="stable")][:most]]


class Nearest:
    """Finds the sentences of `intents` nearest to an utterance."""

    def __init__(self, intents: IntentSet, vocabulary: Vocabulary):
        self._vocabulary = vocabulary
        self._sentences: list[tuple[Words, TemplateSentence]] = []
        for sentence in intents.sentences():
            words = tuple(intents.without_skip_words(sentence.text).split())
            if words:
                self._sentences.append((words, sentence))
        self._index = Index([words for words, _ in self._sentences], vocabulary)
        self._outlines = _Outlines(intents, vocabulary) if intents.count > LIMIT else None

    def find(self, words: Sequence[str], most: int) -> list[tuple[Words, TemplateSentence]]:
        """Up to `most` sentences (twice as many of a sampled file), each with its words."""
        words = [self._vocabulary.corrected(word) for word in words]
        found = [self._sentences[number] for number in self._index.nearest(words, most)]
        return found + (self._outlines.find(words, most) if self._outlines else [])


class _Outlines:
    """Sentences of `intents` with a blank, a single made-up word, for each slot."""

    def __init__(self, intents: IntentSet, vocabulary: Vocabulary):
        lists = _distinct_slots(intents.templates)
        self._values = {key: _values(slot, intents.language) for key, slot in lists.items()}
        self._blanks = _blanks(self._values)
        self._spots = self._spotting(vocabulary.light)
        self._longest = max(map(len, self._spots), default=0)
        self._blank_words = frozenset(self._blanks.values())
        entries: dict[Words, tuple[Template, list[Slot]]] = {}
        rng = random.Random(_SEED)
        nodes = [expand.outline(one.node, lambda slot: self._blanks[id(slot.values)]) for one in intents.templates]
        sizes = expand.shares([count(node) for node in nodes], LIMIT)
        for template, node, size in zip(intents.templates, nodes, sizes, strict=True):
            for raw, slots in expand.sample(node, size, rng):
                words = tuple(intents.without_skip_words(spoken(raw, intents.language)).split())
                blanks = [slot for slot in slots.values() if isinstance(slot, Slot)]
                entries.setdefault(words, (template, blanks))
        self._entries = list(entries.items())
        self._index = Index(list(entries), vocabulary)

    def find(self, words: Sequence[str], most: int) -> list[tuple[Words, TemplateSentence]]:
        """Sentences of the nearest outlines, their blanks filled with the values that are in `words`."""
        outline, spotted = self._spot(words)
        filled = (self._fill(number, spotted) for number in self._index.nearest(outline, most))
        return [sentence for sentence in filled if sentence]

    def _spotting(self, light: frozenset[str]) -> dict[Words, tuple[str, Words]]:
        """What to take for a value, with its blank: the value itself, and unless something else is meant by
        it, the value without its light words ("lots soy" for "lots of soy milk")."""
        whole = {text: (self._blanks[key], text) for key, values in self._values.items() for text in values}
        short: dict[Words, set[tuple[str, Words]]] = {}
        for text, spot in whole.items():
            for dropped in (FUNCTION_WORDS, light - FUNCTION_WORDS, light):
                short.setdefault(tuple(word for word in text if word not in dropped), set()).add(spot)
        clear = {text: next(iter(spots)) for text, spots in short.items() if text and len(spots) == 1}
        return {**clear, **whole}

    def _spot(self, words: Sequence[str]) -> tuple[list[str], dict[str, list[Words]]]:
        """`words` with blanks for values, the longest first, and the values of each blank in order."""
        outline: list[str] = []
        spotted: dict[str, list[Words]] = {}
        start = 0
        while start < len(words):
            ends = range(min(len(words), start + self._longest), start, -1)
            end = next((end for end in ends if tuple(words[start:end]) in self._spots), start)
            if end > start:
                blank, value = self._spots[tuple(words[start:end])]
                spotted.setdefault(blank, []).append(value)
                outline.append(blank)
            else:
                outline.append(words[start])
            start = max(end, start + 1)
        return outline, spotted

    def _fill(self, number: int, spotted: dict[str, list[Words]]) -> tuple[Words, TemplateSentence] | None:
        outline, (template, slots) = self._entries[number]
        left = {blank: iter(values) for blank, values in spotted.items()}
        names = iter(slots)
        words: list[str] = []
        filled: dict[str, object] = {}
        for word in outline:
            if word not in self._blank_words:
                words.append(word)
                continue
            value, slot = next(left.get(word, iter(())), None), next(names, None)
            if value is None or slot is None or value not in self._values[id(slot.values)]:
                return None
            words.extend(value)
            filled[slot.name] = self._values[id(slot.values)][value]
        return tuple(words), template.sentence(" ".join(words), filled)


def _distinct_slots(templates: Iterable[Template]) -> dict[int, Slot]:
    """The slots of `templates`, one for each list."""
    return {id(slot.values): slot for template in templates for slot in expand.slots(template.node)}


def _values(slot: Slot, language: str) -> dict[Words, object]:
    """What can be said for `slot`, and what it means."""
    drawn = expand.sample(slot, LIMIT, random.Random(_SEED))
    return {tuple(spoken(raw, language).split()): slots[slot.name] for raw, slots in drawn}


def _shared(values: dict[Words, object]) -> set[str]:
    """Words in at least half of `values` without which these still differ."""
    counts = Counter(word for text in values for word in set(text))
    common = {word for word, count in counts.items() if 2 * count >= len(values) >= _FEWEST_SHARING}
    return {word for word in common if _differ_without(word, values)}


def _differ_without(word: str, values: dict[Words, object]) -> bool:
    meanings: dict[Words, object] = {}
    rests = ((tuple(other for other in text if other != word), value) for text, value in values.items())
    return all(meanings.setdefault(rest, value) == value for rest, value in rests)


def _blanks(values: dict[int, dict[Words, object]]) -> dict[int, str]:
    """A made-up word for each list; lists that have a text in common get the same."""
    blanks = {key: chr(_FIRST_BLANK + number) for number, key in enumerate(values)}
    owner: dict[Words, int] = {}
    for key, texts in values.items():
        for text in texts:
            old, new = blanks[owner.setdefault(text, key)], blanks[key]
            if old != new:
                blanks = {other: old if blank == new else blank for other, blank in blanks.items()}
    return blanks
