"""Hold the session's place in its plan, and change the rest of the plan."""

from __future__ import annotations

from collections.abc import Iterable

from voicecoach.session.plan.steps import (
    PlanStep,
    Side,
    WaterStep,
    WorkStep,
    rest_before,
    with_hold,
    without_side,
)


class PlanCursor:
    """Hold the plan and the number of the current step.

    A rest belongs to the work that follows it.
    """

    def __init__(self) -> None:
        self.routine = ""
        self.plan: tuple[PlanStep, ...] = ()
        self.index = 0
        self._resting_before_work = False

    @property
    def step(self) -> PlanStep:
        """Return the current step; IndexError when there is no plan."""
        return self.plan[self.index]

    @property
    def work(self) -> WorkStep | None:
        """Return the current step when it is work; None in a break to drink."""
        step = self.plan[self.index] if self.plan else None
        return step if isinstance(step, WorkStep) else None

    def set_hold(self, seconds: int) -> None:
        """Hold the current exercise for `seconds` from now on."""
        self.plan = with_hold(self.plan, self.step.block, seconds)

    def set_step(self, step: WorkStep) -> None:
        """Put `step` in the place of the current one."""
        self.plan = (*self.plan[: self.index], step, *self.plan[self.index + 1 :])

    def restore(self, steps: Iterable[WorkStep]) -> None:
        """Put back those of `steps` that are missing, each in its place."""
        blocks = {step.block for step in self.plan}
        missing = [step for step in steps if step.block not in blocks]
        self.index += len([step for step in missing if step.block < self.step.block])
        self.plan = tuple(sorted([*self.plan, *missing], key=lambda step: step.block))

    def leave_out(self, side: Side) -> bool:
        """Leave out the rest of this exercise on `side`; return True if there was any."""
        before, self.plan = self.plan, without_side(self.plan, self.index, side)
        return len(self.plan) < len(before)

    def coming(self, *, other_exercise: bool = True) -> PlanStep | None:
        """Return the first step after this exercise (or after this step); None at the end."""
        for step in self.plan[self._upcoming :]:
            if not other_exercise or step.block != self.step.block:
                return step
        return None

    def _block_start(self, blocks_on: int) -> int | None:
        """Return the index of the first step of the next (1) or previous (-1) exercise."""
        starts = {
            step.block: i
            for i, step in reversed(list(enumerate(self.plan)))
            if isinstance(step, WorkStep)
        }
        here = self.step.block
        blocks = sorted(
            block for block in starts if (block > here if blocks_on > 0 else block < here)
        )
        if not blocks:
            return None
        return starts[blocks[0] if blocks_on > 0 else blocks[-1]]

    @property
    def _upcoming(self) -> int:
        return self.index if self._resting_before_work else self.index + 1

    # --- guards of the chart ---------------------------------------------------------------------

    def more(self) -> bool:
        """Return True if another step follows."""
        return self._upcoming < len(self.plan)

    def rests(self) -> bool:
        """Return True if a rest or a drink comes before the next work."""
        if not self.more():
            return False
        return (
            isinstance(self.plan[self._upcoming], WaterStep)
            or rest_before(self.plan, self._upcoming) > 0
        )

    def drinks(self) -> bool:
        """Return True if a drink comes before the next exercise."""
        return isinstance(self.coming(), WaterStep)

    def another(self) -> bool:
        """Return True if another exercise follows this one."""
        return self._block_start(1) is not None

    def at_work(self) -> bool:
        """Return True if the step is an exercise and not a drink."""
        return self.work is not None

    def first_exercise(self) -> bool:
        """Return True if no exercise comes before the current one."""
        return self._block_start(-1) is None

    def after_work(self) -> bool:
        """Return True if an exercise came right before this rest or drink."""
        return self.index > 0 and isinstance(self.plan[self.index - 1], WorkStep)

    def other_side(self) -> bool:
        """Return True if this exercise goes on with the other side."""
        here = self.work
        coming = [step for step in self.plan[self.index :] if isinstance(step, WorkStep)]
        return here is not None and any(
            step.block == here.block and step.side != here.side for step in coming
        )
