"""Raise the probability of answers to the open question.

In the decoding graph, a sentence that counts only as an answer costs ANSWER nats, so that it
disturbs no command. The graph does not depend on the question; this module removes that cost from
the answers to the open question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.nlu.sentence import ANSWER


def rescore(heard: Hypothesis, is_answer: Callable[[str], bool]) -> Hypothesis:
    """Return `heard` with its readings rescored and sorted for the open question.

    Args:
        heard: The hypothesis with its alternatives.
        is_answer: Returns True for a text that answers the open question.
    """
    readings = (Alternative(heard.text, 0.0), *heard.alternatives)
    favoured = [
        replace(one, behind_nats=one.behind_nats - ANSWER) if is_answer(one.text) else one
        for one in readings
    ]
    favoured.sort(key=lambda one: one.behind_nats)
    best = favoured[0]
    others = tuple(
        replace(one, behind_nats=one.behind_nats - best.behind_nats) for one in favoured[1:]
    )
    return replace(heard, text=best.text, alternatives=others)
