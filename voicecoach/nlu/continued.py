"""What is said after an utterance that was decided already, and belongs to it: "how long" ... "is left".

It is heard once more together with what came before. What was obeyed is not obeyed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from voicecoach.events import Hypothesis, Understanding


def what_is_new(
    before: Understanding, whole: Understanding, understand: Callable[[str], Understanding]
) -> Understanding | None:
    """What is still to be done once `before` was, if `whole` was said, which begins with it; None where that is
    nothing."""
    if not before.accepted:
        return whole
    if not whole.accepted:
        alone = understand(whole.text.removeprefix(before.text).strip())
        return alone if alone.accepted else whole
    if not _same(before, whole):
        return whole
    if not whole.then:
        return None
    following, *others = whole.then
    return replace(understand(following), then=tuple(others))


def in_the_end(
    utterances: Iterable[Hypothesis], understand: Callable[[Hypothesis], Understanding]
) -> list[tuple[Hypothesis, Understanding]]:
    """What each of the `utterances` of a recording means, once nobody goes on any more: what goes on with another takes
    its place."""
    found: list[tuple[Hypothesis, Understanding]] = []
    for heard in utterances:
        understood = understand(heard)
        if heard.continues and found:
            before = found[-1][1]
            if understood.accepted or not before.accepted:
                found.pop()
            else:
                part = partial(_part, heard, understand)
                understood = what_is_new(before, understood, part) or understood
        found.append((heard, understood))
    return found


def _part(heard: Hypothesis, understand: Callable[[Hypothesis], Understanding], text: str) -> Understanding:
    return understand(replace(heard, text=text, words=(), alternatives=()))


def _same(one: Understanding, other: Understanding) -> bool:
    return (one.intent, one.slots) == (other.intent, other.slots)
