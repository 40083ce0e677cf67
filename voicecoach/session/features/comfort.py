"""Ask once of each new stretch whether it was too easy, too much, or fine."""

from __future__ import annotations

from voicecoach.content.exercise import Hold
from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command
from voicecoach.session.context import SessionContext
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import Offer
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.levels import STRETCHES, neighbour
from voicecoach.session.plan.steps import WorkStep

PATIENCE = 5.0
"""Seconds of silence that mean "fine".

They are fewer than for other questions, since the user waits in an uncomfortable position.
"""

NEXT_TIME_LINES = {"easier": "comfort.easier", "usual": "comfort.usual", "harder": "comfort.harder"}
"""Level -> the line that promises it for the next time."""

FEELINGS = {"Easier": "much", "Harder": "easy"}
"""Commands that say how it was."""


class ComfortCheck:
    """Decide when to ask how a stretch was, and ask."""

    def __init__(self, context: SessionContext):
        self._flow = context.flow
        self._chart = context.chart
        self._difficulty = Difficulty(context)

    def compares(self) -> bool:
        """Return True if the step just done was a stretch done for the first time.

        It must have been the last side of a set.
        """
        flow, step = self._flow, self._flow.work
        if step is None or flow.question or flow.memory.knows(step.exercise.id):
            return False
        following = flow.coming(other_exercise=False)
        last_side = not _same_set(step, following)
        return last_side and isinstance(step.dose, Hold) and step.exercise.group in STRETCHES

    def ask(self) -> tuple[Cue, ...]:
        """Open the question, and return it; it is asked only once of each stretch."""
        flow, step = self._flow, self._flow.work
        assert step is not None
        flow.memory.remember(step.exercise.id, flow.memory.way(step.exercise.id))
        cue = flow.writer.cue("comfort.ask")
        flow.question = ComfortQuestion(cue, flow, self._chart, self._difficulty)
        return (cue,)


def _same_set(step: WorkStep, following: object) -> bool:
    if not isinstance(following, WorkStep):
        return False
    return (step.block, step.set_number) == (following.block, following.set_number)


class ComfortQuestion:
    """Hold the open question how the stretch was."""

    context = QuestionContext.COMFORT
    patience = PATIENCE

    def __init__(self, cue: Cue, flow: RoutineFlow, chart: SessionChart, difficulty: Difficulty):
        self.cue = cue
        self._flow = flow
        self._chart = chart
        self._difficulty = difficulty

    def answer(self, command: Command) -> bool:
        """Take how the stretch was; "ready" goes on without an answer."""
        feeling = FEELINGS.get(command.intent, command.slots.get("comfort"))
        if feeling in ("easy", "much"):
            self._change(1 if feeling == "easy" else -1)
        elif command.intent == "Comfort":
            self._go_on(self._flow.writer.cue("comfort.fine"))
        elif command.intent in ("Ready", "Resume", "DontKnow"):
            self._go_on()
        elif command.intent in ("Wait", "Slower"):
            self._flow.reply("comfort.wait")
            self._flow.question = self
        else:
            return False
        return True

    def unanswered(self) -> None:
        """Go on: silence means that the stretch was fine."""
        self._go_on()

    def _change(self, by: int) -> None:
        flow, cue = self._flow, self._flow.writer.cue
        step = flow.work
        assert step is not None
        level = neighbour(step.level, by)
        if level is not None:
            self._difficulty.set(step, level)
            coming = flow.coming(other_exercise=False)
            if isinstance(coming, WorkStep) and coming.block == step.block:
                self._go_on(*flow.writer.changed(coming))
            else:
                self._go_on(cue(NEXT_TIME_LINES[level]))
        elif by > 0:
            self._go_on(cue("level.hardest"))
        else:
            flow.question = Offer(
                cue("level.easiest"), self._difficulty.leave_out, self._go_on, self._go_on
            )
            flow.actions.append(Reply((flow.question.cue,)))

    def _go_on(self, *cues: Cue) -> None:
        self._chart.compared()
        if cues:
            self._flow.actions.append(Reply(cues))
