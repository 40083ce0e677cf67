"""Log every second of a session for the journal."""

from __future__ import annotations

from voicecoach.core.actions import Note
from voicecoach.core.session_events import SecondPassed
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.serialization import plan_to_json, work_done
from voicecoach.session.plan.steps import PlanStep


class JournalNotes:
    """Log the place of `flow` in its plan."""

    def __init__(self, flow: RoutineFlow):
        self._flow = flow
        self._plan: tuple[PlanStep, ...] = ()

    def second(self, *, counting: bool, elapsed: float) -> Note:
        """Return the event of this second, with the plan where it has changed.

        `counting`: the step has been counted for `elapsed` seconds.
        """
        flow = self._flow
        plan = None
        if flow.plan is not self._plan:
            self._plan = flow.plan
            plan = plan_to_json(self._plan)
        work = work_done(flow.work, elapsed) if counting and flow.work else None
        return Note(SecondPassed(flow.index, plan, work))
