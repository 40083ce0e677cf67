"""Estimate how long a plan takes when nobody interrupts it.

Speech is estimated from its words: no voice is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from voicecoach.session.plan.steps import PlanStep, WaterStep, WorkStep, rest_before, setup_seconds

WORDS_A_SECOND = 2.5
"""Rate of the coach's speech: 150 words a minute, as it comes."""

ONSET = 0.6
"""Seconds of a sentence beyond its words: the gap before it, and its silent ends."""

BREATH = 1.8
"""Seconds of a sentence of an instruction beyond its words.

They are more than those of other sentences, since there is time to do what was said.
"""

TAIL = 1.8
"""Seconds from the last beat of a step to the end of its closing word."""

HEADLINE_WORDS = 10
"""Words about an exercise apart from its name and its text.

They are the side, the dose, and "get into position".
"""

AGAIN_WORDS = 9
"""Words before another side or set: which one, and "get into position"."""

OPENING = 18.0
"""Seconds from the beginning to the first exercise.

The coach says how much it is, what to fetch, and that nothing should hurt.
"""


def whole_length(plan: tuple[PlanStep, ...], known_exercises: Collection[str] = ()) -> float:
    """Return the estimated seconds of a plan with all that is said before it.

    The exercises in `known_exercises` are not new to the user.
    """
    return OPENING + seconds_from(plan, 0, known_exercises)


def seconds_from(
    plan: tuple[PlanStep, ...], index: int, known_exercises: Collection[str] = ()
) -> float:
    """Return the estimated seconds from the begin of step `index` to the plan's end."""
    explained = {
        *known_exercises,
        *(step.exercise.id for step in plan[:index] if isinstance(step, WorkStep)),
    }
    total = 0.0
    for number in range(index, len(plan)):
        step = plan[number]
        total += step.seconds + rest_before(plan, number)
        if isinstance(step, WorkStep):
            total += (
                TAIL
                + setup_seconds(plan, number)
                + _words(step, plan[number - 1] if number else None, explained)
            )
            explained.add(step.exercise.id)
    return total


def _words(step: WorkStep, before: PlanStep | None, explained: set[str]) -> float:
    """Return the seconds of the announcement of `step`."""
    same = before is not None and not isinstance(before, WaterStep) and before.block == step.block
    if same:
        return 2 * ONSET + AGAIN_WORDS / WORDS_A_SECOND
    exercise = step.exercise
    full = exercise.id not in explained
    sentences = (*exercise.setup, exercise.cue, exercise.caution) if full else (exercise.reminder,)
    headline = 2 * ONSET + (HEADLINE_WORDS + len(exercise.name.split())) / WORDS_A_SECOND
    return headline + _spoken(sentences)


def _spoken(sentences: Iterable[str]) -> float:
    return sum(BREATH + len(sentence.split()) / WORDS_A_SECOND for sentence in sentences)
