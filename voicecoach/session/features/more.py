"""More of the step: a longer hold, more repetitions, a longer rest or wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicecoach.content.exercise import Hold, Repetitions, Timed
from voicecoach.core.session_state import SessionState
from voicecoach.session.features.hold_length import MOST_WAIT
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import MOST_HOLD, WorkStep
from voicecoach.session.slots import duration_s, integer

MORE_HOLD, MORE_REPETITIONS, MORE_TIME = 10, 2, 30
"""What is added where no number is said: seconds of a hold, repetitions, seconds of a walk."""

MOST_REPETITIONS, MOST_TIME = 30, 1800
"""What may come of it: as many repetitions, and seconds of a walk, as an exercise may have."""


class More:
    """Add to the current step."""

    def __init__(self, flow: RoutineFlow):
        self.flow = flow

    def add(self, slots: Mapping[str, object], state: SessionState) -> None:
        """Add what `slots` ask for: a `count`, or a length of time.

        While the user gets into position or rests, time is added.
        """
        step, seconds = self.flow.work, duration_s(slots)
        count = integer(slots, "count")
        if state in (SessionState.POSITIONING, SessionState.RESTING):
            self._wait(seconds if seconds is not None else count)
        elif step is None:
            self.flow.reply("more.nothing")
        elif isinstance(step.dose, Repetitions):
            self._repetitions(
                step,
                step.dose,
                count,
                timed=seconds is not None,
                counting=state == SessionState.WORKING,
            )
        else:
            asked = seconds if seconds is not None else count
            self._seconds(
                step,
                step.dose,
                None if asked is None else round(asked),
                counting=state == SessionState.WORKING,
            )

    def _wait(self, seconds: float | None) -> None:
        flow = self.flow
        asked = MORE_HOLD if seconds is None else seconds
        if asked > MOST_WAIT:
            flow.reply("more.wait_too_long", duration=flow.writer.lines.duration(asked))
            return
        flow.lengthen(asked)
        flow.reply("more.seconds", duration=flow.writer.lines.duration(asked))

    def _seconds(
        self, step: WorkStep, dose: Hold | Timed, asked: int | None, *, counting: bool
    ) -> None:
        flow, lines = self.flow, self.flow.writer.lines
        usual, most, line = (MORE_HOLD, MOST_HOLD, "hold.too_long")
        if isinstance(dose, Timed):
            usual, most, line = (MORE_TIME, MOST_TIME, "more.too_long")
        added = usual if asked is None else asked
        together = dose.seconds + added
        if together > most:
            flow.reply(line, duration=lines.duration(together), most=lines.duration(most))
            return
        self._change(step, dose.model_copy(update={"seconds": together}), counting=counting)
        flow.reply("more.seconds", duration=lines.duration(added))

    def _repetitions(
        self, step: WorkStep, dose: Repetitions, asked: int | None, *, timed: bool, counting: bool
    ) -> None:
        flow = self.flow
        if timed:
            flow.reply("more.repetitions_only")
            return
        added = MORE_REPETITIONS if asked is None else asked
        if step.exercise.sides == "alternating":
            added += added % 2  # one for each leg
        together = dose.count + added
        if together > MOST_REPETITIONS:
            flow.reply("more.too_many", count=together, most=MOST_REPETITIONS)
            return
        self._change(step, dose.model_copy(update={"count": together}), counting=counting)
        flow.reply("more.repetitions", count=flow.writer.counted("repetition", added))

    def _change(self, step: WorkStep, dose: Hold | Repetitions | Timed, *, counting: bool) -> None:
        self.flow.set_step(replace(step, dose=dose))
        if counting:
            self.flow.recount()
