"""The benchmark of the history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import history as benchmark
from voicecoach.history.database import opened
from voicecoach.history.report import report


def test_the_benchmark_has_a_session_on_each_day(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    benchmark.fill(path, 20, seed=0)
    with opened(path) as database:
        found = report(database, benchmark.NOW.date() - timedelta(days=1))
    assert (len(found.minutes), found.streak, found.glasses) == (20, 20, 7)
    assert sum(found.minutes.values()) > 20
