"""An answer that was asked for: as easy to hear as it was hard before.

What counts only as an answer costs ANSWER nats in the decoding graph, so that it disturbs no command. The graph is the
same whatever was asked; what it took from the answers to an open question is given back here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.nlu.sentence import ANSWER


def rescore(heard: Hypothesis, is_answer: Callable[[str], bool]) -> Hypothesis:
    """`heard` with its readings in the order of their probabilities given the question; `is_answer` tells those that
    answer it."""
    readings = (Alternative(heard.text, 0.0), *heard.alternatives)
    favoured = [replace(one, behind_nats=one.behind_nats - ANSWER) if is_answer(one.text) else one for one in readings]
    favoured.sort(key=lambda one: one.behind_nats)
    best = favoured[0]
    others = tuple(replace(one, behind_nats=one.behind_nats - best.behind_nats) for one in favoured[1:])
    return replace(heard, text=best.text, alternatives=others)
