"""Run the session: commands and "script finished" events in, actions out.

The session has no audio, no thread, no clock and no I/O.
"""

from __future__ import annotations

from datetime import datetime

from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.actions import Action
from voicecoach.core.session_state import QuestionContext, SessionState
from voicecoach.core.understanding import Command, Understanding
from voicecoach.session.context import SessionContext
from voicecoach.session.dispatch import Dispatcher
from voicecoach.session.features.check_in import Checks
from voicecoach.session.features.comfort import ComfortCheck
from voicecoach.session.features.greeting import greet
from voicecoach.session.features.listening_mode import attend
from voicecoach.session.features.nudge import Nudge
from voicecoach.session.features.red_flags import RedFlags
from voicecoach.session.features.reminders import Reminders
from voicecoach.session.features.resume import Unfinished
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.journal_notes import JournalNotes
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.exercise_memory import ExerciseMemory
from voicecoach.session.profile.past import NothingKnown, Past
from voicecoach.session.profile.preferences import EMERGENCY_NUMBER, Preferences
from voicecoach.session.profile.saved_routines import SaveRoutine, for_today
from voicecoach.session.script.writer import ScriptWriter


class Session:
    """Lead routines of `library` in the words of `lines`.

    Every method that takes part in the conversation returns the actions to carry out, in order.
    `position` is the number of seconds into the beat script being played (0 in a flow).

    Args:
        library: The routines and exercises.
        lines: What the coach says.
        emergency_number: Digits, named after a red flag.
        check_in: Ask how the legs are before and after a routine.
        preferences: How the user likes to be coached.
        memory: How each exercise is done; with one, the coach asks how a new stretch was.
        age: The user's age in years.
        past: What is known of the sessions before.
        alone: No other coach is running.
        times: Those of the user's day.
        save_routine: Writes down a routine that is to be there the next time.
    """

    def __init__(
        self,
        library: Library,
        lines: Lines,
        emergency_number: str = EMERGENCY_NUMBER,
        *,
        check_in: bool = False,
        preferences: Preferences | None = None,
        memory: ExerciseMemory | None = None,
        age: int | None = None,
        past: Past | None = None,
        alone: bool = True,
        times: DayTimes | None = None,
        save_routine: SaveRoutine = for_today,
    ):
        past = past or NothingKnown()
        flow = RoutineFlow(ScriptWriter(lines, preferences))
        flow.known_exercises |= past.known_exercises()
        self.flow = flow
        self.context = context = SessionContext(
            library,
            lines,
            flow,
            SessionChart(flow),
            past,
            times or DayTimes(),
            save_routine,
            emergency_number,
            age,
        )
        if check_in:
            flow.check = Checks(flow, context.chart, library)
        if memory is not None:
            flow.memory = memory
            flow.comfort = ComfortCheck(context)
        self._alone = alone
        self._unfinished = context.feature(
            Unfinished
        )  # reads the past before this session becomes part of it
        self._reminders = context.feature(Reminders)
        self._red_flags = context.feature(RedFlags)
        self._nudge = context.feature(Nudge)
        self._dispatcher = Dispatcher(context)
        self._notes = JournalNotes(flow)

    # --- what others may know --------------------------------------------------------------------

    @property
    def lines(self) -> Lines:
        """Return the lines that the coach says."""
        return self.context.lines

    @property
    def state(self) -> SessionState:
        """Return the innermost state of the chart."""
        return self.context.state

    @property
    def states(self) -> tuple[SessionState | QuestionContext, ...]:
        """Return the states that decide which commands count now.

        The context of an open question comes last.
        """
        return self.context.states

    @property
    def in_routine(self) -> bool:
        """Return True if a routine is running."""
        return self.context.in_routine

    @property
    def preferences(self) -> Preferences:
        """Return how the user likes to be coached."""
        return self.context.preferences

    @property
    def nudge_after(self) -> float | None:
        """Return the seconds of silence before `nudge`; None for not at all."""
        return self._nudge.after_s

    # --- events ----------------------------------------------------------------------------------

    def greet(self, *, half_duplex: bool = False) -> list[Action]:
        """Say hello; `half_duplex`: the coach cannot hear while it speaks."""
        greet(self.context, half_duplex=half_duplex, alone=self._alone)
        return self.context.take_actions()

    def script_finished(self) -> list[Action]:
        """Go on after the script, which has been played to its end."""
        self.flow.position = 0.0
        if self.state == SessionState.RESTING and not self.flow.at_work():
            self._reminders.break_over()
        if not self._red_flags.script_finished():
            self.context.chart.script_finished()
        return self.context.take_actions()

    def saying(self, line: str | None) -> None:
        """Take note that a sentence has begun: `line` is its id in the content."""
        self.flow.line = line

    def passing(self, position: float) -> list[Action]:
        """Return what the journal is to know, once a second and before anything happens."""
        if not self.in_routine or self.state in (SessionState.PAUSED, SessionState.CHECKING):
            return []
        return [self._notes.second(counting=self.state == SessionState.WORKING, elapsed=position)]

    def minute(self, now: datetime) -> list[Action]:
        """Remind of what is due at `now` on the wall clock, while the coach is silent.

        Nothing is said while a routine is running or something has been asked.
        """
        if self.state == SessionState.IDLE and self.context.question is None:
            self._reminders.minute(now)
        return self.context.take_actions()

    def attend(self, understanding: Understanding) -> Understanding:
        """Return `understanding`, rejected where it was not meant for the coach."""
        return attend(self.context, understanding)

    def command(self, command: Command, position: float | None = 0.0) -> list[Action]:
        """Obey `command` at `position`.

        None: the session stays where the last command has brought it.
        """
        self._move_to(position)
        self._dispatcher.command(command)
        return self.context.take_actions()

    def unclear(self, understanding: Understanding, position: float | None = 0.0) -> list[Action]:
        """Ask, explain, or let pass an utterance that is not obeyed."""
        self._move_to(position)
        self._dispatcher.unclear(understanding)
        return self.context.take_actions()

    def withdraw_question(self) -> list[Action]:
        """Close the question that nobody has answered."""
        question = self.context.withdraw_question()
        if question:
            question.unanswered()
        self._red_flags.unanswered()
        return self.context.take_actions()

    def nudge(self) -> list[Action]:
        """Say once that everything waits."""
        self._nudge.nudge()
        return self.context.take_actions()

    def voice_changed(self, *, there_is_another: bool) -> list[Action]:
        """Say that the voice has changed, or that there is no other."""
        return self.say("voice.changed" if there_is_another else "voice.only")

    def say(self, line: str) -> list[Action]:
        """Say one line of content over what is going on (a lost microphone, for example)."""
        self.flow.reply(line)
        return self.context.take_actions()

    def _move_to(self, position: float | None) -> None:
        if position is not None:
            self.flow.position = position
