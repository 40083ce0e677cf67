"""Several commands in one breath: "pause and repeat that", "stop, no, go on".

Only whole sentences are joined, word for word, so that nothing is found *within* what was said to somebody else. They
follow each other directly, after a word that joins them, or after one that takes back what came before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from voicecoach.content.language import Links
from voicecoach.core.understanding import RejectReason, Understanding, WordGraph

MOST = 3
"""Commands in one breath."""

FEWEST_WORDS = 3
"""Words of an utterance that is taken apart where nothing joins its parts, one of which has several: "go back" is no
"go" and "back", and somebody who counts along gives no orders."""

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
"""Intents that contradict each other: the later one counts."""

URGENT = "RedFlag"
"""Nothing is taken back after it, and nothing else counts beside it."""

NEVER_TAKEN_BACK = frozenset({"Pain"})
"""What was said of the body stands, whatever comes after it."""

UnderstandText = Callable[[str, Collection[str] | None], Understanding]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the sentences: its intents (the state decides between several), whether a word joins it to what came
    before, and whether that takes it back."""

    text: str
    intents: frozenset[str]
    joined: bool = False
    corrects: bool = False


class MultiCommand:
    """Takes utterances apart into sentences of `graph`, between which `skip_words` mean nothing."""

    def __init__(self, graph: WordGraph, skip_words: Iterable[str] = (), links: Links | None = None):
        links = links or Links()
        self._graph = graph
        self._skip = frozenset(skip_words)
        pairs = [(tuple(text.split()), False) for text in links.joining]
        pairs += [(tuple(text.split()), True) for text in links.correcting]
        self._links = sorted(pairs, key=lambda pair: -len(pair[0]))

    def parts(self, text: str) -> tuple[str, ...]:
        """The sentences in `text` that count, in their order; none where it is no chain of sentences."""
        return tuple(part.text for part in what_counts(self._taken_apart(text)))

    def understand(self, understand: UnderstandText) -> UnderstandText:
        """`understand` for several sentences in one breath, too: what the first means, and `then` the others."""

        def understand_chain(text: str, states: Collection[str] | None) -> Understanding:
            alone = understand(text, states)
            if alone.accepted or not (chain := self._taken_apart(alone.text)):
                return alone
            if any(understand(part.text, states).reject_reason is RejectReason.NOT_ASKED for part in chain):
                return alone  # "of course no that was too hard neck one" is talk, not an order with an answer in it
            first, *others = what_counts(chain)
            found = understand(first.text, states)
            if not (found.accepted or any(part.joined for part in chain)):
                return alone
            detail, then = f"{found.detail}, in one breath", tuple(part.text for part in others)
            return replace(found, text=text, sentence=text, detail=detail, then=then, parts=len(chain))

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
        """The ways to read all of `words` as at most `most` sentences, long first ones first."""
        for skipped, corrects in self._links_at(words):
            rest = words[skipped:]
            for end, sentence, intents in self._sentences(rest):
                part = Part(sentence, intents, skipped > 0, corrects)
                if end == len(rest):
                    yield (part,)
                elif most > 1:
                    yield from ((part, *others) for others in self._chains(rest[end:], most - 1))

    def _links_at(self, words: Words) -> Iterator[tuple[int, bool]]:
        """The links that `words` begin with, none being the last: how many words, and whether it takes back what came
        before."""
        for link, corrects in self._links:
            if words[: len(link)] == link:
                yield len(link), corrects
        yield 0, False

    def _sentences(self, words: Sequence[str]) -> list[tuple[int, str, frozenset[str]]]:
        """The sentences that `words` begin with, the longest first: where each ends, its text without skip words, and
        what it means."""
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
    """The parts that are to be obeyed: neither taken back, nor contradicted, nor said twice."""
    kept: list[Part] = []
    for part in parts:
        if URGENT in part.intents:
            return [part]
        if part.corrects:
            kept = [one for one in kept if one.intents & NEVER_TAKEN_BACK]
        kept = [one for one in kept if not _contradict(one.intents, part.intents) and one.text != part.text]
        kept.append(part)
    return kept


def _contradict(before: frozenset[str], after: frozenset[str]) -> bool:
    return any((before & one and after & other) or (before & other and after & one) for one, other in OPPOSITES)
