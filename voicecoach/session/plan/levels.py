"""Make a plan easier or harder, and keep what legs that hurt can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import dropwhile
from typing import get_args

from voicecoach.content.exercise import Muscles
from voicecoach.session.plan.steps import Level, PlanStep, WaterStep, WorkStep

LEVELS: tuple[Level, ...] = get_args(Level)
"""From the easiest to the hardest."""

STRETCHES = frozenset(get_args(Muscles))
"""Groups of exercises that are static stretches: those of a muscle."""


Fit = Callable[[tuple[PlanStep, ...]], tuple[PlanStep, ...]]
"""Fits a plan to how the legs are."""


def as_planned(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """Return the plan as it is."""
    return plan


def neighbour(level: Level, by: int) -> Level | None:
    """Return the level that is `by` harder; None where there is none."""
    number = LEVELS.index(level) + by
    return LEVELS[number] if 0 <= number < len(LEVELS) else None


def at_level(
    plan: tuple[PlanStep, ...], level: Level, exercise: str | None = None, start: int = 0
) -> tuple[PlanStep, ...]:
    """Return `plan` with `exercise` (None: every one) at `level` from step `start` on."""
    return tuple(
        replace(step, level=level)
        if number >= start and isinstance(step, WorkStep) and exercise in (None, step.exercise.id)
        else step
        for number, step in enumerate(plan)
    )


def stretches(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """Return the stretches of `plan`, and the drinks after the first of them."""
    return from_work(
        tuple(
            step for step in plan if isinstance(step, WaterStep) or step.exercise.group in STRETCHES
        )
    )


def from_work(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """Return `plan` from its first exercise on: nobody has to drink before that."""
    return tuple(dropwhile(lambda step: isinstance(step, WaterStep), plan))
