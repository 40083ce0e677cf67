"""The history in the terminal: a calendar, the streak and the trend, in plain characters that can be read aloud."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from voicecoach.history.report import Report

MONTHS = 3
"""Months that the calendar shows: this one and those before."""

PERIODS = 12
"""Weeks (or months) of the trend."""

DONE, OPEN = "##", " ."


def lines(report: Report) -> Iterator[str]:
    """The whole picture, line by line."""
    if not report.minutes:
        yield 'No session yet. Say "start leg routine", and this page fills by itself.'
        return
    yield from _calendar(report)
    yield ""
    yield from _sentences(report)
    yield from _trend(report)


def _calendar(report: Report) -> Iterator[str]:
    yield f"Days with a session are {DONE}, those without {OPEN.strip()}"
    for month in _months(report.today):
        yield ""
        yield f"{calendar.month_name[month.month]} {month.year}"
        yield " ".join(name[:2] for name in calendar.day_abbr)
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month):
            shown = [_day(day, report) if day.month == month.month else "  " for day in week]
            if any(day.strip() for day in shown):
                yield " ".join(shown).rstrip()


def _months(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    return months


def _day(day: date, report: Report) -> str:
    if day > report.today:
        return "  "
    return DONE if day in report.minutes else OPEN


def _sentences(report: Report) -> Iterator[str]:
    days = len(report.minutes)
    yield f"{_counted(days, 'day')} with a session, {sum(report.minutes.values()):.0f} minutes in all."
    yield f"{_counted(report.this_week, 'day')} in the last seven; {_counted(report.streak, 'day')} in a row."
    if report.glasses:
        yield f"{_counted(report.glasses, 'glass', 'glasses')} of water in the last seven days."


def _trend(report: Report) -> Iterator[str]:
    what = "month" if report.monthly else "week"
    yield ""
    yield f"{'The ' + what + ' of':<14} minutes  pain before  after"
    for period in report.periods[-PERIODS:]:
        pain = report.pain.get(period)
        before, after = (pain.before, pain.after) if pain else (None, None)
        minutes = report.by_period.get(period, 0.0)
        yield f"{period.isoformat():<14} {minutes:>7.0f}  {_rating(before):>11}  {_rating(after):>5}"


def _rating(rating: float | None) -> str:
    return "-" if rating is None else f"{rating:.1f}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
