"""A session that is kept: one that was broken off is offered when the coach starts, and carried on with by voice; the
last one can be had once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voicecoach.core.actions import Note
from voicecoach.core.past_sessions import StoredSession
from voicecoach.core.script import Cue
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.serialization import read
from voicecoach.session.plan.steps import PlanStep, WorkStep
from voicecoach.session.script.writer import ScriptWriter

if TYPE_CHECKING:
    from voicecoach.session.session import Session

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
    """What was broken off in another session, for `session` to carry on with: `plan` from `index` on. Empty where there
    is nothing, or what there is cannot be read any more."""

    def __init__(self, session: Session):
        self._session = session
        self._kept: StoredSession | None = session.past.unfinished()
        self.plan: tuple[PlanStep, ...] = ()
        self.index = 0
        if self._kept:
            self._read(self._kept)

    def _read(self, kept: StoredSession) -> None:
        plan = read(kept.plan, self._session.library) or ()
        coming = [number for number in range(kept.step, len(plan)) if isinstance(plan[number], WorkStep)]
        if coming:
            self.plan, self.index = plan, coming[0]

    def offer(self) -> tuple[Cue, ...]:
        """Where it was broken off, and the question whether to carry on there, which is open from now on."""
        if not self.plan:
            return ()
        flow = self._session.flow
        step = self.plan[self.index]
        assert isinstance(step, WorkStep)
        ask = flow.writer.cue("kept.ask")
        also = {"Resume": self.carry_on, "Ready": self.carry_on}
        flow.question = Offer(ask, self.carry_on, self._refuse, patience=PATIENCE, also=also)
        return (place(flow.writer, step), ask)

    def carry_on(self) -> bool:
        """Begin at the exercise where it was broken off; False where there is none."""
        if not self.plan:
            return False
        assert self._kept is not None
        session = self._session
        session.wish = PlanRequest()
        session.changes.begin((), dry=False)
        flow, routine = session.flow, self._kept.routine
        flow.take_up(routine, self.plan, self.index)
        opening = flow.writer.opening(routine, self.plan[self.index :])
        flow.preface = (flow.writer.cue("kept.begin", routine=routine), *opening[1:])
        self.forget()
        session.chart.send("start")
        return True

    def forget(self) -> None:
        """There is nothing to carry on with any more."""
        self.plan = ()

    def _refuse(self) -> None:
        self.forget()
        self._session.flow.actions.append(Note("routine dropped"))
        self._session.flow.reply("kept.refused")


def place(writer: ScriptWriter, step: WorkStep) -> Cue:
    """Where one stopped, in words."""
    values: dict[str, object] = {"exercise": step.exercise.name}
    if step.sets > 1:
        values.update(set=step.set_number, sets=step.sets)
    if step.side:
        values["side"] = writer.lines.side(step.side)
    return writer.cue(PLACE_LINES[step.sets > 1, step.side is not None], **values)


def _same(session: Session, _slots: Mapping[str, object]) -> None:
    """The last session once more, from its beginning."""
    if session.state not in ("idle", "alarmed", "checking"):
        session.flow.reply("routine.running", routine=session.flow.routine)
        return
    kept = session.past.last()
    plan = read(kept.plan, session.library) if kept else None
    if kept is None or not plan:
        session.flow.reply("same.none", routines=session.routine_names())
        return
    session.wish = PlanRequest()
    session.unfinished.forget()
    session.changes.begin((), dry=False)
    session.flow.begin(kept.routine, session.dosed(plan), remarks=(session.flow.writer.cue("same.begin"),))
    session.chart.send("start")


HANDLERS = {"SameAgain": _same}
"""Intent -> what it does."""
