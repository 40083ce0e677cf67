"""Give advice when something may be seriously wrong, and end the routine.

The coach cannot judge what is wrong. Where it is sure that a red flag was said, the routine is over
and the advice for its class is given; where it is not, everything is paused and it asks. Nothing
goes on by itself afterwards: the chart's state `alarmed` has no way out but the beginning of a
routine, asked for twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicecoach.core.actions import Note, Play, Reply, StopAudio
from voicecoach.core.script import Cue
from voicecoach.core.session_events import RedFlagRaised
from voicecoach.core.session_state import SessionState
from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict
from voicecoach.session.context import SessionContext
from voicecoach.session.script.alarm_lines import sentences, spell_number
from voicecoach.session.slots import text

ADVICE: Mapping[str, tuple[str, str]] = {
    "call": ("flag.call", "flag.call.key"),
    "same_day": ("flag.same_day", "flag.same_day.key"),
    "prompt": ("flag.prompt", "flag.prompt.key"),
    "rest": ("flag.rest", "flag.rest.key"),
    "fall": ("flag.fall", "flag.fall.key"),
}
"""Slot `advice` of a red flag -> its line, and the line that repeats its core."""

GRAVEST = "call"
"""The advice that no later red flag replaces.

It is also given where a red flag names no known advice.
"""

REMINDER_AFTER = 8.0
"""Seconds of silence after the advice until its most important part is said once more."""

SENTENCE_GAP = 0.7
"""Seconds between the sentences of the advice.

The sentences are cues of their own: whoever interrupts one hears only that sentence again.
"""

STARTS = frozenset({"StartRoutine", "PlanRoutine", "SameAgain"})
"""Commands that begin a routine."""

UNCHANGED = frozenset({"Goodbye", "Louder", "Quieter"})
"""Commands that keep their meaning after a red flag."""


class RedFlags:
    """Ask about a possible red flag (`doubted` of the context), and give the advice."""

    def __init__(self, context: SessionContext):
        self._context = context
        self._flow = context.flow
        self._chart = context.chart
        self._number = spell_number(context.emergency_number, context.lines)
        self._advice = GRAVEST
        self._remind = False
        self._warned = False

    @property
    def _state(self) -> SessionState:
        return self._chart.innermost

    # --- what the session passes on --------------------------------------------------------------

    def obey(self, command: Command) -> bool:
        """Obey `command` if it has to do with a red flag; return True if it has.

        It has if it is one, answers the question for one, or comes after one.
        """
        asked, self._context.doubted = self._context.doubted, None
        self._remind = False
        if asked and command.intent == "Repeat":
            self._ask(asked)
        elif asked and command.intent == "No":
            self._reply("flag.no", *self._way_on())
        elif asked and command.intent == "Yes":
            self._raise(asked.command)
        elif command.intent == "RedFlag":
            self._raise(command)
        elif self._state == SessionState.ALARMED:
            return self._obey_afterwards(command.intent)
        else:
            return False
        return True

    def doubt(self, understanding: Understanding) -> bool:
        """React to an unclear utterance that may be a red flag, or comes after one.

        Returns True if it did.
        """
        asks = understanding.verdict is Verdict.ASK
        if asks and understanding.urgent:
            self._ask(understanding)
        elif asks and self._context.doubted:
            self._ask(self._context.doubted)
        elif (
            self._state == SessionState.ALARMED
            and understanding.intent
            and understanding.reject_reason is RejectReason.NOT_NOW
        ):
            self._reply("flag.over")
        else:
            return False
        return True

    def unanswered(self) -> None:
        """Say that nobody has answered; everything goes on waiting."""
        if self._context.doubted:
            self._context.doubted = None
            self._reply("flag.unanswered", *self._way_on())

    def script_finished(self) -> bool:
        """Return True if the script that has ended was that of the alarm."""
        if self._state != SessionState.ALARMED:
            return False
        if self._remind:
            self._remind = False
            self._flow.actions.append(
                Play(self._flow.writer.flow("reminder", self._cue(self._lines[1])))
            )
        return True

    # --- inside ----------------------------------------------------------------------------------

    @property
    def _lines(self) -> tuple[str, str]:
        return ADVICE[self._advice]

    def _raise(self, command: Command) -> None:
        advice = text(command.slots, "advice") or ""
        if self._state != SessionState.ALARMED or self._advice != GRAVEST:
            self._advice = advice if advice in ADVICE else GRAVEST
        self._warned = False
        self._flow.actions.append(Note(RedFlagRaised(self._advice, command.text)))
        self._advise()
        self._remind = True

    def _advise(self, *more: Cue) -> None:
        """Give the advice, and `more` after it; all else is silent."""
        whole = self._cue(self._lines[0])
        cues = [replace(whole, text=text, gap=SENTENCE_GAP) for text in sentences(whole.text)]
        last = more or (replace(cues.pop(), gap=REMINDER_AFTER),)
        self._chart.alarm(advice=(*cues, *last))

    def _ask(self, understanding: Understanding) -> None:
        """Ask whether a red flag was said, in a pause."""
        self._context.doubted = understanding
        if self._state in (SessionState.IDLE, SessionState.PAUSED):
            self._flow.actions.append(StopAudio())
        elif self._state != SessionState.ALARMED:
            self._chart.pause(cues=())
        self._flow.reply("flag.ask", sentence=understanding.sentence)

    def _obey_afterwards(self, intent: str) -> bool:
        if intent in UNCHANGED or (intent in STARTS and self._warned):
            return False
        if intent in STARTS:
            self._warned = True
            self._advise(self._cue("flag.start"))
        elif intent == "Repeat":
            self._advise()
        elif intent == "Pain":
            self._reply(self._lines[1])
        else:
            self._reply("flag.help" if intent == "Help" else "flag.over")
        return True

    def _way_on(self) -> tuple[str, ...]:
        """Return the lines that tell how to go on, where something waits."""
        return ("flag.waiting",) if self._state == SessionState.PAUSED else ()

    def _reply(self, *lines: str) -> None:
        self._flow.actions.append(Reply(tuple(map(self._cue, lines))))

    def _cue(self, line: str) -> Cue:
        return self._flow.writer.cue(line, number=self._number)
