"""Define the coach's questions, and what their answers lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voicecoach.core.script import Cue
from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command

ANSWER_TIME = 8.0
"""Seconds for which a question waits for its answer, from its end."""


class Question(Protocol):
    """Define a question that the coach has asked.

    Its answer closes it, and so does every command that moves the session on.
    """

    @property
    def context(self) -> QuestionContext:
        """Return the context (`requires_context`) in which its answers count."""

    @property
    def patience(self) -> float:
        """Return the seconds to wait for the answer, from the question's end."""

    @property
    def cue(self) -> Cue | None:
        """Return the cue that repeats it; None where "repeat" means something else."""

    def answer(self, command: Command) -> bool:
        """Take `command` if it answers the question; return True if it did."""

    def unanswered(self) -> None:
        """Go on: nobody has answered."""


def _nothing() -> None:
    """Do nothing: silence needs no answer."""


@dataclass(frozen=True, slots=True)
class Offer:
    """ "Shall we ...?": what to do on yes, on no, and when nobody answers."""

    cue: Cue
    accepted: Callable[[], object]
    refused: Callable[[], object]
    silent: Callable[[], object] = _nothing
    context: QuestionContext = QuestionContext.ASKING
    patience: float = ANSWER_TIME
    also: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Other intents that answer it, and what they do."""

    def answer(self, command: Command) -> bool:
        """Take yes, no, and the other intents that answer the offer."""
        refusing = dict.fromkeys(("NotNow", "QuietDay"), self.refused)
        action = {**refusing, **self.also, "Yes": self.accepted, "No": self.refused}.get(
            command.intent
        )
        if action is None:
            return False
        action()
        return True

    def unanswered(self) -> None:
        """Go on: silence is no consent."""
        self.silent()
