"""Share a journal of some weeks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.journal_days import TODAY, fill
from voicecoach.history.database import open_database
from voicecoach.history.report import Report, report


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    found = open_database(tmp_path / "journal.db")
    yield found
    found.close()


@pytest.fixture
def some_weeks(database: sqlite3.Connection) -> Report:
    fill(database, [0, 1, 2, 6, 9, 20])
    return report(database, TODAY)
