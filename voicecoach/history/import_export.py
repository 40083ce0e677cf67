"""Export, import and forget the contents of the journal's database."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from voicecoach.content.yaml_schema import explain
from voicecoach.core.errors import VoicecoachError
from voicecoach.history.database import opened
from voicecoach.history.export_schema import Export, PainRecord, SessionRecord, WorkRecord
from voicecoach.history.journal import in_utc, zone

LARGEST = 200_000_000
"""Bytes that a file to be imported may have: a hundred years of daily sessions."""

_WORK = tuple(WorkRecord.model_fields)
_PAIN = tuple(PainRecord.model_fields)
_SESSION = ("began", "routine", "seconds", "outcome", "step", "plan")
COLUMNS = ("record", *dict.fromkeys((*_SESSION, *_WORK, *_PAIN)))
"""Columns of the CSV.

There is a line a session, then one for each of its exercises and pains (`record` tells which); then
come water and reminders.
"""


def read_journal(path: Path) -> Export:
    """Read everything in the journal at `path`; nothing if there is no file.

    Raises:
        VoicecoachError: The journal cannot be read.
    """
    if not path.exists():
        return Export()
    with opened(path) as database:
        sessions = tuple(_sessions(database))
        water = tuple(
            _local(at, offset)
            for at, offset in database.execute("SELECT at, zone FROM water ORDER BY at")
        )
        reminders = tuple(at for (at,) in database.execute("SELECT at FROM reminder ORDER BY at"))
    return Export(sessions=sessions, water=water, reminders=reminders)


def _local(at: str, offset: int) -> datetime:
    return datetime.fromisoformat(at).astimezone(timezone(timedelta(seconds=offset)))


def _sessions(database: sqlite3.Connection) -> Iterator[SessionRecord]:
    work = _grouped(database, "work", _WORK, WorkRecord)
    pain = _grouped(database, "pain", _PAIN, PainRecord)
    query = (
        "SELECT id, began, zone, routine, seconds, outcome, step, plan FROM session ORDER BY began"
    )
    for number, began, offset, routine, seconds, outcome, step, plan in database.execute(query):
        yield SessionRecord.model_construct(
            began=_local(began, offset),
            routine=routine,
            seconds=seconds,
            outcome=outcome,
            step=step,
            plan=plan,
            work=tuple(work.get(number, ())),
            pain=tuple(pain.get(number, ())),
        )


def _grouped(
    database: sqlite3.Connection, table: str, columns: tuple[str, ...], model: type[Any]
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for number, *values in database.execute(
        f"SELECT session, {', '.join(columns)} FROM {table} ORDER BY id"
    ):
        found.setdefault(number, []).append(
            model.model_construct(**dict(zip(columns, values, strict=True)))
        )
    return found


# --- as files -----------------------------------------------------------------------------------


def as_json(export: Export) -> str:
    """Return the records as JSON, which programs can import again."""
    return export.model_dump_json(indent=1) + "\n"


def as_csv(export: Export) -> str:
    """Return the records as CSV for spreadsheets."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for session in export.sessions:
        row = session.model_dump(mode="json", include=set(_SESSION))
        writer.writerow({"record": "session", **row})
        for record, entries in (("work", session.work), ("pain", session.pain)):
            for entry in entries:
                writer.writerow(
                    {"record": record, "began": row["began"], **entry.model_dump(mode="json")}
                )
    for at in export.water:
        writer.writerow({"record": "water", "began": at.isoformat()})
    for time in export.reminders:
        writer.writerow({"record": "reminder", "began": time})
    return file.getvalue()


def read_file(path: Path) -> Export:
    """Read an exported file, JSON or CSV by its content.

    Raises:
        VoicecoachError: The file is wrong; the message names the place and the mistake.
    """
    if path.stat().st_size > LARGEST:
        raise VoicecoachError(
            f"{path} is larger than any journal; name a file that voicecoach export has written"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise VoicecoachError(
            f"{path} is no text; name a file that voicecoach export has written"
        ) from error
    data = _from_json(path, text) if text.lstrip().startswith("{") else _from_csv(path, text)
    try:
        return Export.model_validate(data)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(
            f"#{part + 1}" if isinstance(part, int) else part for part in detail["loc"]
        )
        raise VoicecoachError(
            f"{path}: {where + ': ' if where else ''}{explain(detail, Export)}"
        ) from error


def _from_json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise VoicecoachError(
            f"{path}, line {error.lineno}: is not JSON ({error.msg}); export it anew"
        ) from error
    except RecursionError as error:
        raise VoicecoachError(
            f"{path} is nested too deeply; name a file that voicecoach export has written"
        ) from error


def _from_csv(path: Path, text: str) -> dict[str, Any]:
    lines = csv.DictReader(io.StringIO(text))
    if "record" not in (lines.fieldnames or ()):
        raise VoicecoachError(
            f"{path} has no column record; name a file that voicecoach export has written"
        )
    sessions: dict[str, dict[str, Any]] = {}
    times: dict[str, list[str]] = {"water": [], "reminder": []}
    try:
        for line in lines:
            _take_line(path, lines.line_num, line, sessions, times)
    except csv.Error as error:
        raise VoicecoachError(f"{path}, line {lines.line_num}: {error}; export it anew") from error
    return {
        "sessions": list(sessions.values()),
        "water": times["water"],
        "reminders": times["reminder"],
    }


def _take_line(
    path: Path,
    number: int,
    line: dict[str, Any],
    sessions: dict[str, dict[str, Any]],
    times: dict[str, list[str]],
) -> None:
    record, began = line["record"], str(line.get("began"))
    if record in times:
        times[record].append(began)
    elif record == "session":
        sessions[began] = {**_filled(line, _SESSION), "work": [], "pain": []}
    elif record in ("work", "pain") and began in sessions:
        sessions[began][record].append(_filled(line, _WORK if record == "work" else _PAIN))
    else:
        raise VoicecoachError(
            f"{path}, line {number}: belongs to no session before it; export it anew"
        )


def _filled(line: dict[str, Any], columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: line[column] for column in columns if line.get(column) not in (None, "")}


# --- into the journal, and out of it ------------------------------------------------------------


class Added(NamedTuple):
    """Count how much of an import was new."""

    sessions: int
    glasses: int
    reminders: int


def add(path: Path, export: Export) -> Added:
    """Put what is new in `export` into the journal at `path`, all of it or nothing."""
    with opened(path) as database:
        database.execute("BEGIN IMMEDIATE")
        known = {began for (began,) in database.execute("SELECT began FROM session")}
        fresh = [session for session in export.sessions if session.key not in known]
        for session in fresh:
            _insert(database, session)
        glasses = database.executemany(
            "INSERT OR IGNORE INTO water (at, zone, day) VALUES (?, ?, ?)",
            [(in_utc(at), zone(at), at.date().isoformat()) for at in export.water],
        )
        reminders = database.executemany(
            "INSERT OR IGNORE INTO reminder (at) VALUES (?)", [(at,) for at in export.reminders]
        )
        database.execute("COMMIT")
    return Added(len(fresh), max(0, glasses.rowcount), max(0, reminders.rowcount))


def _insert(database: sqlite3.Connection, session: SessionRecord) -> None:
    began = session.began
    row = (
        session.key,
        zone(began),
        began.date().isoformat(),
        session.routine,
        session.seconds,
        session.outcome,
        session.step,
        session.plan,
    )
    cursor = database.execute(
        "INSERT INTO session (began, zone, day, routine, seconds, outcome, step, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    for table, columns, entries in (("work", _WORK, session.work), ("pain", _PAIN, session.pain)):
        marks = ", ".join("?" * (len(columns) + 1))
        values = [
            (cursor.lastrowid, *(getattr(entry, column) for column in columns)) for entry in entries
        ]
        database.executemany(
            f"INSERT INTO {table} (session, {', '.join(columns)}) VALUES ({marks})", values
        )


def forget(path: Path, day: str | None = None) -> tuple[int, int]:
    """Delete what was done and drunk on `day`, and return both counts.

    `day` is an ISO date; None deletes all days, and the reminders. No trace of the deleted data is
    left in the file.
    """
    if not path.exists():
        return 0, 0
    with opened(path) as database:
        where, values = ("WHERE day = ?", (day,)) if day else ("", ())
        database.execute("BEGIN IMMEDIATE")
        sessions = database.execute(f"DELETE FROM session {where}", values).rowcount
        water = database.execute(f"DELETE FROM water {where}", values).rowcount
        if day is None:
            database.execute("DELETE FROM reminder")
            database.execute("DELETE FROM declined")
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sessions, water
