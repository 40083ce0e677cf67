"""Read the history from the journal, by day, week and month, for charts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from voicecoach.history.queries import streak

WEEKS = 26
"""Weeks that are shown one by one; of a longer history the charts show months."""

MOST_HOLDS = 5
"""Exercises whose holds are shown: those that were held most often."""

FIRST = date(2000, 1, 1)
"""The first day that can be true."""

ELSEWHERE = timedelta(days=1)
"""How far ahead a day may be that was one where the user was then."""

_DONE = "work.done > 0"


@dataclass(frozen=True, slots=True)
class Pains:
    """Hold the mean ratings (0..10) before and after the sessions of a period.

    A rating is None if it was not asked.
    """

    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the figures of the history.

    A period is the first day of a week (Monday), or of a month where `monthly`.
    """

    today: date
    minutes: Mapping[date, float] = field(default_factory=dict)
    """Minutes by the day, of the days with a session."""
    monthly: bool = False
    by_period: Mapping[date, float] = field(default_factory=dict)
    pain: Mapping[date, Pains] = field(default_factory=dict)
    by_muscles: Mapping[str, float] = field(default_factory=dict)
    """Minutes of work, the most first."""
    holds: Mapping[str, Mapping[date, float]] = field(default_factory=dict)
    """Exercise -> period -> mean seconds of a hold."""
    glasses: int = 0
    """Glasses of water in the last seven days."""

    @property
    def streak(self) -> int:
        """Return the number of days in a row up to today or yesterday."""
        return streak(set(self.minutes), self.today)

    @property
    def this_week(self) -> int:
        """Return the number of days with a session among the last seven."""
        return sum(timedelta() <= self.today - day < timedelta(days=7) for day in self.minutes)

    @property
    def periods(self) -> tuple[date, ...]:
        """Return all periods from the first session to today, or to the last session.

        Periods without a session are included.
        """
        days = (*self.minutes, self.today)
        return tuple(_periods(min(days), max(days), monthly=self.monthly))


def report(database: sqlite3.Connection, today: date) -> Report:
    """Read it all."""
    minutes = _minutes(database, today)
    monthly = bool(minutes) and today - min(minutes) > timedelta(weeks=WEEKS)
    shown = set(Report(today, minutes, monthly).periods)
    by_period: dict[date, float] = {}
    for day, spent in minutes.items():
        begin = _begin(day, monthly=monthly)
        by_period[begin] = by_period.get(begin, 0.0) + spent
    return Report(
        today,
        minutes,
        monthly,
        by_period,
        {
            period: pain
            for period, pain in _pain(database, monthly=monthly).items()
            if period in shown
        },
        dict(
            database.execute(
                f"SELECT muscles, sum(seconds) / 60.0 FROM work WHERE {_DONE} GROUP BY muscles ORDER BY 2 DESC"
            ).fetchall()
        ),
        _holds(database, shown, monthly=monthly),
        _glasses(database, today),
    )


def _minutes(database: sqlite3.Connection, today: date) -> dict[date, float]:
    """Return the minutes by day.

    Days of a clock that had not been set (1970), or that lie in the future, are left out.
    """
    query = (
        "SELECT day, sum(seconds) FROM session"
        f" WHERE EXISTS (SELECT 1 FROM work WHERE work.session = session.id AND {_DONE}) GROUP BY day ORDER BY day"
    )
    found = {date.fromisoformat(day): seconds / 60 for day, seconds in database.execute(query)}
    return {day: minutes for day, minutes in found.items() if FIRST <= day <= today + ELSEWHERE}


def _pain(database: sqlite3.Connection, *, monthly: bool) -> dict[date, Pains]:
    query = (
        f"SELECT {_period(monthly=monthly)} AS period, avg(CASE moment WHEN 'before' THEN rating END),"
        " avg(CASE moment WHEN 'after' THEN rating END) FROM pain JOIN session ON session.id = pain.session"
        " WHERE rating IS NOT NULL AND moment != 'during' GROUP BY period ORDER BY period"
    )
    return {
        date.fromisoformat(day): Pains(before, after)
        for day, before, after in database.execute(query)
    }


def _holds(
    database: sqlite3.Connection, shown: set[date], *, monthly: bool
) -> dict[str, dict[date, float]]:
    often = (
        "SELECT exercise FROM work WHERE kind = 'hold' AND done > 0"
        " GROUP BY exercise ORDER BY count(*) DESC LIMIT ?"
    )
    found: dict[str, dict[date, float]] = {}
    for (exercise,) in database.execute(often, (MOST_HOLDS,)).fetchall():
        query = (
            f"SELECT {_period(monthly=monthly)} AS period, avg(work.seconds) FROM work"
            " JOIN session ON session.id = work.session WHERE exercise = ? AND kind = 'hold' AND done > 0"
            " GROUP BY period ORDER BY period"
        )
        rows = (
            (date.fromisoformat(day), seconds)
            for day, seconds in database.execute(query, (exercise,))
        )
        held = {period: seconds for period, seconds in rows if period in shown}
        if held:
            found[exercise] = held
    return found


def _glasses(database: sqlite3.Connection, today: date) -> int:
    query = "SELECT count(*) FROM water WHERE day BETWEEN ? AND ?"
    (number,) = database.execute(query, (str(today - timedelta(days=6)), str(today))).fetchone()
    return int(number)


def _period(*, monthly: bool) -> str:
    """Return SQL for the first day of a session's period: its month or its week.

    A week begins on Monday.
    """
    return "date(day, 'start of month')" if monthly else "date(day, '-6 days', 'weekday 1')"


def _begin(day: date, *, monthly: bool) -> date:
    return day.replace(day=1) if monthly else day - timedelta(days=day.weekday())


def _periods(first: date, last: date, *, monthly: bool) -> Iterator[date]:
    period = _begin(first, monthly=monthly)
    while period <= last:
        yield period
        period = (
            _begin(period + timedelta(days=31), monthly=True)
            if monthly
            else period + timedelta(weeks=1)
        )
