"""Determine after how much silence an utterance ends.

People pause to think within a sentence ("which ... side", "an americano ... with some milk"), but a
long wait after every utterance would make "stop" slow. The wait therefore depends on whether more
words could change the meaning, and on how surely the words were recognised. In orders of coffee,
0.3 % of the gaps between two words are at least 0.25 s long. In spelling and counting, 4 % of the
gaps are, and 0.1 % are at least 0.6 s long (benchmarks/pauses.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from voicecoach.core.speech import Alternative, Pause
from voicecoach.core.understanding import WordGraph
from voicecoach.nlu.sentence import CAUTION, VARIES

AT_ONCE = 0.03
"""Seconds of silence after a surely recognised PROMPT command: one chunk of the detector."""

SURE = 0.09
"""Seconds of silence after a surely recognised command whose meaning no further words can
change."""

LIKELY = 0.15
"""Seconds of silence after a command that was nearly as surely recognised, or that further words
could change; those words are merged with it."""

WHOLE = 0.25
"""Seconds of silence after a command that was not surely recognised, and after words that begin no
command."""

JOINS = 0.7
"""Seconds after the last word within which further speech is merged with a decided command. This
covers commands that more words could change ("how long", "repeat") or give a value ("start", "hold
for twenty"): users seldom pause for WHOLE within them. It also covers surely recognised commands
that may go on ("go back to the last" ... "exercise")."""

UNFINISHED = 1.0
"""Seconds of silence after words that only begin a command."""

CLEAR = 3.0
"""Nats by which every reading with another meaning must be less probable for a command to be surely
recognised. An unfinished sentence has nearer rivals: "hold it for forty five se" is close to "full
routine for forty five minutes"."""

NEARLY_CLEAR = 1.0
"""Nats by which such readings must be less probable for LIKELY to suffice."""

PROMPT = frozenset({"Stop", "Pause"})
"""Meanings that are obeyed without waiting for more words, because the user wants them at once."""


Sure = Callable[[str, Sequence[Alternative]], bool]
"""Returns True if a text, given its alternatives, is a surely recognised command."""


def never(_text: str, _alternatives: Sequence[Alternative]) -> bool:
    """Return False: no text is sure."""
    return False


class EndOfTurn:
    """Determine the pause that ends an utterance.

    Args:
        graph: The sentences of the intents.
        skip_words: Words without meaning.
        rare: Kinds of sentences that are not waited for where they extend another sentence.
        links: Words after which another sentence follows ("and").
        sure: Returns True for a surely recognised command.
    """

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
            meanings = [
                self._ahead[target] | _meanings(usual.get(target, ())) for target in following
            ]
            self._ahead[state] = frozenset().union(*meanings)

    def pause(self, words: str, alternatives: Sequence[Alternative] | None = None) -> Pause:
        """Return the pause that ends an utterance of `words`; `alternatives` is None while they are
        unknown."""
        here, ahead = self._meant(words)
        if here is None:
            return Pause(WHOLE)
        if not here:
            return Pause(UNFINISHED)
        at_once = bool(here & PROMPT)
        others = not (at_once or not ahead or _all_the_same(here, ahead))
        if others and any(
            one.endswith(VARIES) for one in ahead
        ):  # people look for names and numbers
            return Pause(WHOLE, JOINS)
        clear = self._clear(words, here, alternatives)
        if others:
            return Pause(LIKELY if clear >= NEARLY_CLEAR else WHOLE, JOINS)
        if clear < CLEAR:
            return Pause(LIKELY if clear >= NEARLY_CLEAR else WHOLE)
        return Pause(AT_ONCE if at_once else SURE, JOINS if ahead else 0.0)

    def _clear(
        self, words: str, here: frozenset[str], alternatives: Sequence[Alternative] | None
    ) -> float:
        """Return by how many nats the readings with another meaning than `here` are less probable.

        The value is CLEAR at most, and 0 where the alternatives are unknown or `words` are not sure
        for another reason.
        """
        if alternatives is None:
            return 0.0
        near = [one for one in alternatives if one.behind_nats < CLEAR]
        if near and any(meaning.endswith(VARIES) for meaning in here):
            return 0.0
        nearest = min(
            (one.behind_nats for one in near if self._meant(one.text)[0] != here), default=CLEAR
        )
        return nearest if nearest > 0 and self._sure(words, alternatives) else 0.0

    def _meant(self, words: str) -> tuple[frozenset[str] | None, frozenset[str]]:
        """Return the meanings of `words`, and the meanings that further words could give.

        The first set is empty where `words` only begin a command, and None where they begin no
        command.
        """
        said = self._last(words.split())
        if words and not said:
            return frozenset(), frozenset()
        state = self._walk(said)
        while (
            not state and said and said[0] in self._skip
        ):  # not before: "you may" is no "thank you"
            del said[0]
            state = self._walk(said)
        if not state:
            return None, frozenset()
        return _meanings(self._graph.final.get(state, ())), self._ahead[state]

    def _last(self, words: list[str]) -> list[str]:
        """Return the words after the last whole sentence and link; all words if they begin a
        sentence."""
        if self._walk(words):
            return words
        for end in range(len(words), 0, -1):
            for link in self._links:
                begin = end - len(link)
                if (
                    begin > 0
                    and words[begin:end] == link
                    and self._walk(words[:begin]) in self._graph.final
                ):
                    return words[end:]
        return words

    def _walk(self, words: list[str]) -> int:
        """Return the state after `words`; 0, the start, if they begin no sentence."""
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
    """Return True if the longer sentences (`ahead`) have the meaning of the shorter one (`here`).

    Several meanings never count as equal, because the session state chooses between them: "how
    long" may mean "how long do i hold" or "how long is left".
    """
    return (
        ahead <= here and len(ahead) == 1 and not any(meaning.endswith(VARIES) for meaning in ahead)
    )
