"""Write down what the coach logs.

The writer listens to the coach and knows the journal; the coach knows neither.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from voicecoach.core.session_events import (
    LegsRated,
    PainReported,
    RedFlagRaised,
    RemindersCancelled,
    ReminderSet,
    ReminderSettingsChanged,
    RoutineDone,
    RoutineDropped,
    RoutineResumed,
    RoutineStarted,
    RoutineStopped,
    SecondPassed,
    SessionEvent,
    StepDone,
    StepLeftOut,
    WaterDrunk,
)
from voicecoach.history.journal import ALARM, DONE, STOPPED, Journal
from voicecoach.runtime.background_writer import Background

_LOG = logging.getLogger(__name__)

LONGEST_SECOND = 2.0
"""Seconds between two notes that count as coaching; more is a pause."""

AnytimeEvent = (
    RoutineStarted
    | RoutineResumed
    | RoutineDropped
    | WaterDrunk
    | ReminderSet
    | RemindersCancelled
    | ReminderSettingsChanged
)
"""Events that are written down at any time."""

EventInSession = (
    SecondPassed
    | StepDone
    | StepLeftOut
    | LegsRated
    | PainReported
    | RoutineDone
    | RoutineStopped
    | RedFlagRaised
)
"""Events that are written down while the journal has an open session."""

Now = Callable[[], datetime]
"""The wall clock, with its zone."""


class Entry(Protocol):
    """Define an entry of the coach's log."""

    @property
    def at(self) -> float:
        """Return the seconds of the audio clock."""

    @property
    def kind(self) -> str:
        """Return the kind of the entry."""

    @property
    def data(self) -> Mapping[str, object]:
        """Return the data of the entry."""

    @property
    def event(self) -> SessionEvent | None:
        """Return the session event that the entry reports, if any."""


class JournalWriter:
    """Put entries into `journal`.

    The wall clock counts when a session begins. Within a session, time is that of the audio, even
    if the wall clock is changed.
    """

    def __init__(self, journal: Journal):
        self._journal = journal
        self._seconds = 0.0
        self._last = 0.0
        self._in_routine = False

    def write(self, entries: Iterable[tuple[Entry, datetime]]) -> None:
        """Write down entries, each with the wall-clock time of its event.

        Raises:
            sqlite3.Error: They cannot be written; then none of them has been.
        """
        with self._journal.together():
            for entry, now in entries:
                if isinstance(entry.event, AnytimeEvent):
                    self._take(entry.event, entry.at, now)
                elif isinstance(entry.event, EventInSession) and self._journal.in_session:
                    self._in_session(entry.event, entry.at)

    def _take(
        self,
        event: AnytimeEvent,
        at: float,
        now: datetime,
    ) -> None:
        match event:
            case RoutineStarted(routine):
                self._begin(at, now, routine)
            case RoutineResumed():
                self._resume(at)
            case RoutineDropped():
                self._journal.drop()
            case ReminderSet(time):
                self._journal.remind(time)
            case RemindersCancelled(settings):
                self._journal.remind_no_more(settings)
            case ReminderSettingsChanged():
                self._journal.decline(())
            case WaterDrunk():
                self._journal.water(now)

    def _begin(self, at: float, now: datetime, routine: str) -> None:
        if self._in_routine:
            self._journal.end(STOPPED)
        self._journal.begin(now, routine)
        self._seconds, self._last, self._in_routine = 0.0, at, True

    def _resume(self, at: float) -> None:
        seconds = self._journal.go_on()
        if seconds is not None:
            self._seconds, self._last, self._in_routine = seconds, at, True

    def _in_session(
        self,
        event: EventInSession,
        at: float,
    ) -> None:
        journal = self._journal
        match event:
            case StepDone():
                journal.step_done()
            case StepLeftOut(reason=reason, work=work):
                journal.left_out(self._seconds, work, reason)
            case LegsRated(when, rating):
                journal.pain(self._seconds, when, rating, None, None)
            case PainReported(rating=rating, place=place, exercise=exercise):
                journal.pain(self._seconds, "during", rating, place, exercise)
            case RoutineDone():
                self._end(DONE)
            case RoutineStopped():
                self._end(STOPPED)
            case RedFlagRaised():
                self._end(ALARM)
            case SecondPassed():
                self._second(event, at)

    def _second(self, event: SecondPassed, at: float) -> None:
        self._seconds += at - self._last if at - self._last < LONGEST_SECOND else 0.0
        self._last = at
        if event.plan is not None:
            self._journal.plan(event.plan)
        if event.work is not None:
            self._journal.work(self._seconds, event.work)
        self._journal.passed(self._seconds, event.step)

    def _end(self, outcome: str) -> None:
        self._journal.end(outcome)
        self._in_routine = False


class LiveJournalWriter:
    """Hand entries to a `recorder` in the background.

    An entry that cannot be written is reported once, and the session goes on.
    """

    def __init__(self, recorder: JournalWriter, now: Now):
        self._recorder = recorder
        self._now = now
        self._failed = False
        self._background: Background[tuple[Entry, datetime]] = Background("journal", self._write)

    def __enter__(self) -> Self:
        self._background.__enter__()
        return self

    def watch(self, entry: Entry) -> None:
        """Take one entry."""
        if isinstance(entry.event, AnytimeEvent | EventInSession):
            self._background.put((entry, self._now()))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._background.__exit__(kind, error, trace)

    def _write(self, entries: Sequence[tuple[Entry, datetime]]) -> None:
        try:
            self._recorder.write(entries)
        except sqlite3.Error as error:
            if not self._failed:
                _LOG.warning("the journal cannot be written: %s; the session goes on", error)
            self._failed = True
