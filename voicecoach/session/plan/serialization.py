"""Write a plan as JSON, read it with the library of another day, and log a step."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from voicecoach.content.exercise import Dose, Repetitions
from voicecoach.content.library import Library
from voicecoach.content.yaml_schema import Content
from voicecoach.session.plan.steps import Level, PlanStep, Side, WaterStep, WorkStep


class _Step(Content):
    """Store a step; without an exercise it is a break to drink."""

    block: int
    exercise: str | None = None
    dose: Dose | None = None
    side: Side | None = None
    set_number: int = 1
    sets: int = 1
    alternative: str | None = None
    level: Level = "usual"


_STEPS = TypeAdapter(list[_Step])


def plan_to_json(plan: Iterable[PlanStep]) -> str:
    """Return `plan` as JSON, without the pace, which may be another the next time."""
    return _STEPS.dump_json([_to_record(step) for step in plan], exclude_none=True).decode()


def _to_record(step: PlanStep) -> _Step:
    if isinstance(step, WaterStep):
        return _Step(block=step.block)
    return _Step(
        block=step.block,
        exercise=step.exercise.id,
        dose=step.dose,
        side=step.side,
        set_number=step.set_number,
        sets=step.sets,
        alternative=step.alternative and step.alternative.id,
        level=step.level,
    )


def plan_from_json(text: str, library: Library) -> tuple[PlanStep, ...] | None:
    """Return the plan in `text`; None where it cannot be read.

    A plan with an exercise that is not in the library any more cannot be read.
    """
    try:
        return tuple(_from_record(step, library) for step in _STEPS.validate_json(text))
    except (ValidationError, KeyError):
        return None


def _from_record(step: _Step, library: Library) -> PlanStep:
    if step.exercise is None or step.dose is None:
        return WaterStep(step.block)
    return WorkStep(
        library.exercises[step.exercise],
        step.dose,
        step.block,
        step.side,
        step.set_number,
        step.sets,
        library.exercises[step.alternative] if step.alternative else None,
        step.level,
    )


def work_done(work: WorkStep, seconds: float) -> dict[str, object]:
    """Return a step, and how much of it was done in `seconds`, as data for the log.

    Whole repetitions or whole seconds count.
    """
    seconds = min(max(0.0, seconds), work.seconds)
    return {
        "exercise": work.exercise.id,
        "muscles": work.exercise.group,
        "kind": work.dose.kind,
        "side": work.side,
        "set": work.set_number,
        "block": work.block,
        "level": work.level,
        "planned": work.dose.count if isinstance(work.dose, Repetitions) else round(work.seconds),
        "done": int(seconds / work.unit + 1e-6),
        "seconds": round(seconds, 1),
    }
