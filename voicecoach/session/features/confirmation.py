"""Ask "Did you say ...?" after a command that was only nearly understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command, Understanding
from voicecoach.session.context import SessionContext
from voicecoach.session.flow.question import ANSWER_TIME


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Hold the open question if `command` was said.

    Yes obeys the command, no is answered with `refused`. `reopen` opens the question again that was
    open before.
    """

    command: Command
    obey: Callable[[Command], None]
    refused: Callable[[], None]
    reopen: Callable[[], None]
    context: QuestionContext = QuestionContext.ASKING
    patience: float = ANSWER_TIME
    cue: None = None

    def answer(self, command: Command) -> bool:
        """Obey on yes, and say so on no; any other command may answer the question before."""
        self.reopen()
        if command.intent in ("No", "NotNow"):
            self.refused()
        else:
            self.obey(self.command if command.intent == "Yes" else command)
        return True

    def unanswered(self) -> None:
        """Go back to the question before."""
        self.reopen()


def ask_to_confirm(
    context: SessionContext, understanding: Understanding, obey: Callable[[Command], None]
) -> None:
    """Ask whether `understanding` was said; its command goes to `obey` after a yes."""
    flow = context.flow
    asked = flow.question

    def reopen() -> None:
        flow.question = asked

    def refused() -> None:
        flow.reply("ask.no")

    before = asked.reopen if isinstance(asked, Confirmation) else reopen
    flow.question = Confirmation(understanding.command, obey, refused, before)
    flow.reply("ask", sentence=understanding.sentence)
