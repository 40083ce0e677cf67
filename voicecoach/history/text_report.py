"""Print the history in the terminal: a calendar, the streak and the trend.

The characters are plain, so that a screen reader can read them aloud.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

from voicecoach.history.report import Report
from voicecoach.history.texts import Texts

MONTHS = 3
"""Months that the calendar shows: this one and those before."""

PERIODS = 12
"""Weeks (or months) of the trend."""

DONE, OPEN = "##", " ."


def lines(report: Report, texts: Texts) -> Iterator[str]:
    """Return the whole report, line by line."""
    if not report.minutes:
        yield texts("no_session", say=texts("say"))
        return
    yield from _calendar(report, texts)
    yield ""
    yield from _sentences(report, texts)
    yield ""
    yield from _trend(report, texts)


def _calendar(report: Report, texts: Texts) -> Iterator[str]:
    yield texts("terminal.legend", done=DONE, open=OPEN.strip())
    for month in _months(report.today):
        yield ""
        yield texts.month(month)
        yield " ".join(texts.weekday(number)[:2] for number in range(7))
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


def _sentences(report: Report, texts: Texts) -> Iterator[str]:
    days, minutes = (
        texts.counted("day", len(report.minutes)),
        texts.number(sum(report.minutes.values())),
    )
    week, streak = texts.counted("day", report.this_week), texts.counted("day", report.streak)
    yield texts("terminal.sessions", days=days, minutes=minutes)
    yield texts("terminal.streak", week=week, streak=streak)
    if report.glasses:
        yield texts("terminal.water", glasses=texts.counted("glass", report.glasses))


def _trend(report: Report, texts: Texts) -> Iterator[str]:
    heads = [
        texts(f"terminal.{key}")
        for key in ("month" if report.monthly else "week", "minutes", "before", "after")
    ]
    rows = [heads]
    for period in report.periods[-PERIODS:]:
        pain = report.pain.get(period)
        before, after = (pain.before, pain.after) if pain else (None, None)
        name = texts.month(period) if report.monthly else texts.day(period)
        minutes = texts.number(report.by_period.get(period, 0.0))
        rows.append([name, minutes, texts.number(before, 1) or "-", texts.number(after, 1) or "-"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    for first, *rest in rows:
        figures = (f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((f"{first:<{widths[0]}}", *figures))
