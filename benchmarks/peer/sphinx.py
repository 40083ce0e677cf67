"""PocketSphinx with a finite-state grammar and the endpointer that comes with it.

The grammar is the whole automaton of the coach's sentences, which is what PocketSphinx makes of a
JSGF grammar. JSGF itself is out of the question: it writes every reference to a rule out, and a
list of eighteen thousand sentences takes it many times as long as they last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from peer.base import Setup, library, obeyed
from peer.kaldi import pcm
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.understanding import Understanding, WordGraph


class Sphinx:
    """Obey whatever PocketSphinx hears; see the module docstring.

    It cannot tell that something is no command.
    """

    def __init__(self, setup: Setup):
        self._library = library("pocketsphinx")
        self._decoder = self._library.Decoder(samprate=HEARING_RATE, lm=None, loglevel="FATAL")
        arcs = transitions(setup.graph, lambda word: self._decoder.lookup_word(word) is not None)
        grammar = self._decoder.create_fsg("commands", 0, len(setup.graph.arcs), arcs)
        self._decoder.add_fsg("commands", grammar)
        self._decoder.activate_search("commands")

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """See Peer."""
        endpointer = self._library.Endpointer(sample_rate=HEARING_RATE)
        waiting = b""
        speaking = False
        for block in blocks:
            waiting += pcm(block)
            decided = []
            while len(waiting) >= endpointer.frame_bytes:
                frame, waiting = (
                    waiting[: endpointer.frame_bytes],
                    waiting[endpointer.frame_bytes :],
                )
                speech = endpointer.process(frame)
                if speech is None:
                    continue
                if not speaking:
                    self._decoder.start_utt()
                speaking = endpointer.in_speech
                self._decoder.process_raw(speech)
                if not speaking:
                    decided += self._ended()
            yield decided
        if speaking:
            self._decoder.end_utt()

    def _ended(self) -> list[Understanding]:
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return (
            [obeyed(hypothesis.hypstr, hypothesis.hypstr)]
            if hypothesis and hypothesis.hypstr
            else []
        )


def without(graph: WordGraph, kinds: Collection[str]) -> WordGraph:
    """Return `graph` without the sentences of `kinds`.

    States that led only to them are removed.
    """
    final = {
        state: left for state, found in graph.final.items() if (left := found.difference(kinds))
    }
    arcs: list[dict[str, int]] = [{} for _ in graph.arcs]
    for state in reversed(range(len(arcs))):  # a state comes after those that lead to it
        arcs[state] = {
            word: to for word, to in graph.arcs[state].items() if to in final or arcs[to]
        }
    return replace(graph, arcs=tuple(arcs), final=final)


def transitions(
    graph: WordGraph, known: Callable[[str], bool]
) -> list[tuple[int, int, float] | tuple[int, int, float, str]]:
    """Return the arcs of `graph` as (from, to, probability, word).

    All arcs from a state are equally probable. Words that are not `known` are left out; arcs to the
    one last state have no word.
    """
    last = len(graph.arcs)
    found: list[tuple[int, int, float] | tuple[int, int, float, str]] = []
    for state, arcs in enumerate(graph.arcs):
        following = [(word, target) for word, target in arcs.items() if known(word)]
        ways = len(following) + (state in graph.final)
        found += [(state, target, 1 / ways, word) for word, target in following]
        found += [(state, last, 1 / ways)] if state in graph.final else []
    return found
