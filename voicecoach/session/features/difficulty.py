"""Easier, harder, or not at all: another way to do an exercise, from now on and the next time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from voicecoach.core.actions import Note, Reply
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import Offer
from voicecoach.session.flow.routine_flow import Conductor
from voicecoach.session.plan.levels import at_level, neighbour
from voicecoach.session.plan.steps import Level, WorkStep
from voicecoach.session.profile.exercise_memory import Way

if TYPE_CHECKING:
    from voicecoach.session.features.navigation import Handler
    from voicecoach.session.session import Session

MORE_TIME = 5.0
"""Seconds that are added to getting into position when the way changes meanwhile."""


class Ways:
    """Changes how the conductor's exercise is done, and remembers it; moves `chart`."""

    def __init__(self, conductor: Conductor, chart: SessionChart):
        self._conductor = conductor
        self._chart = chart

    def change(self, by: int) -> None:
        """Do the exercise `by` harder (negative: easier) from now on. A count goes on, unless one has to get into
        another position."""
        before = self._conductor.work
        if before is None:
            self._conductor.reply("way.none")
        elif (level := neighbour(before.level, by)) is None:
            self._end_of_the_scale(by)
        else:
            self._go_on(before, self.set(before, level))

    def set(self, step: WorkStep, level: Level) -> WorkStep:
        """Let the exercise of `step`, the current one, be at `level`; the step as it is then."""
        conductor = self._conductor
        conductor.plan = at_level(conductor.plan, level, step.exercise.id, conductor.index)
        self._remember(step, level)
        changed = conductor.work
        assert changed is not None
        return changed

    def cannot(self) -> None:
        """Have the alternative instead, or leave it out, from now on."""
        step = self._conductor.work
        if step is None:
            self._conductor.reply("way.none")
        elif step.alternative is None:
            self.leave_out()
        else:
            if self._chart.innermost != "paused":
                self._conductor.pause_with()
                self._chart.send("pause")
            ask = self._conductor.writer.cue("cannot.alternative", alternative=step.alternative.name)
            self._offer(Offer(ask, self._exchange, self.leave_out, self._wait))

    def leave_out(self) -> None:
        """Go to the next exercise, and leave this one out from now on."""
        step = self._conductor.work
        assert step is not None
        self._remember(step, "left out")
        self._chart.send("next")
        self._conductor.reply("cannot.left_out", exercise=step.exercise.name)

    def want(self, exercises: Collection[str]) -> bool:
        """Leave none of `exercises` out as ever; whether any was."""
        unwanted = [one for one in exercises if self._conductor.memory.way(one) == "left out"]
        for one in unwanted:
            self._note(one, "usual")
        return bool(unwanted)

    def bring_back(self) -> None:
        """Have everything of this routine again that was left out, as far as it is still to come."""
        conductor = self._conductor
        unwanted = [step for step in conductor.whole if conductor.memory.way(step.exercise.id) == "left out"]
        for step in unwanted:
            self._remember(step, "usual")
        conductor.restore(conductor.whole)
        conductor.reply("brought.back" if unwanted else "brought.none")

    # --- inside ---------------------------------------------------------------------------------------------

    def _end_of_the_scale(self, by: int) -> None:
        if by > 0:
            self._conductor.reply("level.hardest")
        else:
            self._offer(Offer(self._conductor.writer.cue("level.easiest"), self.leave_out, self._keep))

    def _go_on(self, before: WorkStep, after: WorkStep) -> None:
        conductor, state = self._conductor, self._chart.innermost
        moves = before.position != after.position or before.apart != after.apart
        unfinished = state == "announcing" and before.way is not None
        if state in ("announcing", "positioning", "working") and (moves or unfinished):
            self._chart.send("adapt")
            return
        if state == "working":
            conductor.recount()
        elif state == "positioning":
            conductor.lengthen(MORE_TIME)
        conductor.actions.append(Reply(conductor.writer.changed(after)))

    def _exchange(self) -> None:
        step = self._conductor.work
        assert step is not None
        self._remember(step, "left out")
        self._chart.send("exchange")

    def _wait(self) -> None:
        self._conductor.reply("cannot.waiting")

    def _keep(self) -> None:
        self._conductor.reply("level.kept")

    def _offer(self, offer: Offer) -> None:
        self._conductor.question = offer
        self._conductor.actions.append(Reply((offer.cue,)))

    def _remember(self, step: WorkStep, way: Way) -> None:
        self._note(step.exercise.id, way)

    def _note(self, exercise: str, way: Way) -> None:
        self._conductor.memory.remember(exercise, way)
        self._conductor.actions.append(Note("way", {"exercise": exercise, "way": way}))


def _changing(by: int) -> Handler:
    """Obeys a wish for another way."""

    def handle(session: Session, _slots: Mapping[str, object]) -> None:
        if session.leading():
            session.ways.change(by)

    return handle


def _cannot(session: Session, _slots: Mapping[str, object]) -> None:
    if session.leading():
        session.ways.cannot()


HANDLERS = {
    "Easier": _changing(-1),
    "Harder": _changing(1),
    "CantDo": _cannot,
}
"""Intent -> what it does."""
