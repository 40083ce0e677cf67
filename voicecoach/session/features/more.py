"""More of what is being done: a hold some seconds longer, a set some repetitions longer, a rest or a wait longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicecoach.content.library import Hold, Repetitions, Timed
from voicecoach.session.features.hold_length import MOST_HOLD, MOST_WAIT, length
from voicecoach.session.flow.routine_flow import Conductor
from voicecoach.session.plan.steps import WorkStep

MORE_HOLD, MORE_REPETITIONS, MORE_TIME = 10, 2, 30
"""What is added where no number is said: seconds of a hold, repetitions, seconds of a walk."""

MOST_REPETITIONS, MOST_TIME = 30, 1800
"""What may come of it: as many repetitions, and seconds of a walk, as an exercise may have."""


class More:
    """Adds to the conductor's step, and answers through it."""

    def __init__(self, conductor: Conductor):
        self.conductor = conductor

    def add(self, slots: Mapping[str, object], state: str) -> None:
        """Add what is asked for in `slots` (`count` of whatever is counted, or a length of time) in a `state` of the
        chart. While the user gets into position or rests, it is time that is added."""
        step, seconds = self.conductor.work, length(slots)
        count = round(float(str(slots["count"]))) if "count" in slots else None
        if state in ("positioning", "resting"):
            self._wait(seconds if seconds is not None else count)
        elif step is None:
            self.conductor.reply("more.nothing")
        elif isinstance(step.dose, Repetitions):
            self._repetitions(step, step.dose, count, timed=seconds is not None, counting=state == "working")
        else:
            asked = seconds if seconds is not None else count
            self._seconds(step, step.dose, None if asked is None else round(asked), counting=state == "working")

    def _wait(self, seconds: float | None) -> None:
        conductor = self.conductor
        asked = MORE_HOLD if seconds is None else seconds
        if asked > MOST_WAIT:
            conductor.reply("more.wait_too_long", duration=conductor.writer.lines.duration(asked))
            return
        conductor.lengthen(asked)
        conductor.reply("more.seconds", duration=conductor.writer.lines.duration(asked))

    def _seconds(self, step: WorkStep, dose: Hold | Timed, asked: int | None, *, counting: bool) -> None:
        conductor, lines = self.conductor, self.conductor.writer.lines
        usual, most, line = (MORE_HOLD, MOST_HOLD, "hold.too_long")
        if isinstance(dose, Timed):
            usual, most, line = (MORE_TIME, MOST_TIME, "more.too_long")
        added = usual if asked is None else asked
        together = dose.seconds + added
        if together > most:
            conductor.reply(line, duration=lines.duration(together), most=lines.duration(most))
            return
        self._change(step, dose.model_copy(update={"seconds": together}), counting=counting)
        conductor.reply("more.seconds", duration=lines.duration(added))

    def _repetitions(
        self, step: WorkStep, dose: Repetitions, asked: int | None, *, timed: bool, counting: bool
    ) -> None:
        conductor = self.conductor
        if timed:
            conductor.reply("more.repetitions_only")
            return
        added = MORE_REPETITIONS if asked is None else asked
        if step.exercise.sides == "alternating":
            added += added % 2  # one for each leg
        together = dose.count + added
        if together > MOST_REPETITIONS:
            conductor.reply("more.too_many", count=together, most=MOST_REPETITIONS)
            return
        self._change(step, dose.model_copy(update={"count": together}), counting=counting)
        conductor.reply("more.repetitions", count=conductor.writer.counted("repetition", added))

    def _change(self, step: WorkStep, dose: Hold | Repetitions | Timed, *, counting: bool) -> None:
        self.conductor.set_step(replace(step, dose=dose))
        if counting:
            self.conductor.recount()
