"""Writes down what the coach logs. It watches the coach, and knows the journal; the coach knows neither."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from voicecoach.core.actions import SECOND
from voicecoach.history.journal import ALARM, DONE, STOPPED, Journal
from voicecoach.runtime.background_writer import Background

_LOG = logging.getLogger(__name__)

LONGEST_SECOND = 2.0
"""Seconds between two notes that count as coaching; more is a pause."""

ANYWHERE = frozenset(
    {"routine started", "routine resumed", "routine dropped", "water", "reminder", "reminders off", "settings changed"}
)
KINDS = ANYWHERE | {SECOND, "step done", "left out", "pain", "routine done", "routine stopped", "red flag"}
"""What is written down, and what of that outside a session."""

Now = Callable[[], datetime]
"""The wall clock, with its zone."""


class Entry(Protocol):
    """What the coach logs: when on its own clock (s), what, and with which data."""

    @property
    def at(self) -> float:
        """Seconds of the audio clock."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def data(self) -> Mapping[str, object]:
        """What belongs to it."""


class JournalWriter:
    """Puts entries into `journal`. The clock on the wall counts when a session begins; in a session time is that of the
    audio, whatever becomes of the other."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self._seconds = 0.0
        self._last = 0.0
        self._in_routine = False

    def write(self, entries: Iterable[tuple[Entry, datetime]]) -> None:
        """Write down entries, each with what the clock on the wall showed then. sqlite3.Error where they cannot be
        written: none of them has been then."""
        with self._journal.together():
            for entry, now in entries:
                if entry.kind in ANYWHERE or (entry.kind in KINDS and self._journal.in_session):
                    self._take(entry, now)

    def _take(self, entry: Entry, now: datetime) -> None:
        match entry.kind:
            case "routine started":
                self._begin(entry.at, now, str(entry.data["routine"]))
            case "routine resumed":
                self._resume(entry.at)
            case "routine dropped":
                self._journal.drop()
            case "reminder":
                self._journal.remind(str(entry.data["at"]))
            case "reminders off":
                self._journal.remind_no_more(_texts(entry.data["settings"]))
            case "settings changed":
                self._journal.decline(())
            case "water":
                self._journal.water(now)
            case _:
                self._in_session(entry)

    def _begin(self, at: float, now: datetime, routine: str) -> None:
        if self._in_routine:
            self._journal.end(STOPPED)
        self._journal.begin(now, routine)
        self._seconds, self._last, self._in_routine = 0.0, at, True

    def _resume(self, at: float) -> None:
        seconds = self._journal.go_on()
        if seconds is not None:
            self._seconds, self._last, self._in_routine = seconds, at, True

    def _in_session(self, entry: Entry) -> None:
        data, journal = entry.data, self._journal
        match entry.kind:
            case "step done":
                journal.step_done()
            case "left out":
                work = data["work"]
                assert isinstance(work, Mapping)
                journal.left_out(self._seconds, work, str(data["reason"]))
            case "pain":
                rating = data["rating"]
                journal.pain(
                    self._seconds,
                    str(data["when"]),
                    None if rating is None else int(str(rating)),
                    _text(data.get("place")),
                    _text(data.get("exercise")),
                )
            case "routine done":
                self._end(DONE)
            case "routine stopped":
                self._end(STOPPED)
            case "red flag":
                self._end(ALARM)
            case _:
                self._second(entry)

    def _second(self, entry: Entry) -> None:
        self._seconds += entry.at - self._last if entry.at - self._last < LONGEST_SECOND else 0.0
        self._last = entry.at
        if "plan" in entry.data:
            self._journal.plan(str(entry.data["plan"]))
        work = entry.data.get("work")
        if isinstance(work, Mapping):
            self._journal.work(self._seconds, work)
        self._journal.passed(self._seconds, int(str(entry.data["step"])))

    def _end(self, outcome: str) -> None:
        self._journal.end(outcome)
        self._in_routine = False


def _texts(values: object) -> list[str]:
    assert isinstance(values, list | tuple)
    return [str(value) for value in values]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


class LiveJournalWriter:
    """Hands entries to a `recorder` in the background. What cannot be written is told once, and the session goes on."""

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
        if entry.kind in KINDS:
            self._background.put((entry, self._now()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._background.__exit__(kind, error, trace)

    def _write(self, entries: Sequence[tuple[Entry, datetime]]) -> None:
        try:
            self._recorder.write(entries)
        except sqlite3.Error as error:
            if not self._failed:
                _LOG.warning("the journal cannot be written: %s; the session goes on", error)
            self._failed = True
