"""What the tests of the journal share: a clock that is set, and sessions that are written down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from voicecoach.app import App
from voicecoach.history.logbook import open_logbook
from voicecoach.typed import run_fast

ZONE = timezone(timedelta(hours=1))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=ZONE)


class Clock:
    """The clock on the wall, put where it is wanted."""

    def __init__(self, now: datetime = NOON):
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_on(self, **time: float) -> None:
        self.now += timedelta(**time)


def lead(app: App, path: Path, clock: Clock, *lines: str) -> list[str]:
    """A typed session that is written to `path`; what the coach said."""
    said: list[str] = []
    with open_logbook(path, clock) as logbook:
        coach = app.silent_coach(8_000, logbook)
        coach.watchers.append(lambda entry: said.append(str(entry.data["text"])) if entry.kind == "said" else None)
        run_fast(coach, lines)
    return said


@contextmanager
def rows(path: Path, query: str) -> Iterator[list[sqlite3.Row]]:
    """What a query finds in the journal at `path`."""
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    try:
        yield database.execute(query).fetchall()
    finally:
        database.close()


def all_rows(path: Path, table: str) -> list[dict[str, object]]:
    """A whole table, in the order of its writing."""
    with rows(path, f"SELECT * FROM {table} ORDER BY rowid") as found:
        return [dict(row) for row in found]


__all__ = ["NOON", "UTC", "ZONE", "Clock", "all_rows", "lead"]
