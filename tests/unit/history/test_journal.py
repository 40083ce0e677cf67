"""The journal: what was done is written down as it happens, and nothing of it is lost."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.journal_builder import NOON, Clock, all_rows, lead
from voicecoach.app.builders import silent_coach
from voicecoach.app.components import App
from voicecoach.app.typed import run_fast
from voicecoach.history.database import MIGRATIONS, open_database, open_or_set_aside
from voicecoach.history.journal_access import open_journal

QUICK = ("start quick routine", "+3 next", "+3 next", "+20 ready")
"""To the beginning of the first stretch of the quick routine, where the walk was left out."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


# --- what is written down -----------------------------------------------------------------------


def test_a_hold_that_is_broken_off_is_written_with_what_was_done_of_it(
    app: App, file: Path
) -> None:
    lead(app, file, Clock(), *QUICK, "+8 stop")
    (session,) = all_rows(file, "session")
    assert (session["routine"], session["outcome"], session["day"]) == (
        "quick routine",
        "stopped",
        "2026-03-10",
    )
    walk, hold = all_rows(file, "work")
    assert (walk["exercise"], walk["outcome"], walk["done"], walk["reason"]) == (
        "walk",
        "left out",
        0,
        "asked for",
    )
    assert (hold["side"], hold["kind"], hold["planned"], hold["outcome"]) == (
        "left",
        "hold",
        15,
        "partly",
    )
    assert hold["done"] == pytest.approx(7, abs=1)


def test_a_whole_routine_is_written_step_by_step(app: App, file: Path) -> None:
    lead(app, file, Clock(), "start quick routine", "+5 two", "+440 four")
    (session,) = all_rows(file, "session")
    assert session["outcome"] == "done"
    assert float(str(session["seconds"])) > 180
    work = all_rows(file, "work")
    assert [row["side"] for row in work] == [None, *("left", "right") * 3]
    assert all(row["outcome"] == "done" and row["done"] == row["planned"] for row in work)
    assert all(row["level"] == "usual" for row in work)
    assert [(row["moment"], row["rating"]) for row in all_rows(file, "pain")] == [
        ("before", 2),
        ("after", 4),
    ]


def test_repetitions_are_counted_whole(app: App, file: Path) -> None:
    lead(
        app, file, Clock(), "start strength routine", "+3 next", "+3 next", "+40 ready", "+12 stop"
    )
    last = all_rows(file, "work")[-1]
    assert last["kind"] == "repetitions"
    assert 0 < int(str(last["done"])) < int(str(last["planned"]))


def test_a_pause_is_no_time_of_the_session(app: App, file: Path) -> None:
    lead(app, file, Clock(), *QUICK, "+2 pause", "+600 resume", "+5 stop")
    (session,) = all_rows(file, "session")
    assert float(str(session["seconds"])) < 60


def test_a_hold_that_is_taken_up_again_is_one_hold(app: App, file: Path) -> None:
    lead(app, file, Clock(), *QUICK, "+6 pause", "+5 resume", "+20 stop")
    holds = [row for row in all_rows(file, "work") if row["kind"] == "hold"]
    assert [row["outcome"] for row in holds if row["side"] == "left"] == ["done"]


def test_what_hurts_is_written_with_its_place_and_what_was_left_out_for_it(
    app: App, file: Path
) -> None:
    lead(app, file, Clock(), *QUICK, "+4 my calf hurts", "+5 seven", "+12 yes", "+5 stop")
    (pain,) = all_rows(file, "pain")
    assert (pain["moment"], pain["rating"], pain["place"]) == ("during", 7, "calf")
    left_out = [row for row in all_rows(file, "work") if row["reason"] == "pain"]
    assert [row["exercise"] for row in left_out] == [pain["exercise"]]


def test_a_red_flag_is_how_the_session_ended(app: App, file: Path) -> None:
    lead(app, file, Clock(), *QUICK, "+4 my chest hurts", "+5 stop")
    assert [row["outcome"] for row in all_rows(file, "session")] == ["red flag"]


def test_at_midnight_a_session_stays_on_the_day_it_began(app: App, file: Path) -> None:
    clock = Clock(NOON.replace(hour=23, minute=59, second=58))
    lead(app, file, clock, *QUICK, "+20 stop")
    assert [row["day"] for row in all_rows(file, "session")] == ["2026-03-10"]


def test_a_clock_that_jumps_in_mid_session_changes_nothing_in_it(app: App, file: Path) -> None:
    class Jumping(Clock):
        def __call__(self) -> datetime:
            self.pass_on(hours=-7)
            return self.now

    lead(app, file, Jumping(), *QUICK, "+20 stop")
    (session,) = all_rows(file, "session")
    assert 15 < float(str(session["seconds"])) < 90
    assert all(0 <= float(str(row["at"])) < 90 for row in all_rows(file, "work"))


def test_two_sessions_at_the_same_moment_of_a_clock_that_stands_still_are_two(
    app: App, file: Path
) -> None:
    lead(app, file, Clock(), "start quick routine", "+4 stop", "+2 start leg routine", "+4 stop")
    assert [row["routine"] for row in all_rows(file, "session")] == ["quick routine", "leg routine"]


def test_who_wants_no_journal_gets_none(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicecoach.app.components.journal_file", lambda: tmp_path / "journal.db")
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"journal": False}))
    with app.journal_access(Clock()) as journal_access:
        assert journal_access.past is None
    assert not list(tmp_path.iterdir())


# --- the file -----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_only_its_owner_can_read_it(file: Path) -> None:
    database = open_database(file)
    database.execute("INSERT INTO water (at, zone, day) VALUES ('x', 0, 'y')")
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    for one in file.parent.iterdir():
        assert stat.S_IMODE(one.stat().st_mode) == 0o600, one
    database.close()


def test_what_is_no_database_is_set_aside_and_coaching_goes_on(
    app: App, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file.parent.mkdir()
    file.write_bytes(b"holiday pictures" * 400)
    lead(app, file, Clock(), *QUICK, "+5 stop")
    assert file.with_name("journal.db.damaged").read_bytes() == b"holiday pictures" * 400
    assert [row["routine"] for row in all_rows(file, "session")] == ["quick routine"]
    assert "is damaged: it is now journal.db.damaged, and the history begins anew" in caplog.text


def test_a_page_that_was_overwritten_is_noticed(file: Path) -> None:
    database = open_database(file)
    for number in range(2000):
        database.execute(
            "INSERT INTO water (at, zone, day) VALUES (?, 0, 'y')", (f"glass {number}",)
        )
    database.close()
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = random.Random(0).randbytes(4096)
    file.write_bytes(raw)
    fresh = open_or_set_aside(file)
    assert fresh is not None
    assert fresh.execute("SELECT count(*) FROM water").fetchone() == (0,)
    fresh.close()
    assert file.with_name("journal.db.damaged").read_bytes() == bytes(raw)


def test_one_from_a_newer_version_is_set_aside_as_it_is(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_database(file).close()
    newer = sqlite3.connect(file)
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.execute("CREATE TABLE dreams (id)")
    newer.close()
    fresh = open_or_set_aside(file)
    assert fresh is not None
    fresh.close()
    kept = sqlite3.connect(file.with_name("journal.db.newer"))
    assert kept.execute("SELECT count(*) FROM dreams").fetchone() == (0,)
    kept.close()
    assert "was written by a newer version of voicecoach" in caplog.text


def test_a_second_damaged_one_does_not_take_the_place_of_the_first(file: Path) -> None:
    file.parent.mkdir()
    for content in (b"one" * 1000, b"two" * 1000):
        file.write_bytes(content)
        database = open_or_set_aside(file)
        assert database is not None
        database.close()
        file.unlink()
    names = sorted(one.name for one in file.parent.glob("journal.db.damaged*"))
    assert names == ["journal.db.damaged", "journal.db.damaged1"]


def test_every_version_is_brought_up_to_the_present_one(tmp_path: Path) -> None:
    for version in range(len(MIGRATIONS) + 1):
        path = tmp_path / f"{version}.db"
        old = sqlite3.connect(path)
        for script in MIGRATIONS[:version]:
            old.executescript(script)
        old.execute(f"PRAGMA user_version = {version}")
        old.close()
        database = open_database(path)
        assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        database.close()


def test_where_nothing_can_be_written_coaching_goes_on(
    app: App, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    said = lead(app, tmp_path / "data" / "journal.db", Clock(), *QUICK, "+5 stop")
    assert len(said) > 3
    assert "nothing is remembered from this session" in caplog.text


def test_a_disk_that_fills_up_is_told_once(
    app: App, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    open_database(file).close()
    with open_journal(file, Clock()) as journal_access:
        full = sqlite3.connect(file)
        full.execute("DROP TABLE work")  # what cannot be written any more
        full.close()
        run_fast(silent_coach(app, 8_000, journal_access), [*QUICK, "+20 next"])
    assert caplog.text.count("the journal cannot be written") == 1


def test_a_second_coach_says_so_and_writes_nothing(app: App, file: Path) -> None:
    with open_journal(file, Clock()):
        said = lead(app, file, Clock(), f"+15 {QUICK[0]}", *QUICK[1:], "+5 stop")
    assert any("Another coach is running" in text for text in said)
    assert all_rows(file, "session") == []
    assert not any("Another coach" in text for text in lead(app, file, Clock(), "+15 goodbye"))


# --- killed at any moment -----------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from tests.support.journal_builder import Clock
from voicecoach.app.components import App
from voicecoach.app.builders import silent_coach
from voicecoach.history.database import open_database
from voicecoach.history.journal import Journal
from voicecoach.history.journal_writer import JournalWriter
from voicecoach.app.typed import hear_typed
writer = JournalWriter(Journal(open_database(Path(sys.argv[1]))))
coach = silent_coach(App(), 8_000)
clock = Clock()
coach.listeners.append(lambda entry: writer.write([(entry, clock())]))
coach.begin()
hear_typed(coach, "start leg routine")
hear_typed(coach, "two")
silence = np.zeros(320, dtype=np.float32)
while coach.session.in_routine:
    coach.process_block(silence)
    print(f"{coach.now:.2f}", flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_it_loses_the_running_second_at_most(file: Path, seed: int) -> None:
    """What was written when the coach's clock had reached a second is there, and the database is
    intact."""
    moments = random.Random(seed)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(file), str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    until, reached = moments.uniform(5, 400), 0.0
    for line in child.stdout:
        reached = float(line)
        if reached > until:
            break
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()
    child.wait()
    database = open_database(file)  # which checks it
    (seconds, began) = database.execute("SELECT seconds, outcome FROM session").fetchone()
    assert began == "open"
    assert seconds > reached - 2 - 5, (
        "the greeting and the question before the routine are not counted"
    )
    (work,) = database.execute("SELECT max(at + seconds) FROM work").fetchone()
    assert work is not None or until < 60
    assert seconds <= float(rest[-1] if rest else reached) + 1
    database.close()
