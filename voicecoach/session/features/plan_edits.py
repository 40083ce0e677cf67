"""Take exercises out of the rest of a plan, and put them back in their places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Literal

from voicecoach.content.library import Library
from voicecoach.session.context import SessionContext
from voicecoach.session.plan.selectors import WATER, meant
from voicecoach.session.plan.steps import PlanStep, WaterStep, WorkStep, with_pace
from voicecoach.session.profile.preferences import PACES

Outcome = Literal["back", "partly", "unfit", "passed", ""]
"""Result of putting something back.

"back": all of it is in again; "partly": a part of it; "unfit": it is too much for the legs today;
"passed": its place has passed; "": it had not been taken out.
"""


class PlanEdits:
    """Change the plan from the next exercise on; before its begin, all of it.

    Keys are those of `selectors.matches`.
    """

    def __init__(self, context: SessionContext):
        self._flow = context.flow
        self._spare: tuple[PlanStep, ...] = ()
        self._dry = False

    def begin(self, spare: tuple[PlanStep, ...], *, dry: bool) -> None:
        """Take note of a new plan without the steps `spare`.

        `dry`: breaks to drink were left out on purpose.
        """
        self._spare, self._dry = spare, dry

    def _fixed(self, step: PlanStep) -> bool:
        """Return True if `step` belongs to the present exercise, which goes on."""
        return not self._flow.unchecked() and step.block == self._flow.step.block

    def present(self, keys: Collection[str], library: Library) -> bool:
        """Return True if `keys` mean the present exercise or drink."""
        return self._fixed(self._flow.step) and _meant(self._flow.step, keys, library)

    def all_of_it(self, keys: Collection[str], library: Library) -> bool:
        """Return True if no exercise but a warm-up would be left."""
        left = [
            step
            for step in self._flow.plan
            if isinstance(step, WorkStep) and not _meant(step, keys, library)
        ]
        return all(step.exercise.group == "warm-up" for step in left)

    def ahead(self, keys: Collection[str], library: Library) -> bool:
        """Return True if `keys` mean the present step or one that is still to come."""
        return self.present(keys, library) or any(
            _meant(step, keys, library) for step in self._rest
        )

    def take_out(self, keys: Collection[str], library: Library) -> None:
        """Take what `keys` mean out of the rest of the plan."""
        self._dry |= WATER in keys
        gone = tuple(step for step in self._rest if _meant(step, keys, library))
        self._spare += gone
        self._go_on_with(step for step in self._rest if step not in gone)

    def put_back(self, keys: Collection[str], library: Library) -> Outcome:
        """Put back what `keys` mean, if its place is still to come.

        It must fit the legs today, too.
        """
        self._dry &= WATER not in keys
        there = {step.block for step in (*self._flow.plan, *self._spare)}
        spare = (*self._spare, *(step for step in self._flow.full_plan if step.block not in there))
        meant_by = [step for step in spare if _meant(step, keys, library)]
        later = [step for step in spare if self._is_to_come(step)]
        back = self._fitting(step for step in later if step in meant_by)
        if not back:
            done = any(_meant(step, keys, library) for step in self._flow.plan[: self._flow.index])
            return (
                "unfit"
                if meant_by and not self._fitting(meant_by)
                else "passed"
                if meant_by or done
                else ""
            )
        drinks = [step for step in later if isinstance(step, WaterStep) and not self._dry]
        blocks = {step.block for step in (*back, *drinks)}
        self._spare = tuple(step for step in self._spare if step.block not in blocks)
        self._go_on_with(sorted((*self._rest, *back, *drinks), key=lambda step: step.block))
        return "back" if all(step.block in blocks for step in meant_by) else "partly"

    def _fitting(self, steps: Iterable[PlanStep]) -> tuple[PlanStep, ...]:
        """Return `steps` as they are done today; empty where they are too much."""
        return self._flow.fit(self._flow.memory.applied(tuple(steps)))

    def _is_to_come(self, step: PlanStep) -> bool:
        return self._flow.unchecked() or step.block > self._flow.step.block

    def adapt(self, dosed: Callable[[tuple[PlanStep, ...]], tuple[PlanStep, ...]]) -> None:
        """Give the steps after the present one, and the spare ones, other doses."""
        flow = self._flow
        done = 0 if flow.unchecked() else flow.index + 1
        flow.plan = (*flow.plan[:done], *dosed(flow.plan[done:]))
        self._spare = dosed(self._spare)

    @property
    def _rest(self) -> tuple[PlanStep, ...]:
        """Return the steps after the present exercise."""
        return tuple(step for step in self._flow.plan[self._flow.index :] if not self._fixed(step))

    def _go_on_with(self, rest: Iterable[PlanStep]) -> None:
        """Do `rest` after the present exercise, without a drink after a drink."""
        flow = self._flow
        done = len(flow.plan) - len(self._rest)
        plan = list(flow.plan[:done])
        for step in rest:
            if isinstance(step, WaterStep) and (not plan or isinstance(plan[-1], WaterStep)):
                self._spare += (step,)
            else:
                plan.append(step)
        flow.plan = with_pace(tuple(plan), PACES[flow.writer.preferences.pace])


def _meant(step: PlanStep, keys: Collection[str], library: Library) -> bool:
    if isinstance(step, WaterStep):
        return WATER in keys
    return step.exercise.id in meant(keys, library)
