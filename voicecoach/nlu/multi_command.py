"""Split an utterance into several commands: "pause and repeat that", "stop, no, go on".

The utterance must consist of whole sentences, word for word, so that no command is found *within*
speech to somebody else. The sentences follow each other directly, after a joining word, or after a
correction that revokes those before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from voicecoach.content.language import Links
from voicecoach.core.understanding import RejectReason, Understanding, WordGraph

MOST = 3
"""Greatest number of commands in one utterance."""

FEWEST_WORDS = 3
"""Least number of words of an utterance that is split without a joining word. One of its parts must
have several words: "go back" is not "go" and "back", and counting along is no sequence of
commands."""

OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(one), frozenset(other))
    for one, other in (
        ({"Stop"}, {"Resume", "Ready", "Restart", "Repeat", "Next", "Back", "Pause"}),
        ({"Pause", "Wait"}, {"Resume", "Ready"}),
        ({"Next"}, {"Back"}),
        ({"Louder"}, {"Quieter"}),
        ({"Slower"}, {"Faster"}),
        ({"FewerWords"}, {"FullInstructions"}),
        ({"Easier"}, {"Harder"}),
    )
)
"""Intents that contradict each other; the later one counts."""

URGENT = "RedFlag"
"""Intent that no correction revokes, and that makes all other commands of the utterance void."""

NEVER_TAKEN_BACK = frozenset({"Pain"})
"""Intents about the user's body, which no correction revokes."""

UnderstandText = Callable[[str, Collection[str] | None], Understanding]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one sentence of an utterance.

    `intents` has several members where the session state chooses between them. `joined` is True
    after a link, and
    `corrects` after a link that revokes the sentences before.
    """

    text: str
    intents: frozenset[str]
    joined: bool = False
    corrects: bool = False


class MultiCommand:
    """Split utterances into sentences of `graph`; `skip_words` between them are ignored."""

    def __init__(
        self, graph: WordGraph, skip_words: Iterable[str] = (), links: Links | None = None
    ):
        links = links or Links()
        self._graph = graph
        self._skip = frozenset(skip_words)
        pairs = [(tuple(text.split()), False) for text in links.joining]
        pairs += [(tuple(text.split()), True) for text in links.correcting]
        self._links = sorted(pairs, key=lambda pair: -len(pair[0]))

    def parts(self, text: str) -> tuple[str, ...]:
        """Return the sentences in `text` that count, in their order; empty if `text` is no chain of
        sentences."""
        return tuple(part.text for part in what_counts(self._taken_apart(text)))

    def understand(self, understand: UnderstandText) -> UnderstandText:
        """Extend `understand` to several sentences: the first one's meaning, with the others as
        `then`."""

        def understand_chain(text: str, states: Collection[str] | None) -> Understanding:
            alone = understand(text, states)
            if alone.accepted or not (chain := self._taken_apart(alone.text)):
                return alone
            if any(
                understand(part.text, states).reject_reason is RejectReason.NOT_ASKED
                for part in chain
            ):
                return alone  # "of course no that was too hard neck one" is talk, not an order with an answer in it
            first, *others = what_counts(chain)
            found = understand(first.text, states)
            if not (found.accepted or any(part.joined for part in chain)):
                return alone
            detail, then = f"{found.detail}, in one breath", tuple(part.text for part in others)
            return replace(
                found, text=text, sentence=text, detail=detail, then=then, parts=len(chain)
            )

        return understand_chain

    def _taken_apart(self, text: str) -> tuple[Part, ...]:
        words = tuple(text.split())
        if self._is_one(words):
            return ()
        chains = (chain for most in range(1, MOST + 1) for chain in self._chains(words, most))
        return next((chain for chain in chains if _plausible(chain)), ())

    def _is_one(self, words: Words) -> bool:
        return any(end == len(words) for end, _sentence, _intents in self._sentences(words))

    def _chains(self, words: Words, most: int) -> Iterator[tuple[Part, ...]]:
        """Yield the ways to split `words` into at most `most` sentences, long first sentences
        first."""
        for skipped, corrects in self._links_at(words):
            rest = words[skipped:]
            for end, sentence, intents in self._sentences(rest):
                part = Part(sentence, intents, skipped > 0, corrects)
                if end == len(rest):
                    yield (part,)
                elif most > 1:
                    yield from ((part, *others) for others in self._chains(rest[end:], most - 1))

    def _links_at(self, words: Words) -> Iterator[tuple[int, bool]]:
        """Yield the links at the start of `words`: number of words, and whether the link revokes
        the sentences before.

        The last item stands for no link.
        """
        for link, corrects in self._links:
            if words[: len(link)] == link:
                yield len(link), corrects
        yield 0, False

    def _sentences(self, words: Sequence[str]) -> list[tuple[int, str, frozenset[str]]]:
        """Return the sentences at the start of `words`, longest first: end, text without skip
        words, intents."""
        state, said, found = 0, [], []
        for number, word in enumerate(words, 1):
            following = self._graph.arcs[state].get(word)
            if following is not None:
                state = following
                said.append(word)
            elif word not in self._skip:
                break
            if state and (kinds := self._graph.final.get(state)):
                found.append((number, " ".join(said), frozenset(kind.split()[0] for kind in kinds)))
        return found[::-1]


def _plausible(chain: Sequence[Part]) -> bool:
    lengths = [len(part.text.split()) for part in chain]
    return any(part.joined for part in chain) or (sum(lengths) >= FEWEST_WORDS and max(lengths) > 1)


def what_counts(parts: Iterable[Part]) -> list[Part]:
    """Return the parts to obey: neither revoked, nor contradicted, nor repeated."""
    kept: list[Part] = []
    for part in parts:
        if URGENT in part.intents:
            return [part]
        if part.corrects:
            kept = [one for one in kept if one.intents & NEVER_TAKEN_BACK]
        kept = [
            one
            for one in kept
            if not _contradict(one.intents, part.intents) and one.text != part.text
        ]
        kept.append(part)
    return kept


def _contradict(before: frozenset[str], after: frozenset[str]) -> bool:
    return any(
        (before & one and after & other) or (before & other and after & one)
        for one, other in OPPOSITES
    )
