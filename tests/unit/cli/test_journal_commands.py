"""The commands about the journal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from tests.support.journal_builder import Clock, lead
from tests.support.journal_days import fill
from voicecoach.app.components import App
from voicecoach.cli import main as cli
from voicecoach.history.database import opened
from voicecoach.runtime.paths import journal_file


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, [*arguments], input=answer)


@pytest.fixture
def journal(app: App) -> Path:
    path = journal_file()
    lead(app, path, Clock(), "start quick routine", "+5 two", "+80 stop")
    return path


@pytest.mark.usefixtures("journal")
def test_history_prints_writes_and_draws(tmp_path: Path) -> None:
    assert "1 day with a session" in run("history").output
    html, png = tmp_path / "h.html", tmp_path / "h.png"
    outcome = run("history", "--html", str(html), "--png", str(png))
    assert outcome.exit_code == 0
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert str(html) in outcome.output


@pytest.mark.usefixtures("journal")
def test_the_history_is_told_in_the_language_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: App
) -> None:
    settings, routines, html = (
        tmp_path / "settings.yaml",
        tmp_path / "routines",
        tmp_path / "h.html",
    )
    settings.write_text("language: de\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.cli.journal.settings_file", lambda: settings)
    monkeypatch.setattr("voicecoach.cli.journal.routines_folder", lambda: routines)
    assert "1 Tag mit Training" in run("history").output
    assert run("history", "--html", str(html)).output == f"Ihr Verlauf ist in {html}.\n"
    routines.mkdir()
    (routines / "mine.yaml").write_text("routines: 7\n", encoding="utf-8")
    with opened(journal_file()) as database:
        fill(database, [3])
    assert run("history", "--html", str(html)).exit_code == 0, (
        "with mistakes in an own routine, too"
    )
    assert "Wadendehnung" in html.read_text(encoding="utf-8"), "the name of the exercise"
    settings.write_text("language: klingon\n", encoding="utf-8")
    assert "klingon" in run("history").output


@pytest.mark.parametrize("arguments", [("history",), ("history", "--html", "h.html")])
def test_the_history_does_not_wait_for_what_it_does_not_need(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """It is to be there in less than a second, and half of that was importing."""
    command = [sys.executable, "-X", "importtime", "-m", "voicecoach", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "voicecoach.history.report" in imported
    heavy = {
        "numpy",
        "vosk",
        "sounddevice",
        "soundfile",
        "statemachine",
        "hassil",
        "requests",
        "matplotlib",
    }
    assert not imported & heavy


@pytest.mark.usefixtures("journal")
def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    outcome = run("history", "--html", str(tmp_path / "no" / "such" / "folder.html"))
    assert (outcome.exit_code, outcome.output.count("\n")) == (1, 1)


@pytest.mark.usefixtures("journal")
def test_export_forget_import_bring_it_back(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    assert "1 session" in run("export", str(file)).output
    assert run("export", "-").output.startswith("{")
    assert run("forget", "--all", answer="n\n").exit_code == 1
    assert "1 session" in run("forget", "--day", "2026-03-10", "--yes").output
    assert "No session yet" in run("history").output
    assert "New sessions: 1. Known already: 0." in run("import", str(file)).output
    assert "1 day with a session" in run("history").output


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("arguments", [("history",), ("export", "-"), ("calendar", "legs.ics")])
def test_what_no_coach_has_written_is_told_in_a_line(arguments: tuple[str, ...]) -> None:
    with opened(journal_file()) as database:
        database.execute("UPDATE session SET day = 'some day', began = 'some time'")
        database.execute("INSERT INTO reminder (at) VALUES ('25:99')")
    outcome = run(*arguments)
    assert (outcome.exit_code, outcome.output.count("\n")) == (1, 1)
    assert "cannot be used" in outcome.output or "no reminder" in outcome.output


def test_forget_wants_to_know_what() -> None:
    outcome = run("forget")
    assert outcome.exit_code == 2
    assert "--all, --day or --audio" in outcome.output


def test_reminders_are_taken_to_a_phone(app: App, tmp_path: Path) -> None:
    file, path = tmp_path / "legs.ics", journal_file()
    assert "remind me at eight" in run("calendar", str(file)).output
    lead(
        app,
        path,
        Clock(),
        "remind me at half past seven in the evening",
        "+3 remind me every morning at eight",
    )
    assert "2 reminders" in run("calendar", str(file)).output
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert [event.decoded("dtstart").strftime("%H:%M") for event in events] == ["08:00", "19:30"]
    assert all(
        event.decoded("rrule")["FREQ"] == ["DAILY"] and event.walk("VALARM") for event in events
    )


@pytest.mark.usefixtures("journal")
def test_privacy_tells_what_is_there_and_how_to_be_rid_of_it() -> None:
    text = run("privacy").output
    assert "Sound is not kept" in text
    assert str(journal_file()) in text
    told = dict(zip(text.splitlines(), text.splitlines()[1:], strict=False))
    (what,) = (line for line, below in told.items() if str(journal_file()) in below)
    assert what.endswith("kB")
