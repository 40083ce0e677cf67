"""How long a silence ends an utterance: at once after a command that was surely heard, later in mid-sentence.

People stop to think within a sentence ("which ... side", "an americano ... with some milk"). Waiting longer after
everything would make "stop" slow; so the wait depends on whether more words could change what is meant, and on how sure
it is that these were said. Where people order coffee, 0.3 % of the gaps between two words are silent for 0.25 s or
more; where they spell and count, 4 % are, and 0.1 % for 0.6 s (benchmarks/pauses.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from voicecoach.core.speech import Alternative, Pause
from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.sentence import CAUTION, VARIES

AT_ONCE = 0.03
"""Seconds after what is obeyed without waiting for more words, when it was surely heard: one chunk of the detector."""

SURE = 0.09
"""Seconds after a command to which nothing can be added that would change it, when it was surely heard."""

LIKELY = 0.15
"""Seconds after one that was nearly as surely heard, or to which words may be added that are heard along with it."""

WHOLE = 0.25
"""Seconds after one that was not, and after words that begin no command."""

JOINS = 0.7
"""A command that more words could make another ("how long", "repeat") or give a value ("start", "hold for twenty") is
decided after WHOLE at most, too: hardly anybody falls silent for so long in it. Who does, and goes on after so many
seconds at most, is heard as if nothing had been decided; and so is who goes on after a command that was surely heard
("go back to the last" ... "exercise")."""

UNFINISHED = 1.0
"""Seconds after the beginning of a command."""

CLEAR = 3.0
"""Nats by which everything else must be less probable than what was surely heard. Of a sentence that is not over yet
something else is nearer: "hold it for forty five se" sounds like "full routine for forty five minutes", too."""

NEARLY_CLEAR = 1.0
"""Nats by which they must be for LIKELY to do."""

PROMPT = frozenset({"Stop", "Pause"})
"""Meanings that are obeyed without waiting for more words: whoever says stop means now."""


Sure = Callable[[str, Sequence[Alternative]], bool]
"""Whether a text, given what else it may have been, was surely heard and is a command."""


def never(_text: str, _alternatives: Sequence[Alternative]) -> bool:
    """Nothing is sure."""
    return False


class EndOfTurn:
    """Knows the sentences of `graph`; `skip_words` mean nothing, and nobody is waited for to say those of the kinds in
    `rare` where they begin with another sentence. After one of the `links` ("and") another sentence follows. `sure`
    tells what was surely heard."""

    def __init__(
        self,
        graph: WordGraph,
        skip_words: Iterable[str] = (),
        rare: Collection[str] = frozenset(),
        links: Iterable[str] = (),
        sure: Sure = never,
    ):
        self._graph = graph
        usual = {state: frozenset(kinds) - set(rare) for state, kinds in graph.final.items()}
        self._skip = frozenset(skip_words)
        self._links = [link.split() for link in links]
        self._sure = sure
        self._ahead: list[frozenset[str]] = [frozenset()] * len(graph.arcs)
        for state in reversed(range(len(graph.arcs))):  # a state comes after those that lead to it
            following = graph.arcs[state].values()
            meanings = [self._ahead[target] | _meanings(usual.get(target, ())) for target in following]
            self._ahead[state] = frozenset().union(*meanings)

    def pause(self, words: str, alternatives: Sequence[Alternative] | None = None) -> Pause:
        """The pause that ends an utterance of `words`; `alternatives` are what else it may have been, None while they
        are not known."""
        here, ahead = self._meant(words)
        if here is None:
            return Pause(WHOLE)
        if not here:
            return Pause(UNFINISHED)
        at_once = bool(here & PROMPT)
        others = not (at_once or not ahead or _all_the_same(here, ahead))
        if others and any(one.endswith(VARIES) for one in ahead):  # people look for names and numbers
            return Pause(WHOLE, JOINS)
        clear = self._clear(words, here, alternatives)
        if others:
            return Pause(LIKELY if clear >= NEARLY_CLEAR else WHOLE, JOINS)
        if clear < CLEAR:
            return Pause(LIKELY if clear >= NEARLY_CLEAR else WHOLE)
        return Pause(AT_ONCE if at_once else SURE, JOINS if ahead else 0.0)

    def _clear(self, words: str, here: frozenset[str], alternatives: Sequence[Alternative] | None) -> float:
        """Nats by which all that means anything else than `here` is less probable, CLEAR at most; 0 where that is not
        known, or `words` are not sure for another reason."""
        if alternatives is None:
            return 0.0
        near = [one for one in alternatives if one.behind_nats < CLEAR]
        if near and any(meaning.endswith(VARIES) for meaning in here):
            return 0.0
        nearest = min((one.behind_nats for one in near if self._meant(one.text)[0] != here), default=CLEAR)
        return nearest if nearest > 0 and self._sure(words, alternatives) else 0.0

    def _meant(self, words: str) -> tuple[frozenset[str] | None, frozenset[str]]:
        """What `words` mean, and what they may come to mean with others: nothing yet, where they only begin a command;
        None where they do not even do that."""
        said = self._last(words.split())
        if words and not said:
            return frozenset(), frozenset()
        state = self._walk(said)
        while not state and said and said[0] in self._skip:  # not before: "you may" is no "thank you"
            del said[0]
            state = self._walk(said)
        if not state:
            return None, frozenset()
        return _meanings(self._graph.final.get(state, ())), self._ahead[state]

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
