"""Lay out a routine as steps: a hold, a set, a walk or a glass of water each.

Both sides of a set follow each other (left, right, left, right), so that each muscle rests while
the other works and the full time belongs to each side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from voicecoach.content.exercise import Exercise, Hold, Position, Repetitions, Thing, Timed
from voicecoach.content.library import Library
from voicecoach.content.routine import Routine, RoutineEntry

Side = Literal["left", "right"]
Level = Literal["easier", "usual", "harder"]
"""How an exercise is done: the usual way, or as its texts `easier` and `harder` say."""

SIDES: tuple[Side, ...] = ("left", "right")
"""The sides in the order of each set."""

FIRST_SIDE = SIDES[0]
"""The side that each set begins with."""

ALLOWANCES = {"standing": 8.0, "chair": 12.0, "kneeling": 20.0, "floor": 20.0}
"""Seconds to get into position, from the end of the instructions
(docs/reference/exercise-sources.md, pacing)."""

MOST_HOLD = 60
"""Longest hold (s) a user may ask for (exercise reference)."""

RISING = 20.0
"""Seconds to get up from the floor in: as many as to get down to it."""

SWITCHES = {"standing": 8.0, "chair": 8.0, "kneeling": 12.0, "floor": 8.0}
"""Seconds to change sides when the user already is on the mat or at the wall.

Who kneels has a cushion to move.
"""

DOWN = ("floor", "kneeling")
"""Positions that one gets down to, and up from."""

REST_AFTER_REPETITIONS = 60.0
REST_AFTER_HOLD = 10.0
WATER_BREAK = 20.0


_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One hold, one set of repetitions or one timed activity, on one side."""

    exercise: Exercise
    dose: Hold | Repetitions | Timed
    block: int
    """Number of the exercise in the routine.

    Steps of one block are the sets and sides of an exercise.
    """
    side: Side | None = None
    set_number: int = 1
    sets: int = 1
    alternative: Exercise | None = None
    level: Level = "usual"
    pace: float = 1.0
    """How long repetitions, pauses and the time to get into position are, against the usual."""

    @property
    def way(self) -> str | None:
        """Return how it is made easier or harder; None for the usual level."""
        return {"easier": self.exercise.easier, "usual": None, "harder": self.exercise.harder}[
            self.level
        ]

    @property
    def meanwhile(self) -> str:
        """Return the cue in mid-hold.

        Of a level that has a position of its own, only the last sentence of its text is said.
        """
        said = self.way or self.exercise.cue
        return _SENTENCE_END.split(said)[-1] if self.apart else said

    @property
    def caution(self) -> str | None:
        """Return who should leave it out."""
        return self.exercise.easier_caution if self.apart else self.exercise.caution

    @property
    def apart(self) -> bool:
        """Return True if the way is all there is to say: it has a position of its own."""
        return self.level == "easier" and self.exercise.easier_position is not None

    @property
    def position(self) -> Position:
        """Return the position it is done in."""
        own = self.exercise.easier_position if self.apart else None
        return own or self.exercise.position

    @property
    def needs(self) -> tuple[Thing, ...]:
        """Return the things that the exercise needs."""
        usual, easier = self.exercise.needs, self.exercise.easier_needs
        if self.apart:
            return easier
        return (*usual, *easier) if self.level == "easier" else usual

    @property
    def seconds(self) -> float:
        """Length of the work itself."""
        return (
            self.unit * self.dose.count
            if isinstance(self.dose, Repetitions)
            else float(self.dose.seconds)
        )

    @property
    def unit(self) -> float:
        """Return the seconds of one repetition, or of one count."""
        if isinstance(self.dose, Repetitions):
            return self.pace * sum(phase.seconds for phase in self.dose.phases)
        return 1.0


@dataclass(frozen=True, slots=True)
class WaterStep:
    """Hold a break to drink."""

    block: int
    seconds: float = WATER_BREAK


PlanStep = WorkStep | WaterStep


def _work_steps(step_number: int, exercise: Exercise, template: WorkStep) -> Iterator[WorkStep]:
    sides: tuple[Side | None, ...] = SIDES if exercise.sides == "per side" else (None,)
    sets = 1 if isinstance(template.dose, Timed) else template.dose.sets
    for number in range(1, sets + 1):
        for side in sides:
            yield replace(template, block=step_number, side=side, set_number=number, sets=sets)


def make_plan(routine: Routine, library: Library) -> tuple[PlanStep, ...]:
    """Lay out `routine`; the library has already checked that its exercises exist."""
    return lay_out(routine.steps, library)


def lay_out(routine_steps: Iterable[RoutineEntry], library: Library) -> tuple[PlanStep, ...]:
    """Return the entries of a routine as steps of a plan: one for each set and side."""
    steps: list[PlanStep] = []
    for number, step in enumerate(routine_steps):
        if step.exercise is None:
            steps.append(WaterStep(block=number))
            continue
        exercise = library.exercises[step.exercise]
        dose = exercise.dose.model_copy(update=step.changes)
        alternative = library.exercises[step.alternative] if step.alternative else None
        template = WorkStep(exercise, dose, number, alternative=alternative)
        steps.extend(_work_steps(number, exercise, template))
    return tuple(steps)


def with_alternative(plan: tuple[PlanStep, ...], block: int) -> tuple[PlanStep, ...]:
    """Return `plan` with the exercise of `block` and its alternative exchanged."""

    def swapped(step: PlanStep) -> PlanStep:
        if not isinstance(step, WorkStep) or step.block != block or step.alternative is None:
            return step
        return replace(
            step, exercise=step.alternative, dose=step.alternative.dose, alternative=step.exercise
        )

    return tuple(swapped(step) for step in plan)


def with_hold(plan: tuple[PlanStep, ...], block: int, seconds: int) -> tuple[PlanStep, ...]:
    """Return `plan` with every hold of `block` set to `seconds`."""

    def changed(step: PlanStep) -> PlanStep:
        if not isinstance(step, WorkStep) or step.block != block or not isinstance(step.dose, Hold):
            return step
        return replace(step, dose=step.dose.model_copy(update={"seconds": seconds}))

    return tuple(changed(step) for step in plan)


def with_pace(plan: tuple[PlanStep, ...], pace: float) -> tuple[PlanStep, ...]:
    """Return `plan` at another pace."""
    return tuple(replace(step, pace=pace) if isinstance(step, WorkStep) else step for step in plan)


def without_side(plan: tuple[PlanStep, ...], index: int, side: Side) -> tuple[PlanStep, ...]:
    """Return `plan` without the further steps on `side` of the exercise at `index`."""
    block = plan[index].block
    kept = (
        step
        for step in plan[index:]
        if not isinstance(step, WorkStep) or step.block != block or step.side != side
    )
    return (*plan[:index], *kept)


def rest_before(plan: tuple[PlanStep, ...], index: int) -> float:
    """Return the seconds of rest before step `index`.

    There is rest only between sets of one exercise, and none where changing sides already rests the
    muscle. A slow pace makes it longer; a fast one takes nothing from the muscle's rest.
    """
    if index == 0:
        return 0.0
    step, before = plan[index], plan[index - 1]
    if not isinstance(step, WorkStep) or not isinstance(before, WorkStep):
        return 0.0
    if step.block != before.block or step.set_number == before.set_number:
        return 0.0
    longer = max(1.0, step.pace)
    if isinstance(step.dose, Repetitions):
        return REST_AFTER_REPETITIONS * longer
    return 0.0 if step.side != before.side else REST_AFTER_HOLD * longer


def setup_seconds(plan: tuple[PlanStep, ...], index: int) -> float:
    """Return the seconds to get into position for step `index`."""
    step = plan[index]
    assert isinstance(step, WorkStep)
    before = work_before(plan, index)
    if before and (before.block, before.position) == (step.block, step.position):
        return SWITCHES[step.position] * step.pace
    return (RISING if rises(step, before) else ALLOWANCES[step.position]) * step.pace


def work_before(plan: tuple[PlanStep, ...], index: int) -> WorkStep | None:
    """Return the last work before step `index`: a drink changes nobody's position."""
    return next((step for step in reversed(plan[:index]) if isinstance(step, WorkStep)), None)


def rises(step: WorkStep, before: WorkStep | None) -> bool:
    """Return True if one gets up from the floor for `step`, after `before`."""
    return before is not None and before.position in DOWN and step.position not in DOWN


def gets_down(step: WorkStep, before: WorkStep | None) -> bool:
    """Return True if one gets down to the floor for `step`, after `before`."""
    return step.position in DOWN and (before is None or before.position not in DOWN)


def rises_for_the_way(step: WorkStep) -> bool:
    """Return True if changing to `step` from its usual level means getting up."""
    return rises(step, replace(step, level="usual"))


def needs(plan: tuple[PlanStep, ...]) -> tuple[str, ...]:
    """Return what to fetch, in the order in which it is first used."""
    used = [thing for step in plan if isinstance(step, WorkStep) for thing in step.needs]
    return tuple(dict.fromkeys(used))
