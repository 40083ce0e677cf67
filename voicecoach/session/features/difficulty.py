"""Make an exercise easier or harder, or leave it out, now and the next time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from voicecoach.core.actions import Note, Reply
from voicecoach.core.session_events import ExerciseChosen
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import Handler, SessionContext
from voicecoach.session.features.fallback import require_exercises
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.levels import at_level, neighbour
from voicecoach.session.plan.steps import Level, WorkStep
from voicecoach.session.profile.exercise_memory import ExerciseChoice

MORE_TIME = 5.0
"""Seconds that are added to getting into position when the way changes meanwhile."""


class Difficulty:
    """Change how the current exercise is done, and remember it."""

    def __init__(self, context: SessionContext):
        self._flow = context.flow
        self._chart = context.chart

    def change(self, by: int) -> None:
        """Do the exercise `by` levels harder (negative: easier) from now on.

        A count goes on, unless the user has to get into another position.
        """
        before = self._flow.work
        if before is None:
            self._flow.reply("way.none")
        elif (level := neighbour(before.level, by)) is None:
            self._end_of_the_scale(by)
        else:
            self._go_on(before, self.set(before, level))

    def set(self, step: WorkStep, level: Level) -> WorkStep:
        """Set the level of the exercise of `step`, the current one; return the new step."""
        flow = self._flow
        flow.plan = at_level(flow.plan, level, step.exercise.id, flow.index)
        self._remember(step, level)
        changed = flow.work
        assert changed is not None
        return changed

    def decline(self) -> None:
        """Offer the alternative of the exercise, or leave the exercise out."""
        step = self._flow.work
        if step is None:
            self._flow.reply("way.none")
        elif step.alternative is None:
            self.leave_out()
        else:
            if self._chart.innermost != SessionState.PAUSED:
                self._chart.pause(cues=())
            ask = self._flow.writer.cue("cannot.alternative", alternative=step.alternative.name)
            self._offer(Offer(ask, self._exchange, self.leave_out, self._wait))

    def leave_out(self) -> None:
        """Go to the next exercise, and leave this one out from now on."""
        step = self._flow.work
        assert step is not None
        self._remember(step, "left out")
        self._chart.next()
        self._flow.reply("cannot.left_out", exercise=step.exercise.name)

    def want(self, exercises: Collection[str]) -> bool:
        """Stop leaving out any of `exercises`; return True if any was left out."""
        unwanted = [one for one in exercises if self._flow.memory.way(one) == "left out"]
        for one in unwanted:
            self._note(one, "usual")
        return bool(unwanted)

    def bring_back(self) -> None:
        """Bring back what was left out of this routine and is still to come."""
        flow = self._flow
        unwanted = [
            step for step in flow.full_plan if flow.memory.way(step.exercise.id) == "left out"
        ]
        for step in unwanted:
            self._remember(step, "usual")
        flow.restore(flow.full_plan)
        flow.reply("brought.back" if unwanted else "brought.none")

    # --- inside ----------------------------------------------------------------------------------

    def _end_of_the_scale(self, by: int) -> None:
        if by > 0:
            self._flow.reply("level.hardest")
        else:
            self._offer(Offer(self._flow.writer.cue("level.easiest"), self.leave_out, self._keep))

    def _go_on(self, before: WorkStep, after: WorkStep) -> None:
        flow, state = self._flow, self._chart.innermost
        moves = before.position != after.position or before.apart != after.apart
        unfinished = state == SessionState.ANNOUNCING and before.way is not None
        if state in (SessionState.ANNOUNCING, SessionState.POSITIONING, SessionState.WORKING) and (
            moves or unfinished
        ):
            self._chart.adapt()
            return
        if state == SessionState.WORKING:
            flow.recount()
        elif state == SessionState.POSITIONING:
            flow.lengthen(MORE_TIME)
        flow.actions.append(Reply(flow.writer.changed(after)))

    def _exchange(self) -> None:
        step = self._flow.work
        assert step is not None
        self._remember(step, "left out")
        self._chart.exchange()

    def _wait(self) -> None:
        self._flow.reply("cannot.waiting")

    def _keep(self) -> None:
        self._flow.reply("level.kept")

    def _offer(self, offer: Offer) -> None:
        self._flow.question = offer
        self._flow.actions.append(Reply((offer.cue,)))

    def _remember(self, step: WorkStep, way: ExerciseChoice) -> None:
        self._note(step.exercise.id, way)

    def _note(self, exercise: str, way: ExerciseChoice) -> None:
        self._flow.memory.remember(exercise, way)
        self._flow.actions.append(Note(ExerciseChosen(exercise, way)))


def _changing(by: int) -> Handler:
    """Return a handler that makes the exercise `by` levels harder."""

    def handle(context: SessionContext, _slots: Mapping[str, object]) -> None:
        if require_exercises(context):
            Difficulty(context).change(by)

    return handle


def _decline_exercise(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if require_exercises(context):
        Difficulty(context).decline()


HANDLERS = {
    "Easier": _changing(-1),
    "Harder": _changing(1),
    "CantDo": _decline_exercise,
}
"""Intent -> what it does."""
