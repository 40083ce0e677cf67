"""What the coach asks of itself: how the legs are before and after a routine, and how a new stretch was."""

from __future__ import annotations

from typing import Protocol

from voicecoach.core.script import Cue
from voicecoach.session.flow.outbox import Outbox
from voicecoach.session.flow.question import Question
from voicecoach.session.script.writer import ScriptWriter


class Check(Protocol):
    """Asks how the legs are, and opens the question."""

    def before(self) -> tuple[Cue, ...]:
        """What to say before a routine."""

    def after(self) -> tuple[Cue, ...]:
        """What to say after it; nothing where nobody wants to be asked."""


class Comfort(Protocol):
    """Asks whether a stretch was too easy, too much or fine, and opens the question."""

    def compares(self) -> bool:
        """Whether to ask that of the step that has just been done."""

    def ask(self) -> tuple[Cue, ...]:
        """What to say."""


class CheckStates(Outbox):
    """A stage with a `question` that is open (None: none). With a `check` it is asked how the legs are before and after
    a routine, with `comfort` how a new stretch was."""

    def __init__(self, writer: ScriptWriter):
        super().__init__(writer)
        self.question: Question | None = None
        self.check: Check | None = None
        self.comfort: Comfort | None = None
        self._unchecked = False

    def unchecked(self) -> bool:
        """Whether to ask how the legs are before the first exercise."""
        return self._unchecked

    def compares(self) -> bool:
        """Whether to ask how a stretch was that has been held for the first time."""
        return self.comfort is not None and self.comfort.compares()

    def on_enter_checking(self) -> None:
        """Ask how the legs are."""
        assert self.check is not None
        self.play(self.writer.flow("checking", *self.check.before()))

    def on_exit_checking(self) -> None:
        """What was asked does not matter any more."""
        self.question = None

    def on_enter_comparing(self) -> None:
        """Ask how the stretch was."""
        assert self.comfort is not None
        self.play(self.writer.flow("comparing", *self.comfort.ask()))

    def on_exit_comparing(self) -> None:
        """What was asked does not matter any more."""
        self.question = None
