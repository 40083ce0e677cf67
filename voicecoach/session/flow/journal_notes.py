"""What a session notes every second, for the journal: its place in the plan, and how much of a step has been done."""

from __future__ import annotations

from voicecoach.core.actions import SECOND, Note
from voicecoach.session.flow.routine_flow import Conductor
from voicecoach.session.plan.serialization import work_done, written
from voicecoach.session.plan.steps import PlanStep


class Noting:
    """Notes what `conductor` does."""

    def __init__(self, conductor: Conductor):
        self._conductor = conductor
        self._plan: tuple[PlanStep, ...] = ()

    def second(self, *, counting: bool, elapsed: float) -> Note:
        """The note; `counting`: the step has been counted for `elapsed` seconds. The plan is in it when it is another
        than at the last time."""
        conductor = self._conductor
        data: dict[str, object] = {"step": conductor.index}
        if conductor.plan is not self._plan:
            self._plan = conductor.plan
            data["plan"] = written(self._plan)
        if counting and conductor.work:
            data["work"] = work_done(conductor.work, elapsed)
        return Note(SECOND, data)
