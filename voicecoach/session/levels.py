"""A plan made easier: levels of exercises, and what is left for legs that hurt."""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile
from typing import get_args

from voicecoach.session.plan import Level, PlanStep, WaterStep, WorkStep
from voicecoach.session.routine import Muscles

STRETCHES = frozenset(get_args(Muscles))
"""Groups of exercises that are static stretches: those of a muscle."""


def at_level(plan: tuple[PlanStep, ...], level: Level, block: int | None = None) -> tuple[PlanStep, ...]:
    """`plan` with the exercise of `block` (None: every exercise) at `level`."""
    return tuple(
        replace(step, level=level) if isinstance(step, WorkStep) and block in (None, step.block) else step
        for step in plan
    )


def stretches(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """The stretches of `plan`, and the drinks after the first of them; empty where there are none."""
    kept = (step for step in plan if isinstance(step, WaterStep) or step.exercise.group in STRETCHES)
    return tuple(dropwhile(lambda step: isinstance(step, WaterStep), kept))
