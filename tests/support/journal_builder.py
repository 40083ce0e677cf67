"""What the tests of the journal share: a clock that is set, and sessions that are written down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

from voicecoach.app.builders import coach_of
from voicecoach.app.components import App
from voicecoach.app.typed import run_fast
from voicecoach.audio.echo.control import NoMicrophone
from voicecoach.engine.hearing import Hearing, NullListener
from voicecoach.history.journal_access import open_journal
from voicecoach.playback.clip_source import SilentSource

RATE = 8_000
ZONE = timezone(timedelta(hours=1))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=ZONE)


class Clock:
    """The clock on the wall, put where it is wanted."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_on(self, **time: float) -> None:
        self.now += timedelta(**time)


def lead(app: App, path: Path, clock: Clock, *lines: str) -> list[str]:
    """A typed session that is written to `path`; what the coach said."""
    said: list[str] = []
    with open_journal(path, clock) as journal_access:
        # Nothing is known of the exercises, whatever other tests did: a new stretch is asked about.
        coach = coach_of(
            app,
            RATE,
            SilentSource(RATE),
            Hearing(NullListener(), NoMicrophone()),
            journal_access,
            remembers=False,
        )
        coach.listeners.append(
            lambda entry: said.append(str(entry.data["text"])) if entry.kind == "said" else None
        )
        run_fast(coach, lines)
    return said


def all_rows(path: Path, table: str) -> list[dict[str, object]]:
    """A whole table, in the order of its writing."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY rowid")]
