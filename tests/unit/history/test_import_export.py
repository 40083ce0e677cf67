"""The journal is taken along, brought back, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.journal_builder import Clock, all_rows, lead
from voicecoach.app.components import App
from voicecoach.core.errors import VoicecoachError
from voicecoach.history.database import open_database
from voicecoach.history.export_schema import Export
from voicecoach.history.import_export import add, as_csv, as_json, forget, read_file, read_journal
from voicecoach.history.journal import Journal

TABLES = ("session", "work", "pain", "water", "reminder")
ALL_TABLES = (*TABLES, "declined")


@pytest.fixture(scope="module")
def journal(app: App, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with two sessions on two days, a glass of water, and two reminders."""
    path, clock = tmp_path_factory.mktemp("data") / "journal.db", Clock()
    lead(app, path, clock, "start quick routine", "+5 two", "+440 four")
    clock.pass_on(days=1)
    lead(
        app, path, clock, "start leg routine", "+5 three", "+90 my calf hurts", "+5 two", "+3 stop"
    )
    database = open_database(path)
    Journal(database).water(clock.now)
    for at in ("19:30", "08:00"):
        Journal(database).remind(at)
    database.close()
    return path


@pytest.mark.parametrize("form", [as_json, as_csv])
def test_what_is_exported_and_imported_is_the_same(
    journal: Path, tmp_path: Path, form: Callable[[Export], str]
) -> None:
    file, other = tmp_path / "export", tmp_path / "other.db"
    file.write_text(form(read_journal(journal)), encoding="utf-8")
    assert add(other, read_file(file)) == (2, 1, 2)
    for table in TABLES:
        assert sorted(map(str, all_rows(other, table))) == sorted(
            map(str, all_rows(journal, table))
        )
    assert add(other, read_file(file)) == (0, 0, 0), "it knows them already"
    assert all_rows(other, "work") == all_rows(journal, "work")


@pytest.mark.parametrize("form", [as_json, as_csv])
def test_reminders_are_put_beside_those_that_there_are(
    journal: Path, tmp_path: Path, form: Callable[[Export], str]
) -> None:
    file, other = tmp_path / "export", tmp_path / "other.db"
    file.write_text(form(read_journal(journal)), encoding="utf-8")
    database = open_database(other)
    for at in ("08:00", "12:00"):
        Journal(database).remind(at)
    database.close()
    assert add(other, read_file(file)).reminders == 1
    assert sorted(str(row["at"]) for row in all_rows(other, "reminder")) == [
        "08:00",
        "12:00",
        "19:30",
    ]


def test_an_export_from_before_there_were_reminders_in_it_is_read(
    journal: Path, tmp_path: Path
) -> None:
    data = json.loads(as_json(read_journal(journal)))
    del data["reminders"]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert add(tmp_path / "other.db", read_file(file)) == (2, 1, 0)
    lines = as_csv(read_journal(journal)).splitlines(keepends=True)
    file.write_text(
        "".join(line for line in lines if not line.startswith("reminder")), encoding="utf-8"
    )
    assert add(tmp_path / "another.db", read_file(file)) == (2, 1, 0)


def test_a_spreadsheet_may_write_a_mark_before_the_text(journal: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(as_csv(read_journal(journal)), encoding="utf-8-sig")
    assert len(read_file(file).sessions) == 2


def test_times_are_told_with_the_zone_that_they_were_in(journal: Path) -> None:
    began = json.loads(as_json(read_journal(journal)))["sessions"][0]["began"]
    assert began == "2026-03-10T12:00:00+01:00"


def test_without_a_journal_there_is_nothing(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal.db").sessions == ()
    assert not list(tmp_path.iterdir())
    assert forget(tmp_path / "journal.db") == (0, 0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data["sessions"][0].pop("began"), "sessions.#1.began: is missing"),
        (
            lambda data: data["sessions"][1]["work"][0].update(done=-1),
            "sessions.#2.work.#1.done: must be",
        ),
        (lambda data: data["sessions"][0].update(began="yesterday"), "sessions.#1.began: "),
        (
            lambda data: data["sessions"][0].update(began="2026-03-10T12:00:00"),
            "sessions.#1.began: ",
        ),
        (
            lambda data: data["sessions"].append(data["sessions"][0]),
            "two sessions that began at the same moment",
        ),
        (lambda data: data.update(voicecoach=2), "voicecoach: "),
        (lambda data: data.update(friends=[]), "friends: is not a known key"),
        (lambda data: data["sessions"][0]["pain"][0].update(rating=11), "pain.#1.rating: must be"),
        (
            lambda data: data.update(reminders=["08:00", "8 pm"]),
            "reminders.#2: cannot be the time of a reminder",
        ),
        (lambda data: data.update(reminders=["24:00"]), "give one such as 08:00"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_nothing_is_imported(
    journal: Path, tmp_path: Path, change: Callable[[Any], object], told: str
) -> None:
    data = json.loads(as_json(read_journal(journal)))
    change(data)
    file = tmp_path / "export.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(VoicecoachError) as error:
        read_file(file)
    assert told in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"voicecoach": 1, "sessions": [', "line 1: is not JSON"),
        ("", "has no column record"),
        ("a,b\n1,2\n", "has no column record"),
        (
            "record,began\nwork,2026-03-10T12:00:00+01:00\n",
            "line 2: belongs to no session before it",
        ),
        ("[" * 100_000, "has no column record"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "export"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(VoicecoachError, match=told):
        read_file(file)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(VoicecoachError, match="is no text"):
        read_file(tmp_path / "export")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(damage=st.binary(max_size=40), place=st.floats(0, 1))
def test_whatever_is_in_the_file_it_is_read_or_refused_in_a_sentence(
    journal: Path, tmp_path: Path, damage: bytes, place: float
) -> None:
    file = tmp_path / "export"
    whole = as_csv(read_journal(journal)).encode()
    at = round(place * len(whole))
    file.write_bytes(whole[:at] + damage + whole[at + len(damage) :])
    refused = ""
    try:
        add(tmp_path / "other.db", read_file(file))
    except VoicecoachError as error:
        refused = str(error)
    assert not refused or (str(file) in refused and "\n" not in refused)


# --- forgetting ---------------------------------------------------------------------------------


def copy_of(journal: Path, tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    add(path, read_journal(journal))
    return path


def test_a_day_is_forgotten_and_the_others_stay(journal: Path, tmp_path: Path) -> None:
    path = copy_of(journal, tmp_path)
    assert forget(path, "2026-03-11") == (1, 1)
    assert [row["day"] for row in all_rows(path, "session")] == ["2026-03-10"]
    assert {row["session"] for row in all_rows(path, "work")} == {1}
    assert all_rows(path, "water") == []


def test_what_is_forgotten_is_not_in_the_file_any_more(journal: Path, tmp_path: Path) -> None:
    path = copy_of(journal, tmp_path)
    assert b"straight-knee-calf-stretch" in path.read_bytes() + wal(path)
    database = open_database(path)
    Journal(database).decline(["07:00"])
    database.close()
    assert forget(path) == (2, 1)
    assert b"stretch" not in path.read_bytes() + wal(path)
    assert all(all_rows(path, table) == [] for table in ALL_TABLES)


def wal(path: Path) -> bytes:
    beside = path.with_name(f"{path.name}-wal")
    return beside.read_bytes() if beside.exists() else b""


def test_a_damaged_journal_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"nothing of that kind" * 100)
    for ask in (read_journal, forget):
        with pytest.raises(VoicecoachError, match="is damaged"):
            ask(path)
    assert path.read_bytes() == b"nothing of that kind" * 100
