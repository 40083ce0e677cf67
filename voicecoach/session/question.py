"""Questions of the coach: what it has asked, and what comes of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voicecoach.events import Command


class Question(Protocol):
    """Something that the coach has asked. It is closed by whatever is said next; one that is to stay open opens
    itself again."""

    @property
    def context(self) -> str:
        """State (of `requires_context` in the intents) in which its answers count: "asking" for yes and no."""

    def answer(self, command: Command) -> bool:
        """Take `command` if it answers the question; whether it did. What does not is obeyed as always."""

    def unanswered(self) -> None:
        """Nobody has answered."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """ "Did you say ...?": yes obeys `command`, no is answered with `refused`."""

    command: Command
    obey: Callable[[Command], None]
    refused: Callable[[], None]
    context: str = "asking"

    def answer(self, command: Command) -> bool:
        """Obey on yes, and say so on no."""
        if command.intent == "Yes":
            self.obey(self.command)
        elif command.intent == "No":
            self.refused()
        else:
            return False
        return True

    def unanswered(self) -> None:
        """What was asked is forgotten."""
