"""Fill a journal with sessions on many days, for the reports."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from tests.support.journal_builder import NOON
from voicecoach.history.journal import Journal
from voicecoach.history.texts import load_texts

TODAY = NOON.date()
ENGLISH, GERMAN = load_texts(), load_texts("de")


def work(exercise: str, muscles: str, seconds: float, kind: str = "hold") -> dict[str, object]:
    return {
        "exercise": exercise,
        "muscles": muscles,
        "kind": kind,
        "side": None,
        "set": 1,
        "block": 1,
        "level": "usual",
        "planned": 30,
        "done": 30,
        "seconds": seconds,
    }


def fill(database: sqlite3.Connection, days_ago: list[int]) -> None:
    """A session on each of the days, with less pain and longer holds each time."""
    journal = Journal(database)
    with journal.together():
        for number, ago in enumerate(sorted(days_ago, reverse=True)):
            journal.begin(NOON - timedelta(days=ago), "leg routine")
            journal.pain(0.0, "before", max(0, 6 - number % 7), None, None)
            journal.work(10.0, work("straight-knee-calf-stretch", "calves", 20.0 + number % 20))
            journal.work(60.0, work("walk", "warm-up", 60.0, "timed"))
            journal.passed(600.0, 9)
            journal.pain(590.0, "after", max(0, 5 - number % 7), None, None)
            journal.end("done")
            journal.water(NOON - timedelta(days=ago))
