"""Was that too easy, too much, or fine? Asked once in a life of every stretch, after it has been held on both sides."""

from __future__ import annotations

from voicecoach.content.library import Hold
from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.understanding import Command
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import Offer
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.levels import STRETCHES, neighbour
from voicecoach.session.plan.steps import WorkStep

PATIENCE = 5.0
"""Seconds of silence that mean "fine": less than for other questions, since somebody waits in an odd position."""

NEXT_TIME_LINES = {"easier": "comfort.easier", "usual": "comfort.usual", "harder": "comfort.harder"}
"""Level -> the line that promises it for the next time."""

FEELINGS = {"Easier": "much", "Harder": "easy"}
"""Commands that say how it was."""


class ComfortCheck:
    """Knows when to ask, and asks; speaks through `flow`, moves `chart`."""

    def __init__(self, flow: RoutineFlow, chart: SessionChart, ways: Difficulty):
        self._flow = flow
        self._chart = chart
        self._ways = ways

    def compares(self) -> bool:
        """Whether the step that has just been done is a stretch never done before, on the last side of a set."""
        flow, step = self._flow, self._flow.work
        if step is None or flow.question or flow.memory.knows(step.exercise.id):
            return False
        following = flow.coming(other_exercise=False)
        last_side = not _same_set(step, following)
        return last_side and isinstance(step.dose, Hold) and step.exercise.group in STRETCHES

    def ask(self) -> tuple[Cue, ...]:
        """The question, which is open from now on, and never again."""
        flow, step = self._flow, self._flow.work
        assert step is not None
        flow.memory.remember(step.exercise.id, flow.memory.way(step.exercise.id))
        cue = flow.writer.cue("comfort.ask")
        flow.question = ComfortQuestion(cue, flow, self._chart, self._ways)
        return (cue,)


def _same_set(step: WorkStep, following: object) -> bool:
    if not isinstance(following, WorkStep):
        return False
    return (step.block, step.set_number) == (following.block, following.set_number)


class ComfortQuestion:
    """The open question: `cue` asks it."""

    context = "comfort"
    patience = PATIENCE

    def __init__(self, cue: Cue, flow: RoutineFlow, chart: SessionChart, ways: Difficulty):
        self.cue = cue
        self._flow = flow
        self._chart = chart
        self._ways = ways

    def answer(self, command: Command) -> bool:
        """Take how it was; "ready" goes on without an answer."""
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
        """Silence means that it was fine."""
        self._go_on()

    def _change(self, by: int) -> None:
        flow, cue = self._flow, self._flow.writer.cue
        step = flow.work
        assert step is not None
        level = neighbour(step.level, by)
        if level is not None:
            self._ways.set(step, level)
            coming = flow.coming(other_exercise=False)
            if isinstance(coming, WorkStep) and coming.block == step.block:
                self._go_on(*flow.writer.changed(coming))
            else:
                self._go_on(cue(NEXT_TIME_LINES[level]))
        elif by > 0:
            self._go_on(cue("level.hardest"))
        else:
            flow.question = Offer(cue("level.easiest"), self._ways.leave_out, self._go_on, self._go_on)
            flow.actions.append(Reply((flow.question.cue,)))

    def _go_on(self, *cues: Cue) -> None:
        self._chart.send("compared")
        if cues:
            self._flow.actions.append(Reply(cues))
