"""How long a silence ends an utterance, given the words so far: shortly after a whole command, later in mid-sentence.

People stop to think within a sentence ("which ... side", "an americano ... with some milk"). Waiting longer after
everything would make "stop" slow; so the wait depends on whether more words could change what is meant.
"""

from __future__ import annotations

from collections.abc import Iterable

from voicecoach.events import WordGraph
from voicecoach.nlu.intents import CAUTION, VARIES

COMMAND = 0.125
"""Seconds after a command to which nothing can be added that would change it."""

TALK = 0.25
"""Seconds after words that begin no command."""

OPEN = 0.19
"""Seconds after a command that more words would make another one ("repeat" of "repeat the last exercise"). Who says no
more means just that, nearly always; what comes later all the same is heard together with it (see `goes_on`)."""

EXTENDABLE = 0.6
"""Seconds after a command that more words would say more of ("start" of "start leg routine", "hold for forty" of "hold
for forty five")."""

UNFINISHED = 1.0
"""Seconds after the beginning of a command."""

PROMPT = frozenset({"Stop", "Pause"})
"""Meanings that are obeyed without waiting for more words: whoever says stop means now."""


class Endpoint:
    """Knows the sentences of `graph`; `skip_words` mean nothing."""

    def __init__(self, graph: WordGraph, skip_words: Iterable[str] = ()):
        self._graph = graph
        self._skip = frozenset(skip_words)
        self._ahead: list[frozenset[str]] = [frozenset()] * len(graph.arcs)
        for state in reversed(range(len(graph.arcs))):  # a state comes after those that lead to it
            following = graph.arcs[state].values()
            meanings = [self._ahead[target] | _meanings(graph.final.get(target, ())) for target in following]
            self._ahead[state] = frozenset().union(*meanings)

    def silence(self, words: str) -> float:
        """Seconds of silence that end an utterance of `words`."""
        said = words.split()
        state = self._walk(said)
        while not state and said and said[0] in self._skip:  # not before: "you may" is no "thank you"
            del said[0]
            state = self._walk(said)
        if not state:
            return TALK
        here, ahead = _meanings(self._graph.final.get(state, ())), self._ahead[state]
        if not here:
            return UNFINISHED
        if here & PROMPT or not ahead or _all_the_same(here, ahead):
            return COMMAND
        return EXTENDABLE if _says_more(here, ahead) else OPEN

    def goes_on(self, earlier: str, words: str) -> bool:
        """Whether `words` are a sentence that begins with the sentence `earlier`, and means something else."""
        if not words.startswith(f"{earlier} "):
            return False
        before, after = (_meanings(self._graph.final.get(self._walk(text.split()), ())) for text in (earlier, words))
        return bool(before and after) and before != after

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


def _says_more(here: frozenset[str], ahead: frozenset[str]) -> bool:
    """Whether more words may leave the intent as it is, and give it slots or others."""
    return any(_intent(meaning) in map(_intent, here) for meaning in ahead - here) or any(
        meaning.endswith(VARIES) for meaning in here
    )


def _intent(meaning: str) -> str:
    return meaning.split()[0]
