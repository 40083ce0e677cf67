"""The history in figures, and in the terminal."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta

import pytest

from tests.support.journal_days import ENGLISH, TODAY, fill
from voicecoach.history import text_report as terminal
from voicecoach.history.html_report import page
from voicecoach.history.report import Report, report


def test_the_figures_are_those_of_the_journal(some_weeks: Report) -> None:
    assert sorted(some_weeks.minutes) == [
        TODAY - timedelta(days=ago) for ago in (20, 9, 6, 2, 1, 0)
    ]
    assert sum(some_weeks.minutes.values()) == pytest.approx(60)
    assert (some_weeks.streak, some_weeks.this_week, some_weeks.glasses) == (3, 4, 4)
    assert not some_weeks.monthly
    assert some_weeks.by_muscles["warm-up"] == pytest.approx(6)
    assert list(some_weeks.holds) == ["straight-knee-calf-stretch"]


def test_weeks_begin_on_monday_and_none_is_left_out(some_weeks: Report) -> None:
    assert all(period.weekday() == 0 for period in some_weeks.periods)
    assert some_weeks.periods == (
        date(2026, 2, 16),
        date(2026, 2, 23),
        date(2026, 3, 2),
        date(2026, 3, 9),
    )
    assert set(some_weeks.pain) <= set(some_weeks.periods)
    assert sum(some_weeks.by_period.values()) == pytest.approx(60)


def test_of_a_long_history_months_are_shown(database: sqlite3.Connection) -> None:
    fill(database, list(range(0, 400, 3)))
    found = report(database, TODAY)
    assert found.monthly
    assert all(period.day == 1 for period in found.periods)
    assert len(found.periods) == 14
    assert set(found.pain) == set(found.periods)


@pytest.mark.parametrize("day", ["1970-01-01", "2199-01-01"])
def test_days_of_a_clock_that_was_wrong_are_left_out(
    database: sqlite3.Connection, day: str
) -> None:
    fill(database, [0, 3, 9])
    database.execute("UPDATE session SET day = ? WHERE id = 2", (day,))
    found = report(database, TODAY)
    assert [TODAY - one for one in found.minutes] == [timedelta(days=9), timedelta(0)]
    assert len(found.periods) == 3
    assert page(found, ENGLISH)
    database.execute("UPDATE session SET day = ?", (day,))
    assert "No session yet" in page(report(database, TODAY), ENGLISH)


def test_a_session_of_tomorrow_was_one_where_the_user_was(database: sqlite3.Connection) -> None:
    fill(database, [-1])
    assert page(report(database, TODAY), ENGLISH).count("<figure") == 4


# --- the terminal -------------------------------------------------------------------------------


def test_the_calendar_marks_the_days_with_a_session(some_weeks: Report) -> None:
    text = "\n".join(terminal.lines(some_weeks, ENGLISH))
    march = text[text.index("March 2026") :].split("\n\n")[0].splitlines()
    assert march[1] == "Mo Tu We Th Fr Sa Su"
    assert march[-1] == "## ##", "the tenth is a Tuesday, and tomorrow is not shown"
    assert "6 days with a session, 60 minutes in all." in text
    assert "4 days in the last seven; 3 days in a row." in text
    assert text.isascii()


def test_without_a_session_it_says_what_to_say() -> None:
    assert "start leg routine" in " ".join(terminal.lines(Report(TODAY), ENGLISH))
