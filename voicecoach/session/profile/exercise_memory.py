"""Remember from one session to the next how each exercise is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from voicecoach.session.plan.levels import at_level, from_work
from voicecoach.session.plan.steps import PlanStep, WorkStep, with_alternative

ExerciseChoice = Literal["easier", "usual", "harder", "left out"]
"""How an exercise is done: at a level, or not at all."""


class ExerciseMemory:
    """Exercise -> how it is done; an exercise that is not in it has never been done.

    Whenever something changes, `save` gets everything.
    """

    def __init__(
        self,
        ways: Mapping[str, ExerciseChoice] | None = None,
        save: Callable[[Mapping[str, ExerciseChoice]], None] = lambda _ways: None,
    ):
        self._ways = dict(ways or {})
        self._save = save

    def knows(self, exercise: str) -> bool:
        """Return True if the exercise has been done before, or was not wanted."""
        return exercise in self._ways

    def way(self, exercise: str) -> ExerciseChoice:
        """Return how the exercise is done."""
        return self._ways.get(exercise, "usual")

    def remember(self, exercise: str, way: ExerciseChoice) -> None:
        """Do the exercise this way from now on."""
        if self._ways.get(exercise) != way:
            self._ways[exercise] = way
            self._save(self._ways)

    def left_out(self, plan: Iterable[PlanStep]) -> tuple[str, ...]:
        """Return the ids of the exercises of `plan` that are not wanted, each once."""
        exercises = (step.exercise.id for step in plan if isinstance(step, WorkStep))
        return tuple(dict.fromkeys(one for one in exercises if self.way(one) == "left out"))

    def applied(self, plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
        """Return `plan` as it is remembered.

        An exercise that is not wanted gives way to its alternative, or is left out. A plan of which
        nothing would be left stays as it is.
        """
        unwanted = self.left_out(plan)
        for block in {
            step.block
            for step in plan
            if isinstance(step, WorkStep) and step.exercise.id in unwanted
        }:
            plan = with_alternative(plan, block)
        kept = tuple(
            step
            for step in plan
            if not isinstance(step, WorkStep) or step.exercise.id not in unwanted
        )
        if any(isinstance(step, WorkStep) for step in kept):
            plan = from_work(kept)
        for exercise in {step.exercise.id for step in plan if isinstance(step, WorkStep)}:
            way = self.way(exercise)
            if way in ("easier", "harder"):
                plan = at_level(plan, way, exercise)
        return plan
