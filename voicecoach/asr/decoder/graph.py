"""The decoding graph: the sentences that may be said, and beside them everyday words for all other
speech.

Vosk's phrase lists become a bigram model, in which phrases recombine: "start leg routine" was heard
as "start left routine" from most synthetic voices. In a graph of our own a sentence is heard whole,
or the sound finds its home among the background words (docs/decisions/0003-decoding-graph.md).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from voicecoach.asr.decoder.bigram import END, START, Bigram
from voicecoach.asr.decoder.openfst import Fst
from voicecoach.core.understanding import WordGraph

_LOG = logging.getLogger(__name__)

UNKNOWN = "[unk]"
"""What the recogniser writes for sound that is none of its words."""

BACKOFF = "#0"
"""The symbol that Kaldi's graphs have on back-off arcs; it is never written."""

SKIPPED = 2
"""Skip words that may follow a sentence."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost in nats, as negative logarithms of probabilities. Those of background and
    decoys were chosen on
        recordings
    (docs/decisions/0003-decoding-graph.md), between commands missed and words taken for
    commands."""

    background_entry: float = 4.0
    """Leaving the sentences for the background."""
    sentence_word: float = 1.25
    """Each word of a sentence but the first. Without it long sentences are far cheaper than the
    same words in talk, and take in what sounds like them from afar: "can i get a ..." was heard as
    "give me twelve minutes"."""
    unknown: float = 6.5
    """`[unk]` in the background."""
    decoy: float = -1.75
    """A decoy, against a sentence of one word: everyday words are said more often than any
    command."""
    skip_word: float = 4.0
    """A word that may come before or after a sentence without changing it ("please"). Cheaper ones
    swallowed foreign speech: "can i have a short rest um okay er uh so so er" was heard in an order
    of coffee."""
    link: float = 4.0
    """What joins two sentences in one breath ("and", "no")."""
    first_link: float = 8.0
    """The same before a sentence that is joined to the utterance before ("stop" ... "no, go
    on")."""
    words: Mapping[str, float] = field(default_factory=dict)
    """What single words of sentences cost more, or less: a matter of the language."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may be heard.

    `decoys` are single words that sound like commands: they cost less than a command, so that "no"
    is not heard as "next". `background` is everyday talk, for all other speech. `skip_words` may
    stand before or after a sentence. The kinds in `extra` make no other sentence less probable. One
    of the `links` ("and", "i mean") may stand before a sentence, and between two.
    """

    sentences: WordGraph
    decoys: tuple[str, ...] = ()
    background: Bigram = field(default_factory=Bigram)
    skip_words: tuple[str, ...] = ()
    cautions: Mapping[str, float] = field(default_factory=dict)
    extra: frozenset[str] = frozenset()
    links: tuple[str, ...] = ()


def build(grammar: Grammar, ids: Mapping[str, int], costs: Costs) -> Fst:
    """The graph of `grammar` over the word ids `ids`. What has words that are not among them can
    never be heard: it is left out, and the words of sentences are logged."""
    builder = _GraphBuilder(ids, costs)
    builder.add_sentences(grammar)
    builder.add_background(grammar.background)
    return builder.fst


class _Links(NamedTuple):
    """The first words of the links and the states they lead to; the state after the last word of
    each."""

    first: tuple[tuple[str, int], ...]
    end: int


class _GraphBuilder:
    def __init__(self, ids: Mapping[str, int], costs: Costs):
        self.fst = Fst()
        self._ids, self._costs = ids, costs

    def add_sentences(self, grammar: Grammar) -> None:
        """Each branch is as probable as its siblings: "stop" is not made improbable by the
        thousands of ways to say a number; and where a sentence may end it does so as often as not,
        however many ways there are to go on: "start" is not made improbable by the names of all
        routines. What only `extra` kinds go on with is not counted: the many ways to cry for help
        after "i" do not make "i need a break" improbable."""
        sentences = grammar.sentences
        arcs = _audible(sentences, self._ids)
        ways = _ordinary_ways(sentences, arcs, grammar.extra)
        decoys = [
            word
            for word in dict.fromkeys(grammar.decoys)
            if word in self._ids and word not in arcs[0]
        ]
        skip = [word for word in grammar.skip_words if word in self._ids]
        states = [0, *(self.fst.add_state() for _ in arcs[1:])]
        links = self._links(grammar.links)
        self._skip_before(skip)
        after = self._skip_after(skip, links)
        after_decoy = self._skip_after(skip, _Links((), 0))
        for number, following in enumerate(arcs):
            ends = number in sentences.final
            more = math.log(max(1, ways[number] + (len(decoys) if number == 0 else 0)))
            either = math.log(2) if ends and ways[number] else 0.0
            cost = more + either
            step = self._costs.sentence_word if number else 0.0
            for word, target in following.items():
                own = self._costs.words.get(word, 0.0)
                self.fst.add_arc(states[number], self._ids[word], cost + own + step, states[target])
            if ends:
                ending = either + min(
                    grammar.cautions.get(kind, 0.0) for kind in sentences.final[number]
                )
                self.fst.final[states[number]] = ending
                for word in skip:
                    if word not in following:
                        self.fst.add_arc(
                            states[number], self._ids[word], ending + self._costs.skip_word, after
                        )
                for word, target in links.first:
                    self.fst.add_arc(
                        states[number], self._ids[word], ending + self._costs.link, target
                    )
            if number == 0:
                for word in decoys:
                    self.fst.add_arc(0, self._ids[word], cost + self._costs.decoy, after_decoy)
                for word, target in following.items() if links.first else ():
                    own = self._costs.words.get(word, 0.0)
                    self.fst.add_arc(links.end, self._ids[word], cost + own, states[target])
                for word, target in links.first:
                    self.fst.add_arc(0, self._ids[word], self._costs.first_link, target)

    def add_background(self, background: Bigram) -> None:
        """Everyday words in any order, at a cost: each as probable as it is in talk after the one
        before it."""
        words = [
            word for word in background.words if word in self._ids and word not in (START, END)
        ]
        anywhere = self.fst.add_state()
        after = {word: self.fst.add_state() for word in words if word in background.following}
        self.fst.final[anywhere] = -background.words.get(END, 0.0)
        for word in words:
            target = after.get(word, anywhere)
            entry = self._costs.background_entry - background.after(START, word)
            self.fst.add_arc(0, self._ids[word], entry, target)
            self.fst.add_arc(anywhere, self._ids[word], -background.words[word], target)
        for word, state in after.items():
            self.fst.add_backoff(
                state, self._ids[BACKOFF], -background.backoff.get(word, 0.0), anywhere
            )
            for second, probability in background.following[word].items():
                if second == END:
                    self.fst.final[state] = -probability
                elif second in self._ids:
                    self.fst.add_arc(
                        state, self._ids[second], -probability, after.get(second, anywhere)
                    )
        unknown = self._costs.unknown
        self.fst.add_arc(0, self._ids[UNKNOWN], self._costs.background_entry + unknown, anywhere)
        self.fst.add_arc(anywhere, self._ids[UNKNOWN], unknown, anywhere)

    def _links(self, links: Collection[str]) -> _Links:
        """The states within the links; where they end another sentence begins, and nothing but a
        sentence."""
        audible = [
            words
            for link in links
            if (words := link.split()) and all(word in self._ids for word in words)
        ]
        if not audible:
            return _Links((), 0)
        end = self.fst.add_state()
        first = []
        for word, *others in audible:
            state = end
            for other in reversed(others):
                before = self.fst.add_state()
                self.fst.add_arc(before, self._ids[other], 0.0, state)
                state = before
            first.append((word, state))
        return _Links(tuple(first), end)

    def _skip_before(self, words: Collection[str]) -> None:
        for word in words:
            self.fst.add_arc(0, self._ids[word], self._costs.skip_word, 0)

    def _skip_after(self, words: Collection[str], links: _Links) -> int:
        """The state after the first of at most SKIPPED skip words that follow a sentence."""
        states = [self.fst.add_state() for _ in range(SKIPPED)]
        for word in words:
            for state, following in pairwise(states):
                self.fst.add_arc(state, self._ids[word], self._costs.skip_word, following)
        for word, target in links.first:
            for state in states:
                self.fst.add_arc(state, self._ids[word], self._costs.link, target)
        self.fst.final.update(dict.fromkeys(states, 0.0))
        return states[0]


def _ordinary_ways(
    sentences: WordGraph, arcs: Sequence[Mapping[str, int]], extra: Collection[str]
) -> list[int]:
    """For each state, with how many words a sentence may go on that is of no `extra` kind."""
    ordinary = [False] * len(arcs)
    ways = [0] * len(arcs)
    for number in reversed(range(len(arcs))):  # a state comes after those that lead to it
        ways[number] = sum(ordinary[target] for target in arcs[number].values())
        ordinary[number] = ways[number] > 0 or not sentences.final.get(number, frozenset()) <= set(
            extra
        )
    return ways


def _audible(sentences: WordGraph, ids: Mapping[str, int]) -> Sequence[Mapping[str, int]]:
    """The arcs of `sentences` on which a sentence can be heard to its end."""
    strangers = {word for arcs in sentences.arcs for word in arcs if word not in ids}
    for word in sorted(strangers):
        _LOG.warning(
            "the recogniser does not know %r: it cannot hear the sentences with that word", word
        )
    leads_on = [False] * len(sentences.arcs)
    kept: list[Mapping[str, int]] = [{}] * len(sentences.arcs)
    for number in reversed(range(len(sentences.arcs))):  # a state comes after those that lead to it
        arcs = sentences.arcs[number].items()
        kept[number] = {word: target for word, target in arcs if word in ids and leads_on[target]}
        leads_on[number] = bool(kept[number]) or number in sentences.final
    return kept
