"""The history as pictures: in the terminal, in a real browser, as a PNG; and the commands about the journal."""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar
from journal_parts import NOON, Clock, lead

import history as benchmark
from voicecoach import cli
from voicecoach.app import App
from voicecoach.history import terminal
from voicecoach.history.charts import FAINT, INK, SERIES, charts, svg, write_png
from voicecoach.history.database import journal_file, open_database, opened
from voicecoach.history.journal import Journal
from voicecoach.history.page import page
from voicecoach.history.report import Report, report

TODAY = NOON.date()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def work(exercise: str, muscles: str, seconds: float, kind: str = "hold") -> dict[str, object]:
    return {
        "exercise": exercise,
        "muscles": muscles,
        "kind": kind,
        "side": None,
        "set": 1,
        "block": 1,
        "level": "usual",
        "planned": 30,
        "done": 30,
        "seconds": seconds,
    }


def fill(database: sqlite3.Connection, days_ago: list[int]) -> None:
    """A session on each of the days, with less pain and longer holds each time."""
    journal = Journal(database)
    with journal.together():
        for number, ago in enumerate(sorted(days_ago, reverse=True)):
            journal.begin(NOON - timedelta(days=ago), "leg routine")
            journal.pain(0.0, "before", max(0, 6 - number % 7), None, None)
            journal.work(10.0, work("straight-knee-calf-stretch", "calves", 20.0 + number % 20))
            journal.work(60.0, work("walk", "warm-up", 60.0, "timed"))
            journal.passed(600.0, 9)
            journal.pain(590.0, "after", max(0, 5 - number % 7), None, None)
            journal.end("done")
            journal.water(NOON - timedelta(days=ago))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    found = open_database(tmp_path / "journal.db")
    yield found
    found.close()


@pytest.fixture
def some_weeks(database: sqlite3.Connection) -> Report:
    fill(database, [0, 1, 2, 6, 9, 20])
    return report(database, TODAY)


# --- the figures ------------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_journal(some_weeks: Report) -> None:
    assert sorted(some_weeks.minutes) == [TODAY - timedelta(days=ago) for ago in (20, 9, 6, 2, 1, 0)]
    assert sum(some_weeks.minutes.values()) == pytest.approx(60)
    assert (some_weeks.streak, some_weeks.this_week, some_weeks.glasses) == (3, 4, 4)
    assert not some_weeks.monthly
    assert some_weeks.by_muscles["warm-up"] == pytest.approx(6)
    assert list(some_weeks.holds) == ["straight-knee-calf-stretch"]


def test_weeks_begin_on_monday_and_none_is_left_out(some_weeks: Report) -> None:
    assert all(period.weekday() == 0 for period in some_weeks.periods)
    assert some_weeks.periods == (date(2026, 2, 16), date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9))
    assert set(some_weeks.pain) <= set(some_weeks.periods)
    assert sum(some_weeks.by_period.values()) == pytest.approx(60)


def test_of_a_long_history_months_are_shown(database: sqlite3.Connection) -> None:
    fill(database, list(range(0, 400, 3)))
    found = report(database, TODAY)
    assert found.monthly
    assert all(period.day == 1 for period in found.periods)
    assert len(found.periods) == 14
    assert set(found.pain) == set(found.periods)


# --- the terminal -----------------------------------------------------------------------------------------------------


def test_the_calendar_marks_the_days_with_a_session(some_weeks: Report) -> None:
    text = "\n".join(terminal.lines(some_weeks))
    march = text[text.index("March 2026") :].split("\n\n")[0].splitlines()
    assert march[1] == "Mo Tu We Th Fr Sa Su"
    assert march[-1] == "## ##", "the tenth is a Tuesday, and tomorrow is not shown"
    assert "6 days with a session, 60 minutes in all." in text
    assert "4 days in the last seven; 3 days in a row." in text
    assert text.isascii()


def test_without_a_session_it_says_what_to_say() -> None:
    assert "start leg routine" in " ".join(terminal.lines(Report(TODAY)))


# --- the page ---------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """All tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attributes) -> None:
        self.found.append((tag, dict(attributes)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


def test_the_page_needs_no_network_and_no_script(some_weeks: Report) -> None:
    text = page(some_weeks)
    assert not [tag for tag, _ in tags(text) if tag in ("script", "link", "iframe", "img", "object")]
    loads = [value for _, one in tags(text) for key, value in one.items() if key in ("src", "href") and value]
    assert all(value.startswith("#") for value in loads)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_whoever_hears_the_page_hears_every_figure(some_weeks: Report) -> None:
    text = page(some_weeks)
    found = tags(text)
    figures = [one for tag, one in found if tag == "figure"]
    assert len(figures) == 4
    assert all(one["role"] == "img" and one["aria-label"] for one in figures)
    assert all(one["aria-hidden"] == "true" for tag, one in found if tag == "svg")
    assert text.count("<details>") == len(figures)
    assert next(one["lang"] for tag, one in found if tag == "html") == "en"
    assert all(one.get("scope") for tag, one in found if tag == "th")


def test_names_cannot_break_the_page(database: sqlite3.Connection) -> None:
    fill(database, [0, 1])
    database.execute("UPDATE work SET exercise = 'a <b> & c', muscles = '<i>' WHERE kind = 'hold'")
    text = page(report(database, TODAY))
    assert "<b>" not in text.split("</ul>")[1]
    assert "<i>" not in text
    assert "a &lt;b&gt; &amp; c" in text


def test_the_charts_take_their_colours_from_the_page(some_weeks: Report) -> None:
    for chart in charts(some_weeks):
        drawing = svg(chart)
        assert "currentColor" in drawing
        assert not [colour for colour in (INK, FAINT, *SERIES, "#000000") if colour in drawing]
        assert drawing == svg(chart), "the same each time"


def test_an_empty_history_is_a_page_too() -> None:
    assert "No session yet" in page(Report(TODAY))


def test_a_single_session_can_be_drawn(database: sqlite3.Connection, tmp_path: Path) -> None:
    fill(database, [0])
    found = report(database, TODAY)
    write_png(charts(found), tmp_path / "one.png")
    assert "1 day in a row" in " ".join(terminal.lines(found))


def test_the_picture_is_a_png_with_all_charts(some_weeks: Report, tmp_path: Path) -> None:
    path = tmp_path / "history.png"
    write_png(charts(some_weeks), path)
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", head[16:])
    assert height > width, "four charts below one another"


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_on_a_phone_light_and_dark(some_weeks: Report, tmp_path: Path, scheme: str) -> None:
    """What it has drawn: dark or light ground, the charts in their colours, and nothing wider than the phone."""
    file, picture = tmp_path / "history.html", tmp_path / "seen.png"
    probe = "<script>document.title = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    file.write_text(page(some_weeks).replace("</body>", f"{probe}</body>"), encoding="utf-8")
    preferred = f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
    common = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", preferred]
    common += [f"--user-data-dir={tmp_path / 'browser'}", "--window-size=500,2400"]
    subprocess.run([*common, f"--screenshot={picture}", file.as_uri()], check=True, capture_output=True, timeout=90)
    seen = subprocess.run(
        [*common, "--dump-dom", file.as_uri()], check=True, capture_output=True, text=True, timeout=90
    )
    wide = re.search(r"<title>(\d+)/(\d+)</title>", seen.stdout)
    assert wide
    assert int(wide[1]) <= int(wide[2]), "nothing has to be pushed sideways"
    from matplotlib.image import imread

    drawn = imread(picture)[..., :3]
    ground = drawn[2, 2].mean()
    assert (ground > 0.9) if scheme == "light" else (ground < 0.2)
    blue = (drawn[..., 2] - drawn[..., 0] > 0.25).mean()
    assert blue > 0.005, "the bars of the minutes"


# --- the commands -----------------------------------------------------------------------------------------------------


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
    assert "New sessions: 1" in run("import", str(file)).output
    assert "1 day with a session" in run("history").output


def test_forget_wants_to_know_what() -> None:
    outcome = run("forget")
    assert outcome.exit_code == 2
    assert "--all, --day or --audio" in outcome.output


def test_reminders_are_taken_to_a_phone(app: App, tmp_path: Path) -> None:
    file, path = tmp_path / "legs.ics", journal_file()
    assert "remind me at eight" in run("calendar", str(file)).output
    lead(app, path, Clock(), "remind me at half past seven in the evening", "+3 remind me every morning at eight")
    assert "2 reminders" in run("calendar", str(file)).output
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert [event.decoded("dtstart").strftime("%H:%M") for event in events] == ["08:00", "19:30"]
    assert all(event["rrule"]["FREQ"] == ["DAILY"] and event.walk("VALARM") for event in events)


@pytest.mark.usefixtures("journal")
def test_privacy_tells_what_is_there_and_how_to_be_rid_of_it() -> None:
    text = run("privacy").output
    assert "Sound is not kept" in text
    assert str(journal_file()) in text
    told = dict(zip(text.splitlines(), text.splitlines()[1:], strict=False))
    (what,) = (line for line, below in told.items() if str(journal_file()) in below)
    assert what.endswith("kB")


def test_the_benchmark_has_a_session_on_each_day(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    benchmark.fill(path, 20, seed=0)
    with opened(path) as database:
        found = report(database, benchmark.NOW.date() - timedelta(days=1))
    assert (len(found.minutes), found.streak, found.glasses) == (20, 20, 7)
    assert sum(found.minutes.values()) > 20
