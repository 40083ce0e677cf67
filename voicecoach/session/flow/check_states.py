"""Ask how the legs are, and how a new stretch was, in states of the chart."""

from __future__ import annotations

from typing import Protocol

from voicecoach.core.script import Cue
from voicecoach.session.flow.outbox import Outbox
from voicecoach.session.flow.question import Question
from voicecoach.session.script.writer import ScriptWriter


class Check(Protocol):
    """Ask how the legs are, and open the question."""

    def before(self) -> tuple[Cue, ...]:
        """Return what to say before a routine."""

    def after(self) -> tuple[Cue, ...]:
        """Return what to say after it; nothing where the user does not want to be asked."""


class Comfort(Protocol):
    """Ask if a stretch was too easy, too much or fine, and open the question."""

    def compares(self) -> bool:
        """Return True if the step just done is to be asked about."""

    def ask(self) -> tuple[Cue, ...]:
        """Return what to say."""


class CheckStates(Outbox):
    """Ask the coach's own questions, as a part of the flow.

    `question` is the open one (None: none). With a `check` the coach asks how the legs are before
    and after a routine, with `comfort` how a new stretch was.
    """

    def __init__(self, writer: ScriptWriter):
        super().__init__(writer)
        self.question: Question | None = None
        self.check: Check | None = None
        self.comfort: Comfort | None = None
        self._unchecked = False

    def unchecked(self) -> bool:
        """Return True if the coach is to ask how the legs are before the first exercise."""
        return self._unchecked

    def compares(self) -> bool:
        """Return True if the coach is to ask how a stretch held for the first time was."""
        return self.comfort is not None and self.comfort.compares()

    def on_enter_checking(self) -> None:
        """Ask how the legs are."""
        assert self.check is not None
        self.play(self.writer.flow("checking", *self.check.before()))

    def on_exit_checking(self) -> None:
        """Close the question."""
        self.question = None

    def on_enter_comparing(self) -> None:
        """Ask how the stretch was."""
        assert self.comfort is not None
        self.play(self.writer.flow("comparing", *self.comfort.ask()))

    def on_exit_comparing(self) -> None:
        """Close the question."""
        self.question = None
