"""Answers to questions about the step and the routine. Asking changes nothing."""

from __future__ import annotations

from voicecoach.content.library import Repetitions
from voicecoach.session.flow.routine_flow import Conductor
from voicecoach.session.plan.duration import seconds_from
from voicecoach.session.plan.steps import WorkStep


class Answers:
    """Speaks through the conductor's `reply`; `state` is the chart's innermost state."""

    def __init__(self, conductor: Conductor):
        self.conductor = conductor
        self.writer = conductor.writer
        self.lines = conductor.writer.lines

    def how_long_hold(self) -> None:
        """The length of the hold, whichever part of the step we are in."""
        step = self.conductor.work
        if step is None:
            self.how_long_left("resting")
        elif isinstance(step.dose, Repetitions):
            self.conductor.reply("hold.repetitions", count=step.dose.count)
        else:
            line = "hold.now_side" if step.side else "hold.now"
            self.conductor.reply(line, duration=self.lines.duration(step.dose.seconds))

    def how_long_left(self, state: str) -> None:
        """What is left of the count or the rest; otherwise of the routine."""
        conductor = self.conductor
        step = conductor.work
        if state == "paused" and conductor.kept and step:
            self._left_of(step, conductor.kept)
        elif state == "working" and step:
            self._left_of(step, conductor.position)
        else:
            self.how_long_session(state)

    def how_long_session(self, state: str) -> None:
        """What is left of the whole routine, from the place in the count or the rest on."""
        conductor = self.conductor
        done = conductor.kept if state in ("paused", "resuming") else max(0.0, conductor.position)
        if conductor.work and (state == "working" or conductor.kept):
            seconds = max(0.0, conductor.work.seconds - done) + seconds_from(
                conductor.plan, conductor.index + 1, conductor.familiar
            )
        else:
            seconds = max(0.0, seconds_from(conductor.plan, conductor.index, conductor.familiar) - done)
        conductor.reply("left.routine", minutes=self.lines.about(seconds))

    def _left_of(self, step: WorkStep, elapsed: float) -> None:
        if isinstance(step.dose, Repetitions):
            done = int(max(0.0, elapsed) / step.seconds * step.dose.count)
            count = self.writer.counted("repetition", max(1, step.dose.count - done))
            self.conductor.reply("left.repetitions", count=count)
            return
        left = max(1.0, step.seconds - max(0.0, elapsed))
        self.conductor.reply("left.work", duration=self.lines.duration(left))

    def how_many_left(self) -> None:
        """Sets of this exercise and exercises that are still to come."""
        conductor = self.conductor
        here = conductor.step.block
        blocks = {step.block for step in conductor.plan if isinstance(step, WorkStep) and step.block > here}
        exercises = self.writer.counted("exercise", len(blocks))
        coming = conductor.plan[conductor.index + 1 :]
        sets = len([step for step in coming if isinstance(step, WorkStep) and step.block == here])
        if sets and blocks:
            conductor.reply("many.sets", sets=sets, exercises=exercises)
        elif sets:
            conductor.reply("many.sets_only", sets=sets)
        elif blocks:
            conductor.reply("many.exercises", exercises=exercises)
        else:
            conductor.reply("many.last")

    def whats_next(self) -> None:
        """The next exercise or drink; in a switch of sides, the other side."""
        conductor = self.conductor
        here, following = conductor.work, conductor.coming(other_exercise=False)
        if here and isinstance(following, WorkStep) and following.block == here.block and following.side:
            side = self.lines.phrase(f"side.{following.side}")
            conductor.reply("whats_next.side", side=side)
            return
        if here and isinstance(following, WorkStep) and following.block == here.block:
            conductor.reply("whats_next.again")
            return
        following = conductor.coming()
        if following is None:
            conductor.reply("whats_next.last")
        elif isinstance(following, WorkStep):
            conductor.reply("whats_next", exercise=following.exercise.name)
        else:
            conductor.reply("whats_next.water")

    def which_side(self) -> None:
        """The side of the step."""
        step = self.conductor.work
        if step is not None and step.side:
            self.conductor.reply("side.now", side=self.lines.phrase(f"side.{step.side}"))
        elif step is not None and step.exercise.sides == "alternating":
            self.conductor.reply("side.alternating")
        else:
            self.conductor.reply("side.both")
