"""Answer a new session's questions about past sessions."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import TypeVar

from voicecoach.core.past_sessions import Comparison, Progress, StoredSession
from voicecoach.history.journal import OPEN, STOPPED
from voicecoach.history.journal_writer import Now

DAY = timedelta(days=1)

REMEMBERED = timedelta(days=30)
"""How long one knows how an exercise goes that one has done."""

WEEK = 7
"""Days, today among them, that are "this week" when it is told how it goes."""

A_FEW = 5
"""Sessions whose mean is the first, or the last, of what is compared."""

LONGER = 5.0
"""Seconds that a hold must have grown to be worth a word."""

_LEVELS = ("easier", "usual", "harder")

_LOG = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_NO_SESSION: StoredSession | None = None
_NO_EXERCISES: frozenset[str] = frozenset()
_NO_GLASS: datetime | None = None
_NO_TIMES: tuple[time, ...] = ()


def _or_nothing(
    nothing: Answer,
) -> Callable[[Callable[[JournalQueries], Answer]], Callable[[JournalQueries], Answer]]:
    """Answer `nothing` where the journal cannot be read: the session goes on."""

    def decorate(ask: Callable[[JournalQueries], Answer]) -> Callable[[JournalQueries], Answer]:
        @wraps(ask)
        def answer(past: JournalQueries) -> Answer:
            try:
                return ask(past)
            except (sqlite3.Error, ValueError) as error:
                _LOG.warning(
                    "the journal cannot be read: %s; the session goes on without it", error
                )
                return nothing

        return answer

    return decorate


class JournalQueries:
    """Answer questions from `database`.

    `now` is the wall clock. A query that fails is reported in a warning, and its answer is empty.
    """

    def __init__(self, database: sqlite3.Connection, now: Now):
        self._database = database
        self._now = now

    @_or_nothing(False)
    def strength_lately(self) -> bool:
        """Return True if strength work was done today or yesterday."""
        today = self._now().date()
        query = (
            "SELECT 1 FROM work JOIN session ON session.id = work.session"
            " WHERE muscles = 'strength' AND done > 0 AND day IN (?, ?) LIMIT 1"
        )
        return bool(self._database.execute(query, (str(today), str(today - DAY))).fetchone())

    @_or_nothing(_NO_EXERCISES)
    def known_exercises(self) -> frozenset[str]:
        """Return exercises of which a set was completed within the last month."""
        since = str(self._now().date() - REMEMBERED)
        query = (
            "SELECT DISTINCT exercise FROM work JOIN session ON session.id = work.session"
            " WHERE work.outcome = 'done' AND day >= ?"
        )
        return frozenset(exercise for (exercise,) in self._database.execute(query, (since,)))

    @_or_nothing(_NO_SESSION)
    def unfinished(self) -> StoredSession | None:
        """Return the last session if it can be resumed.

        Something of it must have been done, and it must have been broken off less than a day ago.
        """
        row = self._database.execute(
            "SELECT id, began, seconds, outcome, routine, plan, step FROM session ORDER BY began DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        number, began, seconds, outcome, routine, plan, step = row
        done = self._database.execute(
            "SELECT 1 FROM work WHERE session = ? AND done > 0", (number,)
        ).fetchone()
        ended = datetime.fromisoformat(began) + timedelta(seconds=seconds)
        recent = abs(self._now() - ended) < DAY  # a clock that was put back has not made it older
        return (
            StoredSession(routine, plan, step)
            if done and recent and outcome in (OPEN, STOPPED)
            else None
        )

    @_or_nothing(_NO_SESSION)
    def last(self) -> StoredSession | None:
        """Return the last session that has a plan."""
        row = self._database.execute(
            "SELECT routine, plan FROM session WHERE plan != '' ORDER BY began DESC LIMIT 1"
        ).fetchone()
        return StoredSession(*row) if row else None

    @_or_nothing(Progress())
    def progress(self) -> Progress:
        """Return the user's progress so far."""
        days = self._days()
        today = self._now().date()
        week = today - (WEEK - 1) * DAY
        return Progress(
            sessions=sum(days.values()),
            this_week=sum(number for day, number in days.items() if week <= day <= today),
            streak=streak(set(days), today),
            pain=self._pain(),
            relief=self._relief(),
            easier=self._easier(),
            longer=self._longer(),
        )

    @_or_nothing(_NO_GLASS)
    def last_glass(self) -> datetime | None:
        """Return the time of the last glass of water."""
        (at,) = self._database.execute("SELECT max(at) FROM water").fetchone()
        return datetime.fromisoformat(at) if at else None

    @_or_nothing(_NO_TIMES)
    def reminders(self) -> tuple[time, ...]:
        """Return the times of the daily reminders of the exercises."""
        return self._times("reminder")

    @_or_nothing(_NO_TIMES)
    def declined(self) -> tuple[time, ...]:
        """Return the times of the settings' reminders that the user has declined."""
        return self._times("declined")

    @property
    def lasting(self) -> bool:
        """Return True if notes outlast the session."""
        return True

    def _times(self, table: str) -> tuple[time, ...]:
        return tuple(
            time.fromisoformat(at)
            for (at,) in self._database.execute(f"SELECT at FROM {table} ORDER BY at")
        )

    def _days(self) -> dict[date, int]:
        """Return the days with a session in which anything was done, and their number."""
        query = (
            "SELECT day, count(*) FROM session"
            " WHERE EXISTS (SELECT 1 FROM work WHERE work.session = session.id AND done > 0) GROUP BY day"
        )
        return {date.fromisoformat(day): number for day, number in self._database.execute(query)}

    def _pain(self) -> Comparison | None:
        query = (
            "SELECT rating FROM pain JOIN session ON session.id = pain.session"
            " WHERE moment = 'before' AND rating IS NOT NULL ORDER BY began"
        )
        ratings = [float(rating) for (rating,) in self._database.execute(query)]
        few = min(A_FEW, len(ratings) // 2)
        return Comparison(_mean(ratings[:few]), _mean(ratings[-few:])) if few >= 2 else None

    def _relief(self) -> Comparison | None:
        query = (
            "SELECT before.rating, after.rating FROM pain AS before JOIN pain AS after USING (session)"
            " JOIN session ON session.id = before.session WHERE before.moment = 'before' AND after.moment = 'after'"
            " AND before.rating IS NOT NULL AND after.rating IS NOT NULL ORDER BY began DESC LIMIT ?"
        )
        pairs = self._database.execute(query, (A_FEW,)).fetchall()
        if len(pairs) < 2:
            return None
        return Comparison(
            _mean([before for before, _ in pairs]), _mean([after for _, after in pairs])
        )

    def _easier(self) -> tuple[str, ...]:
        first, last = self._first_and_last("level", "done > 0")
        return tuple(
            one for one in first if _LEVELS.index(str(first[one])) < _LEVELS.index(str(last[one]))
        )

    def _longer(self) -> Comparison | None:
        first, last = self._first_and_last(
            "work.seconds", "kind = 'hold' AND work.outcome = 'done'"
        )
        grown = {one: float(str(last[one])) - float(str(first[one])) for one in first}
        most = max(grown, key=lambda one: grown[one], default=None)
        if most is None or grown[most] < LONGER:
            return None
        return Comparison(float(str(first[most])), float(str(last[most])), most)

    def _first_and_last(
        self, column: str, where: str
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Return `column` for the first and the last time that each exercise was done.

        The order is that of time, since an import may have added older sessions. (SQLite takes
        `column` from the row with the least, or the greatest, `began`.)
        """
        query = (
            f"SELECT exercise, {column}, {{which}}(began) FROM work JOIN session ON session.id = work.session"
            f" WHERE {where} GROUP BY exercise"
        )
        first, last = (
            self._database.execute(query.format(which=which)).fetchall() for which in ("min", "max")
        )
        return {exercise: value for exercise, value, _ in first}, {
            exercise: value for exercise, value, _ in last
        }


def streak(days: set[date], today: date) -> int:
    """Return the number of days in a row up to today, or up to yesterday.

    Yesterday counts as the end because today is not over yet.
    """
    day = today if today in days else today - DAY
    length = 0
    while day in days:
        length += 1
        day -= DAY
    return length


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
