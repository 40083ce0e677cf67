"""Was that too easy, too much, or fine? Asked once in a life of every stretch, after it has been held on both sides."""

from __future__ import annotations

from voicecoach.content.library import Hold
from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.understanding import Command
from voicecoach.session.features.difficulty import Ways
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import Offer
from voicecoach.session.flow.routine_flow import Conductor
from voicecoach.session.plan.levels import STRETCHES, neighbour
from voicecoach.session.plan.steps import WorkStep

PATIENCE = 5.0
"""Seconds of silence that mean "fine": less than for other questions, since somebody waits in an odd position."""

FEELINGS = {"Easier": "much", "Harder": "easy"}
"""Commands that say how it was."""


class ComfortCheck:
    """Knows when to ask, and asks; speaks through `conductor`, moves `chart`."""

    def __init__(self, conductor: Conductor, chart: SessionChart, ways: Ways):
        self._conductor = conductor
        self._chart = chart
        self._ways = ways

    def compares(self) -> bool:
        """Whether the step that has just been done is a stretch never done before, on the last side of a set."""
        conductor, step = self._conductor, self._conductor.work
        if step is None or conductor.question or conductor.memory.knows(step.exercise.id):
            return False
        following = conductor.coming(other_exercise=False)
        last_side = not _same_set(step, following)
        return last_side and isinstance(step.dose, Hold) and step.exercise.group in STRETCHES

    def ask(self) -> tuple[Cue, ...]:
        """The question, which is open from now on, and never again."""
        conductor, step = self._conductor, self._conductor.work
        assert step is not None
        conductor.memory.remember(step.exercise.id, conductor.memory.way(step.exercise.id))
        cue = conductor.writer.cue("comfort.ask")
        conductor.question = ComfortQuestion(cue, conductor, self._chart, self._ways)
        return (cue,)


def _same_set(step: WorkStep, following: object) -> bool:
    if not isinstance(following, WorkStep):
        return False
    return (step.block, step.set_number) == (following.block, following.set_number)


class ComfortQuestion:
    """The open question: `cue` asks it."""

    context = "comfort"
    patience = PATIENCE

    def __init__(self, cue: Cue, conductor: Conductor, chart: SessionChart, ways: Ways):
        self.cue = cue
        self._conductor = conductor
        self._chart = chart
        self._ways = ways

    def answer(self, command: Command) -> bool:
        """Take how it was; "ready" goes on without an answer."""
        feeling = FEELINGS.get(command.intent, command.slots.get("comfort"))
        if feeling in ("easy", "much"):
            self._change(1 if feeling == "easy" else -1)
        elif command.intent == "Comfort":
            self._go_on(self._conductor.writer.cue("comfort.fine"))
        elif command.intent in ("Ready", "Resume", "DontKnow"):
            self._go_on()
        elif command.intent in ("Wait", "Slower"):
            self._conductor.reply("comfort.wait")
            self._conductor.question = self
        else:
            return False
        return True

    def unanswered(self) -> None:
        """Silence means that it was fine."""
        self._go_on()

    def _change(self, by: int) -> None:
        conductor, cue = self._conductor, self._conductor.writer.cue
        step = conductor.work
        assert step is not None
        level = neighbour(step.level, by)
        if level is not None:
            self._ways.set(step, level)
            coming = conductor.coming(other_exercise=False)
            if isinstance(coming, WorkStep) and coming.block == step.block:
                self._go_on(*conductor.writer.changed(coming))
            else:
                self._go_on(cue(f"comfort.{level}"))
        elif by > 0:
            self._go_on(cue("level.hardest"))
        else:
            conductor.question = Offer(cue("level.easiest"), self._ways.leave_out, self._go_on, self._go_on)
            conductor.actions.append(Reply((conductor.question.cue,)))

    def _go_on(self, *cues: Cue) -> None:
        self._chart.send("compared")
        if cues:
            self._conductor.actions.append(Reply(cues))
