"""Open the journal's file: SQLite, readable only by its owner.

An older file is migrated to the present version; an unusable one is set aside.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from voicecoach.core.errors import VoicecoachError

_LOG = logging.getLogger(__name__)

MIGRATIONS = (
    """
    CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        began TEXT NOT NULL UNIQUE,
        zone INTEGER NOT NULL,
        day TEXT NOT NULL,
        routine TEXT NOT NULL,
        seconds REAL NOT NULL DEFAULT 0,
        outcome TEXT NOT NULL DEFAULT 'open',
        plan TEXT NOT NULL DEFAULT '',
        step INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX session_day ON session (day);
    CREATE TABLE work (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        at REAL NOT NULL,
        exercise TEXT NOT NULL,
        muscles TEXT NOT NULL,
        kind TEXT NOT NULL,
        side TEXT,
        set_number INTEGER NOT NULL,
        level TEXT NOT NULL,
        planned INTEGER NOT NULL,
        done INTEGER NOT NULL,
        seconds REAL NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT
    );
    CREATE INDEX work_session ON work (session);
    CREATE INDEX work_exercise ON work (exercise);
    CREATE TABLE pain (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        at REAL NOT NULL,
        moment TEXT NOT NULL,
        rating INTEGER,
        place TEXT,
        exercise TEXT
    );
    CREATE INDEX pain_session ON pain (session);
    CREATE TABLE water (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL UNIQUE,
        zone INTEGER NOT NULL,
        day TEXT NOT NULL
    );
    CREATE INDEX water_day ON water (day);
    CREATE TABLE reminder (at TEXT PRIMARY KEY);
    """,
    "CREATE TABLE declined (at TEXT PRIMARY KEY);",
)
"""Scripts that bring a database from one version to the next.

The number of scripts that have been run is its version (`PRAGMA user_version`). Times (`began`,
water's `at`) are ISO 8601 in UTC, `zone` is the offset from that there and then in seconds, `day`
the date; the `at` of work and pain are seconds since the session began, without pauses, those of
`reminder` times of the day, and of `declined` the times of the settings that the user wants no
more.
"""

BUSY_TIMEOUT_S = 5.0
"""Time to wait for another process that is writing (`voicecoach forget` while a coach runs)."""

_BESIDE = ("", "-wal", "-shm")


class UnusableError(VoicecoachError):
    """Report a file that this version cannot use.

    `aside` is the suffix of its new name.
    """

    def __init__(self, sentence: str, aside: str):
        super().__init__(sentence)
        self.aside = aside


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database at `path`; create or migrate it if needed.

    Raises:
        UnusableError: The file is damaged or from a newer version. Nothing has been changed.
        VoicecoachError: The file cannot be opened at all.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if os.name == "posix":
            path.chmod(0o600)  # one that was copied back, or restored
        return _prepared(path)
    except sqlite3.OperationalError as error:
        raise VoicecoachError(f"{path} cannot be used: {error}") from error
    except sqlite3.DatabaseError as error:
        raise UnusableError(f"{path} is damaged", "damaged") from error
    except OSError as error:
        raise VoicecoachError(f"{path} cannot be used: {error.strerror}") from error


def _prepared(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise UnusableError(f"{path} was written by a newer version of voicecoach", "newer")
        if version and database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise UnusableError(f"{path} is damaged", "damaged")
        # A commit is on the disk when it is done, also where the power fails (FULL); what was
        # forgotten is gone.
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            database.execute(f"PRAGMA {setting}")
        _migrate(database, version)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection, version: int) -> None:
    """Run each step in one transaction with the version number that it leads to."""
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        database.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the journal at `path`, and close it when the block ends.

    Raises:
        VoicecoachError: The file cannot be used, or was not written by a coach. It is left
            unchanged.
    """
    try:
        database = open_database(path)
    except UnusableError as error:
        raise VoicecoachError(
            f"{error}; it will be set aside when you next run the coach"
        ) from error
    with closing(database):
        try:
            yield database
        except (sqlite3.Error, ValueError) as error:
            raise VoicecoachError(f"{path} cannot be used: {error}") from error


def open_or_set_aside(path: Path) -> sqlite3.Connection | None:
    """Open the database at `path`; set an unusable file aside and begin a new one.

    Returns None if neither is possible. A warning reports what happened.
    """
    for _attempt in range(2):
        try:
            return open_database(path)
        except UnusableError as error:
            if not _set_aside(path, error):
                return None
        except VoicecoachError as error:
            _LOG.warning("%s; nothing is written down of this session", error)
            return None
    return None


def _set_aside(path: Path, error: UnusableError) -> bool:
    names = (path.with_name(f"{path.name}.{error.aside}{number or ''}") for number in count())
    aside = next(name for name in names if not name.exists())
    try:
        for suffix in _BESIDE[::-1]:
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    except OSError as failure:
        _LOG.warning(
            "%s, and stays as it is (%s); nothing is written down of this session",
            error,
            failure.strerror,
        )
        return False
    _LOG.warning("%s: it is now %s, and the history begins anew", error, aside.name)
    return True
