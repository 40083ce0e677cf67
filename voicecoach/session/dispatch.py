"""Route an utterance to the question that it answers, or to its handler."""

from __future__ import annotations

from voicecoach.core.actions import Play, Reply, StopAudio
from voicecoach.core.session_state import SessionState
from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict
from voicecoach.session.context import SessionContext
from voicecoach.session.features.confirmation import ask_to_confirm
from voicecoach.session.features.fallback import Fallback, answer_not_now
from voicecoach.session.features.listening_mode import answer_call
from voicecoach.session.features.nudge import Nudge
from voicecoach.session.features.red_flags import RedFlags
from voicecoach.session.features.reminders import Reminders
from voicecoach.session.registry import HANDLERS

NEAR_A_COMMAND = 60.0
"""Lowest score of a rejected utterance that is answered as a failed command."""

WORD_FOR_WORD = 100
"""Score from which the coach answers that a command does not count now.

What is only similar to a command was most probably said to somebody else ("did you feed the cat
this morning").
"""

ONLY_ASKING = (
    SessionState.IDLE,
    SessionState.CHECKING,
    SessionState.COMPARING,
    SessionState.PAUSED,
)
"""States in which nothing is counted or explained; talk repeats the question."""


class Dispatcher:
    """Pass commands to the open question or to their handlers.

    What was not understood is answered.
    """

    def __init__(self, context: SessionContext):
        self._context = context
        self._red_flags = context.feature(RedFlags)

    def command(self, command: Command) -> None:
        """Obey `command`, which was understood."""
        self._context.feature(Reminders).heard()
        self._context.feature(Fallback).over()
        self._context.feature(Nudge).heard()
        self._obey(command)

    def unclear(self, understanding: Understanding) -> None:
        """Ask, explain, or let pass an utterance that is not obeyed."""
        context = self._context
        if self._red_flags.doubt(understanding):
            context.flow.question = None
        elif command := self._command_after_all(understanding):
            self.command(command)
        elif understanding.verdict is Verdict.ASK:
            ask_to_confirm(context, understanding, self._obey)
        elif understanding.reject_reason is RejectReason.NOT_NOW:
            if understanding.score == WORD_FOR_WORD:
                answer_not_now(context, str(understanding.intent))
        elif answer_call(context, understanding):
            return
        elif understanding.score >= NEAR_A_COMMAND and context.state != SessionState.WORKING:
            context.feature(Fallback).answer("unclear")

    # --- inside ----------------------------------------------------------------------------------

    def _command_after_all(self, understanding: Understanding) -> Command | None:
        """Return the command of an utterance that is obeyed although it is not certain."""
        context = self._context
        if (
            context.asked_which_routine
            and understanding.intent == "StartRoutine"
            and understanding.slots
        ):
            return understanding.command
        if (
            understanding.verdict is Verdict.ASK
            and understanding.intent == "Pain"
            and context.state != SessionState.IDLE
        ):
            # Better to stop for nothing. Where it hurts is asked; what was nearly heard of that may
            # be wrong.
            return Command("Pain", {}, understanding.text)
        return None

    def _obey(self, command: Command) -> None:
        context, flow, state = self._context, self._context.flow, self._context.state
        question, flow.question = flow.question, None
        context.asked_which_routine = False
        if self._red_flags.obey(command):
            return
        if question and question.cue and command.intent == "Repeat":
            context.act(Reply((question.cue,)))
            flow.question = question
        elif question and question.answer(command):
            self._stop_question()
        else:
            flow.question = question
            self._handle(command)
            if (
                context.state != state and flow.question is question
            ):  # a command that moves nothing leaves it open
                flow.question = None

    def _stop_question(self) -> None:
        """Cut off the rest of a question that was answered before its end."""
        actions = self._context.flow.actions
        if self._context.state in ONLY_ASKING and not any(
            isinstance(action, Play) for action in actions
        ):
            actions.insert(0, StopAudio())

    def _handle(self, command: Command) -> None:
        handler = HANDLERS.get(command.intent)
        if handler is not None:
            handler(self._context, command.slots)
        elif command.intent in ("Yes", "No", "NotNow"):
            self._context.flow.reply("answer.yes")
