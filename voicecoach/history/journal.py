"""Write down what was done, as it happens.

Each entry is on the disk once its method returns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

OPEN, DONE, STOPPED, DROPPED, ALARM = "open", "done", "stopped", "dropped", "red flag"
"""Outcomes of a session.

A session that a power failure broke off stays OPEN for ever; a DROPPED one is not to be resumed.
"""

_WORK = ("exercise", "muscles", "kind", "side", "set_number", "level", "planned", "done", "seconds")


def in_utc(moment: datetime) -> str:
    """Format a moment in UTC as the journal stores it, comparable as a text.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def zone(moment: datetime) -> int:
    """Return the offset from UTC in seconds."""
    offset = moment.utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


class Journal:
    """Write into `database`: one session at a time, and water at any time."""

    def __init__(self, database: sqlite3.Connection):
        self._database = database
        self._session: int | None = None
        self._work: int | None = None
        self._key: tuple[object, ...] = ()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write everything within the block in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:  # a full disk may have ended it
                self._database.execute("ROLLBACK")
            raise

    # --- sessions --------------------------------------------------------------------------------

    def begin(self, began: datetime, routine: str) -> None:
        """Begin a session of `routine` at `began` (with its time zone).

        The session belongs to that day, even if it lasts beyond midnight.
        """
        self._end_work()
        while self._database.execute(
            "SELECT 1 FROM session WHERE began = ?", (in_utc(began),)
        ).fetchone():
            began += timedelta(microseconds=1)  # a clock that was put back
        row = (in_utc(began), zone(began), began.date().isoformat(), routine)
        cursor = self._database.execute(
            "INSERT INTO session (began, zone, day, routine) VALUES (?, ?, ?, ?)", row
        )
        self._session = cursor.lastrowid

    def go_on(self) -> float | None:
        """Resume the last session and return its seconds so far; None if there is none."""
        self._end_work()
        row = self._database.execute(
            "SELECT id, seconds FROM session ORDER BY began DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        self._session = int(row[0])
        self._set("outcome", OPEN)
        return float(row[1])

    def passed(self, seconds: float, step: int) -> None:
        """Record that the session has lasted `seconds` and has reached a step of its plan."""
        self._database.execute(
            "UPDATE session SET seconds = ?, step = ? WHERE id = ?",
            (round(seconds, 1), step, self._session),
        )

    def plan(self, text: str) -> None:
        """Replace the session's plan."""
        self._set("plan", text)

    def end(self, outcome: str) -> None:
        """End the session, unless it has ended: DONE, STOPPED or ALARM."""
        self._end_work()
        self._database.execute(
            "UPDATE session SET outcome = ? WHERE id = ? AND outcome = ?",
            (outcome, self._session, OPEN),
        )

    def drop(self) -> None:
        """Mark the last session as not to be resumed."""
        self._database.execute(
            "UPDATE session SET outcome = ? WHERE began = (SELECT max(began) FROM session)",
            (DROPPED,),
        )

    @property
    def in_session(self) -> bool:
        """Return True if a session has begun."""
        return self._session is not None

    # --- what is done in a session ---------------------------------------------------------------

    def work(self, at: float, work: Mapping[str, object]) -> None:
        """Record how much of a step has been done, as the session notes it in `work`.

        A repeated record of a step may raise the amount, and never lowers it.
        """
        key = (work["block"], work["exercise"], work["side"], work["set"])
        values = [work["set"] if name == "set_number" else work[name] for name in _WORK]
        if self._work is None or key != self._key:
            self._end_work()
            self._key = key
            marks = ", ".join("?" * (len(_WORK) + 3))
            cursor = self._database.execute(
                f"INSERT INTO work (session, at, outcome, {', '.join(_WORK)}) VALUES ({marks})",
                [self._session, round(at, 1), _outcome(work), *values],
            )
            self._work = cursor.lastrowid
            return
        self._database.execute(
            "UPDATE work SET level = ?, planned = ?, done = max(done, ?), seconds = max(seconds, ?),"
            " outcome = CASE WHEN max(done, ?) >= ? THEN 'done' ELSE 'partly' END WHERE id = ?",
            [
                work["level"],
                work["planned"],
                work["done"],
                work["seconds"],
                work["done"],
                work["planned"],
                self._work,
            ],
        )

    def step_done(self) -> None:
        """Finish the step: the next record like it belongs to another step."""
        self._end_work()

    def left_out(self, at: float, work: Mapping[str, object], reason: str) -> None:
        """Record a step that was left out, wholly or in part."""
        self.work(at, work)
        self._database.execute("UPDATE work SET reason = ? WHERE id = ?", (reason, self._work))
        self._end_work()

    def pain(
        self, at: float, moment: str, rating: int | None, place: str | None, exercise: str | None
    ) -> None:
        """Record pain "before", "during" or "after", from 0 to 10 if a number was said."""
        self._database.execute(
            "INSERT INTO pain (session, at, moment, rating, place, exercise) VALUES (?, ?, ?, ?, ?, ?)",
            (self._session, round(at, 1), moment, rating, place, exercise),
        )

    # --- water -----------------------------------------------------------------------------------

    def water(self, at: datetime) -> None:
        """Record a glass of water."""
        row = (in_utc(at), zone(at), at.date().isoformat())
        self._database.execute("INSERT OR IGNORE INTO water (at, zone, day) VALUES (?, ?, ?)", row)

    # --- reminders -------------------------------------------------------------------------------

    def remind(self, at: str) -> None:
        """Add a daily reminder of the exercises at `at` ("08:00")."""
        self._database.execute("INSERT OR IGNORE INTO reminder (at) VALUES (?)", (at,))

    def remind_no_more(self, settings: Iterable[str]) -> None:
        """Forget all reminders, and decline those of the `settings`."""
        self._database.execute("DELETE FROM reminder")
        self.decline(settings)

    def decline(self, settings: Iterable[str]) -> None:
        """Replace the list of declined settings reminders."""
        self._database.execute("DELETE FROM declined")
        self._database.executemany(
            "INSERT OR IGNORE INTO declined (at) VALUES (?)", [(at,) for at in settings]
        )

    # --- inside ----------------------------------------------------------------------------------

    def _end_work(self) -> None:
        self._work, self._key = None, ()

    def _set(self, column: str, value: object) -> None:
        self._database.execute(
            f"UPDATE session SET {column} = ? WHERE id = ?", (value, self._session)
        )


def _outcome(work: Mapping[str, object]) -> str:
    done, planned = int(str(work["done"])), int(str(work["planned"]))
    return "done" if done >= planned else "partly" if done else "left out"
