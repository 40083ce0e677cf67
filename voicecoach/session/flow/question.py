"""Questions of the coach: what it has asked, and what comes of the answer."""

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
    """Something that the coach has asked. It is closed by its answer, and by whatever moves the session on."""

    @property
    def context(self) -> QuestionContext:
        """State (of `requires_context` in the intents) in which its answers count: "asking" for yes and no."""

    @property
    def patience(self) -> float:
        """Seconds for which it waits for the answer, from its end."""

    @property
    def cue(self) -> Cue | None:
        """What is said when it is to be repeated; None where "repeat" means something else."""

    def answer(self, command: Command) -> bool:
        """Take `command` if it answers the question; whether it did. What does not is obeyed as always."""

    def unanswered(self) -> None:
        """Nobody has answered."""


def _nothing() -> None:
    """Silence needs no answer."""


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
        """Take yes and no, and what else answers it."""
        refusing = dict.fromkeys(("NotNow", "QuietDay"), self.refused)
        action = {**refusing, **self.also, "Yes": self.accepted, "No": self.refused}.get(command.intent)
        if action is None:
            return False
        action()
        return True

    def unanswered(self) -> None:
        """Silence is no consent."""
        self.silent()
