"""Carry on with a session that was broken off, or repeat the last one."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.core.actions import Note
from voicecoach.core.past_sessions import StoredSession
from voicecoach.core.script import Cue
from voicecoach.core.session_events import RoutineDropped
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import SessionContext
from voicecoach.session.features.plan_edits import PlanEdits
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.serialization import plan_from_json
from voicecoach.session.plan.steps import PlanStep, WorkStep
from voicecoach.session.script.writer import ScriptWriter

PLACE_LINES = {
    (False, False): "kept.place",
    (False, True): "kept.place.side",
    (True, False): "kept.place.set",
    (True, True): "kept.place.set.side",
}
"""(several sets, a working side) -> the line that says where the routine was broken off."""

PATIENCE = 20.0
"""Seconds for which the offer to carry on stands: one may still be unrolling the mat."""


class Unfinished:
    """Hold the session that was broken off: `plan` from `index` on.

    The plan is empty where there is none, or where it cannot be read any more.
    """

    def __init__(self, context: SessionContext):
        self._context = context
        self._stored: StoredSession | None = context.past.unfinished()
        self.plan: tuple[PlanStep, ...] = ()
        self.index = 0
        if self._stored:
            self._read(self._stored)

    def _read(self, stored: StoredSession) -> None:
        plan = plan_from_json(stored.plan, self._context.library) or ()
        coming = [
            number for number in range(stored.step, len(plan)) if isinstance(plan[number], WorkStep)
        ]
        if coming:
            self.plan, self.index = plan, coming[0]

    def offer(self) -> tuple[Cue, ...]:
        """Open the question whether to carry on, and return it with the place."""
        if not self.plan:
            return ()
        flow = self._context.flow
        step = self.plan[self.index]
        assert isinstance(step, WorkStep)
        ask = flow.writer.cue("kept.ask")
        also = {"Resume": self.carry_on, "Ready": self.carry_on}
        flow.question = Offer(ask, self.carry_on, self._refuse, patience=PATIENCE, also=also)
        return (place(flow.writer, step), ask)

    def carry_on(self) -> bool:
        """Begin at the place where the session was broken off; return False without one."""
        if not self.plan:
            return False
        assert self._stored is not None
        context = self._context
        context.plan_request = PlanRequest()
        context.feature(PlanEdits).begin((), dry=False)
        flow, routine = context.flow, self._stored.routine
        flow.take_up(routine, self.plan, self.index)
        opening = flow.writer.opening(routine, self.plan[self.index :])
        self.forget()
        context.chart.start(preface=(flow.writer.cue("kept.begin", routine=routine), *opening[1:]))
        return True

    def forget(self) -> None:
        """Forget the session that was broken off."""
        self.plan = ()

    def _refuse(self) -> None:
        self.forget()
        self._context.act(Note(RoutineDropped()))
        self._context.flow.reply("kept.refused")


def place(writer: ScriptWriter, step: WorkStep) -> Cue:
    """Return where the user stopped, in words."""
    values: dict[str, object] = {"exercise": step.exercise.name}
    if step.sets > 1:
        values.update(set=step.set_number, sets=step.sets)
    if step.side:
        values["side"] = writer.lines.side(step.side)
    return writer.cue(PLACE_LINES[step.sets > 1, step.side is not None], **values)


def _same(context: SessionContext, _slots: Mapping[str, object]) -> None:
    """Begin the last session once more."""
    if context.state not in (SessionState.IDLE, SessionState.ALARMED, SessionState.CHECKING):
        context.flow.reply("routine.running", routine=context.flow.routine)
        return
    stored = context.past.last()
    plan = plan_from_json(stored.plan, context.library) if stored else None
    if stored is None or not plan:
        context.flow.reply("same.none", routines=context.routine_names())
        return
    context.plan_request = PlanRequest()
    context.feature(Unfinished).forget()
    context.feature(PlanEdits).begin((), dry=False)
    context.flow.begin(
        stored.routine, context.dosed(plan), remarks=(context.writer.cue("same.begin"),)
    )
    context.chart.start()


HANDLERS = {"SameAgain": _same}
"""Intent -> what it does."""
