"""Adapt doses to the user's age, after ACSM's guidelines.

Older adults hold stretches for 30-60 s and do 10-15 repetitions.
"""

from __future__ import annotations

from dataclasses import replace

from voicecoach.content.exercise import Hold, Repetitions
from voicecoach.session.plan.selectors import is_stretch
from voicecoach.session.plan.steps import PlanStep, WorkStep

OLDER = 65
"""Years from which on the doses for older adults apply."""

YOUNGEST, OLDEST = 16, 115
"""Years within which an age is believed; children exercise with an adult present."""

LEAST_HOLD = 30
LEAST_REPETITIONS, MOST_REPETITIONS = 10, 15


def for_age(plan: tuple[PlanStep, ...], years: int | None) -> tuple[PlanStep, ...]:
    """Return `plan` with the doses for a user of `years`; unchanged if unknown."""
    if years is None or years < OLDER:
        return plan
    return tuple(_for_older(step) if isinstance(step, WorkStep) else step for step in plan)


def _for_older(step: WorkStep) -> WorkStep:
    dose = step.dose
    if isinstance(dose, Hold) and is_stretch(step.exercise):
        return replace(
            step, dose=dose.model_copy(update={"seconds": max(LEAST_HOLD, dose.seconds)})
        )
    if isinstance(dose, Repetitions) and step.exercise.group == "strength":
        count = min(MOST_REPETITIONS, max(LEAST_REPETITIONS, dose.count))
        return replace(step, dose=dose.model_copy(update={"count": count}))
    return step
