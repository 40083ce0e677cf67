"""A session that is kept: one that was broken off is offered when the coach starts, and carried on with by voice; the
last one can be had once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voicecoach.core.actions import Note
from voicecoach.core.past_sessions import KeptSession
from voicecoach.core.script import Cue
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.request import Wish
from voicecoach.session.plan.serialization import read
from voicecoach.session.plan.steps import PlanStep, WorkStep
from voicecoach.session.script.writer import ScriptWriter

if TYPE_CHECKING:
    from voicecoach.session.session import Session

PATIENCE = 20.0
"""Seconds for which the offer to carry on stands: one may still be unrolling the mat."""


class Unfinished:
    """What was broken off in another session, for `session` to carry on with: `plan` from `index` on. Empty where there
    is nothing, or what there is cannot be read any more."""

    def __init__(self, session: Session):
        self._session = session
        self._kept: KeptSession | None = session.past.unfinished()
        self.plan: tuple[PlanStep, ...] = ()
        self.index = 0
        if self._kept:
            self._read(self._kept)

    def _read(self, kept: KeptSession) -> None:
        plan = read(kept.plan, self._session.library) or ()
        coming = [number for number in range(kept.step, len(plan)) if isinstance(plan[number], WorkStep)]
        if coming:
            self.plan, self.index = plan, coming[0]

    def offer(self) -> tuple[Cue, ...]:
        """Where it was broken off, and the question whether to carry on there, which is open from now on."""
        if not self.plan:
            return ()
        conductor = self._session.conductor
        step = self.plan[self.index]
        assert isinstance(step, WorkStep)
        ask = conductor.writer.cue("kept.ask")
        also = {"Resume": self.carry_on, "Ready": self.carry_on}
        conductor.question = Offer(ask, self.carry_on, self._refuse, patience=PATIENCE, also=also)
        return (place(conductor.writer, step), ask)

    def carry_on(self) -> bool:
        """Begin at the exercise where it was broken off; False where there is none."""
        if not self.plan:
            return False
        assert self._kept is not None
        session = self._session
        session.wish = Wish()
        session.changes.begin((), dry=False)
        conductor, routine = session.conductor, self._kept.routine
        conductor.take_up(routine, self.plan, self.index)
        opening = conductor.writer.opening(routine, self.plan[self.index :])
        conductor.preface = (conductor.writer.cue("kept.begin", routine=routine), *opening[1:])
        self.forget()
        session.chart.send("start")
        return True

    def forget(self) -> None:
        """There is nothing to carry on with any more."""
        self.plan = ()

    def _refuse(self) -> None:
        self.forget()
        self._session.conductor.actions.append(Note("routine dropped"))
        self._session.conductor.reply("kept.refused")


def place(writer: ScriptWriter, step: WorkStep) -> Cue:
    """Where one stopped, in words."""
    values: dict[str, object] = {"exercise": step.exercise.name}
    line = "kept.place"
    if step.sets > 1:
        line += ".set"
        values.update(set=step.set_number, sets=step.sets)
    if step.side:
        line += ".side"
        values["side"] = writer.lines.phrase(f"side.{step.side}")
    return writer.cue(line, **values)


def _same(session: Session, _slots: Mapping[str, object]) -> None:
    """The last session once more, from its beginning."""
    if session.state not in ("idle", "alarmed", "checking"):
        session.conductor.reply("routine.running", routine=session.conductor.routine)
        return
    kept = session.past.last()
    plan = read(kept.plan, session.library) if kept else None
    if kept is None or not plan:
        session.conductor.reply("same.none", routines=session.routine_names())
        return
    session.wish = Wish()
    session.unfinished.forget()
    session.changes.begin((), dry=False)
    session.conductor.begin(kept.routine, session.dosed(plan), remarks=(session.conductor.writer.cue("same.begin"),))
    session.chart.send("start")


HANDLERS = {"SameAgain": _same}
"""Intent -> what it does."""
