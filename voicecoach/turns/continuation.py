"""What is said after an utterance that was decided already, and may belong to it: "how long" ... "is left".

It is heard by itself, and once more together with what came before. Where both together are one sentence, that was
said; what was obeyed of it is not obeyed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding

UnderstandHeard = Callable[[Hypothesis], Understanding]


def continue_utterance(
    before: Understanding, heard: Hypothesis, understand: UnderstandHeard
) -> tuple[Hypothesis, Understanding | None]:
    """What counts of `heard`, which may go on with what was understood `before`: all of it, or what came after that;
    and what is to be done, None where that has been done."""
    whole = understand(heard)
    if heard.alone is not None and not (whole.accepted and whole.parts == 1):
        return heard.alone, understand(heard.alone)
    same = before.accepted and (before.intent, before.slots) == (whole.intent, whole.slots)
    return heard, None if same and whole.accepted else whole


def in_the_end(utterances: Iterable[Hypothesis], understand: UnderstandHeard) -> list[tuple[Hypothesis, Understanding]]:
    """What each of the `utterances` of a recording means, once nobody goes on any more: what goes on with another takes
    its place."""
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
