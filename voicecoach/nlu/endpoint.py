"""How long a silence ends an utterance, given the words so far: shortly after a whole command, later in mid-sentence.

People stop to think within a sentence ("which ... side", "an americano ... with some milk"). Waiting longer after
everything would make "stop" slow; so the wait depends on whether more words could change what is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from voicecoach.events import WordGraph
from voicecoach.nlu.intents import CAUTION, VARIES

WHOLE = 0.25
"""Seconds after a command to which nothing can be added that would change it, and after words that begin none."""

EXTENDABLE = 0.6
"""Seconds after a command that could be the beginning of another ("start" of "start leg routine")."""

UNFINISHED = 1.0
"""Seconds after the beginning of a command."""


PROMPT = frozenset({"Stop", "Pause"})
"""Meanings that are obeyed without waiting for more words: whoever says stop means now."""


class Endpoint:
    """Knows the sentences of `graph`; `skip_words` mean nothing, and nobody is waited for to say those of the kinds in
    `rare` where they begin with another sentence. After one of the `links` ("and") another sentence follows."""

    def __init__(
        self,
        graph: WordGraph,
        skip_words: Iterable[str] = (),
        rare: Collection[str] = frozenset(),
        links: Iterable[str] = (),
    ):
        self._graph = graph
        usual = {state: frozenset(kinds) - set(rare) for state, kinds in graph.final.items()}
        self._skip = frozenset(skip_words)
        self._links = [link.split() for link in links]
        self._ahead: list[frozenset[str]] = [frozenset()] * len(graph.arcs)
        for state in reversed(range(len(graph.arcs))):  # a state comes after those that lead to it
            following = graph.arcs[state].values()
            meanings = [self._ahead[target] | _meanings(usual.get(target, ())) for target in following]
            self._ahead[state] = frozenset().union(*meanings)

    def silence(self, words: str) -> float:
        """Seconds of silence that end an utterance of `words`."""
        said = self._last(words.split())
        if words and not said:
            return UNFINISHED
        state = self._walk(said)
        while not state and said and said[0] in self._skip:  # not before: "you may" is no "thank you"
            del said[0]
            state = self._walk(said)
        if not state:
            return WHOLE
        here, ahead = _meanings(self._graph.final.get(state, ())), self._ahead[state]
        if not here:
            return UNFINISHED
        return WHOLE if here & PROMPT or not ahead or _all_the_same(here, ahead) else EXTENDABLE

    def _last(self, words: list[str]) -> list[str]:
        """What of `words` comes after a whole sentence and a link; all of them when it is a sentence of its own."""
        if self._walk(words):
            return words
        for end in range(len(words), 0, -1):
            for link in self._links:
                begin = end - len(link)
                if begin > 0 and words[begin:end] == link and self._walk(words[:begin]) in self._graph.final:
                    return words[end:]
        return words

    def _walk(self, words: list[str]) -> int:
        """The state after `words`; 0, the start, when they begin no sentence."""
        state = 0
        for word in words:
            following = self._graph.arcs[state].get(word)
            if following is None:
                return 0
            state = following
        return state


def _meanings(kinds: Iterable[str]) -> frozenset[str]:
    return frozenset(kind.split(CAUTION)[0] for kind in kinds)


def _all_the_same(here: frozenset[str], ahead: frozenset[str]) -> bool:
    """Whether sentences that mean `ahead` mean what the shorter one, `here`, does. Where there are several meanings,
    the state of the session decides between them, for the one otherwise than for the other: "how long" may be what
    "how long do i hold" is, or what "how long is left" is."""
    return ahead <= here and len(ahead) == 1 and not any(meaning.endswith(VARIES) for meaning in ahead)
