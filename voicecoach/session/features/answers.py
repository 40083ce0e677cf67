"""Answer questions about the step and the routine. No answer changes anything."""

from __future__ import annotations

from voicecoach.content.exercise import Repetitions
from voicecoach.core.session_state import SessionState
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.duration import seconds_from
from voicecoach.session.plan.steps import WorkStep


class Answers:
    """Answer questions about the routine that `flow` leads."""

    def __init__(self, flow: RoutineFlow):
        self.flow = flow
        self.writer = flow.writer
        self.lines = flow.writer.lines

    def how_long_hold(self) -> None:
        """Say how long the hold is, in whichever part of the step the user is."""
        step = self.flow.work
        if step is None:
            self.how_long_left(SessionState.RESTING)
        elif isinstance(step.dose, Repetitions):
            self.flow.reply("hold.repetitions", count=step.dose.count)
        else:
            line = "hold.now_side" if step.side else "hold.now"
            self.flow.reply(line, duration=self.lines.duration(step.dose.seconds))

    def how_long_left(self, state: SessionState) -> None:
        """Say how much is left of the count or the rest; otherwise of the routine."""
        flow = self.flow
        step = flow.work
        if state == SessionState.PAUSED and flow.interrupted_s and step:
            self._left_of(step, flow.interrupted_s)
        elif state == SessionState.WORKING and step:
            self._left_of(step, flow.position)
        else:
            self.how_long_session(state)

    def how_long_session(self, state: SessionState) -> None:
        """Say how much is left of the whole routine, from the present place on."""
        flow = self.flow
        done = (
            flow.interrupted_s
            if state in (SessionState.PAUSED, SessionState.RESUMING)
            else max(0.0, flow.position)
        )
        if flow.work and (state == SessionState.WORKING or flow.interrupted_s):
            seconds = max(0.0, flow.work.seconds - done) + seconds_from(
                flow.plan, flow.index + 1, flow.known_exercises
            )
        else:
            seconds = max(0.0, seconds_from(flow.plan, flow.index, flow.known_exercises) - done)
        flow.reply("left.routine", minutes=self.lines.about(seconds))

    def _left_of(self, step: WorkStep, elapsed: float) -> None:
        if isinstance(step.dose, Repetitions):
            done = int(max(0.0, elapsed) / step.seconds * step.dose.count)
            count = self.writer.counted("repetition", max(1, step.dose.count - done))
            self.flow.reply("left.repetitions", count=count)
            return
        left = max(1.0, step.seconds - max(0.0, elapsed))
        self.flow.reply("left.work", duration=self.lines.duration(left))

    def how_many_left(self) -> None:
        """Say how many sets of this exercise and how many exercises are to come."""
        flow = self.flow
        here = flow.step.block
        blocks = {
            step.block for step in flow.plan if isinstance(step, WorkStep) and step.block > here
        }
        exercises = self.writer.counted("exercise", len(blocks))
        coming = flow.plan[flow.index + 1 :]
        sets = len([step for step in coming if isinstance(step, WorkStep) and step.block == here])
        if sets and blocks:
            flow.reply("many.sets", sets=sets, exercises=exercises)
        elif sets:
            flow.reply("many.sets_only", sets=sets)
        elif blocks:
            flow.reply("many.exercises", exercises=exercises)
        else:
            flow.reply("many.last")

    def whats_next(self) -> None:
        """Name the next exercise or drink; while sides change, name the other side."""
        flow = self.flow
        here, following = flow.work, flow.coming(other_exercise=False)
        if (
            here
            and isinstance(following, WorkStep)
            and following.block == here.block
            and following.side
        ):
            side = self.lines.side(following.side)
            flow.reply("whats_next.side", side=side)
            return
        if here and isinstance(following, WorkStep) and following.block == here.block:
            flow.reply("whats_next.again")
            return
        following = flow.coming()
        if following is None:
            flow.reply("whats_next.last")
        elif isinstance(following, WorkStep):
            flow.reply("whats_next", exercise=following.exercise.name)
        else:
            flow.reply("whats_next.water")

    def which_side(self) -> None:
        """Name the side of the step."""
        step = self.flow.work
        if step is not None and step.side:
            self.flow.reply("side.now", side=self.lines.side(step.side))
        elif step is not None and step.exercise.sides == "alternating":
            self.flow.reply("side.alternating")
        else:
            self.flow.reply("side.both")
