"""Merge an utterance with the decided one that it continues: "how long" ... "is left".

The recogniser decodes the second part by itself and together with the first part. Where both parts
together are one sentence, that sentence counts; a command that was already obeyed is not obeyed
again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding

UnderstandHeard = Callable[[Hypothesis], Understanding]


def continue_utterance(
    before: Understanding, heard: Hypothesis, understand: UnderstandHeard
) -> tuple[Hypothesis, Understanding | None]:
    """Return the part of `heard` that counts, and its meaning; None as meaning if it was already
    obeyed.

    Args:
        before: The meaning of the utterance that `heard` may continue.
        heard: Both parts together; its `alone` is the second part.
        understand: Understands one hypothesis.
    """
    whole = understand(heard)
    if heard.alone is not None and not (whole.accepted and whole.parts == 1):
        return heard.alone, understand(heard.alone)
    same = before.accepted and (before.intent, before.slots) == (whole.intent, whole.slots)
    return heard, None if same and whole.accepted else whole


def in_the_end(
    utterances: Iterable[Hypothesis], understand: UnderstandHeard
) -> list[tuple[Hypothesis, Understanding]]:
    """Return the utterances of a whole recording with their meanings; a continuation replaces its
    beginning."""
    found: list[tuple[Hypothesis, Understanding]] = []
    for heard in utterances:
        if not (heard.continues and found):
            found.append((heard, understand(heard)))
            continue
        counts, new = continue_utterance(found[-1][1], heard, understand)
        if counts is heard:
            before = found.pop()
            found.append((heard, new or before[1]))
        else:
            found.append((counts, new or understand(counts)))
    return found
