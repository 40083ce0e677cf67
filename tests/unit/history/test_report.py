"""The history as pictures: in the terminal, in a real browser, as a PNG; and the commands about the journal."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar
from numpy.typing import NDArray
from PIL import Image

import history as benchmark
from tests.support.journal_builder import NOON, Clock, lead
from voicecoach.app.components import App
from voicecoach.cli import main as cli
from voicecoach.content.language import languages
from voicecoach.content.library import Group, Muscles
from voicecoach.core.errors import VoicecoachError
from voicecoach.history import text_report as terminal
from voicecoach.history.charts import charts, png
from voicecoach.history.database import open_database, opened
from voicecoach.history.html_report import page
from voicecoach.history.journal import Journal
from voicecoach.history.page_style import page_style
from voicecoach.history.report import Report, report
from voicecoach.history.texts import Texts, load_texts
from voicecoach.runtime.paths import journal_file

TODAY = NOON.date()
ENGLISH, GERMAN = load_texts(), load_texts("de")
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


@pytest.mark.parametrize("day", ["1970-01-01", "2199-01-01"])
def test_days_of_a_clock_that_was_wrong_are_left_out(database: sqlite3.Connection, day: str) -> None:
    fill(database, [0, 3, 9])
    database.execute("UPDATE session SET day = ? WHERE id = 2", (day,))
    found = report(database, TODAY)
    assert [TODAY - one for one in found.minutes] == [timedelta(days=9), timedelta(0)]
    assert len(found.periods) == 3
    assert page(found, ENGLISH)
    database.execute("UPDATE session SET day = ?", (day,))
    assert "No session yet" in page(report(database, TODAY), ENGLISH)


def test_a_session_of_tomorrow_was_one_where_the_user_was(database: sqlite3.Connection) -> None:
    fill(database, [-1])
    assert page(report(database, TODAY), ENGLISH).count("<figure") == 4


# --- the terminal -----------------------------------------------------------------------------------------------------


def test_the_calendar_marks_the_days_with_a_session(some_weeks: Report) -> None:
    text = "\n".join(terminal.lines(some_weeks, ENGLISH))
    march = text[text.index("March 2026") :].split("\n\n")[0].splitlines()
    assert march[1] == "Mo Tu We Th Fr Sa Su"
    assert march[-1] == "## ##", "the tenth is a Tuesday, and tomorrow is not shown"
    assert "6 days with a session, 60 minutes in all." in text
    assert "4 days in the last seven; 3 days in a row." in text
    assert text.isascii()


def test_without_a_session_it_says_what_to_say() -> None:
    assert "start leg routine" in " ".join(terminal.lines(Report(TODAY), ENGLISH))


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
    text = page(some_weeks, ENGLISH)
    assert not [tag for tag, _ in tags(text) if tag in ("script", "link", "iframe", "img", "object")]
    loads = [value for _, one in tags(text) for key, value in one.items() if key in ("src", "href") and value]
    assert all(value.startswith("#") for value in loads)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_whoever_hears_the_page_hears_every_figure(some_weeks: Report) -> None:
    text = page(some_weeks, ENGLISH)
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
    text = page(report(database, TODAY), ENGLISH)
    assert "<b>" not in text.split("</ul>")[1]
    assert "<i>" not in text
    assert "a &lt;b&gt; &amp; c" in text


def test_the_charts_take_their_colours_from_the_page(some_weeks: Report) -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", page_style()))
    assert {"series-1", "series-5", "ink", "faint"} <= used
    assert used <= set(re.findall(r"--([\w-]+):", page_style()))
    for chart in charts(some_weeks, ENGLISH):
        drawing = chart.draw()
        assert "#" not in drawing, "a colour, or an id that another chart has, too"
        assert "style" not in drawing
        assert drawing == chart.draw(), "the same each time"


def test_a_chart_shows_every_value(some_weeks: Report) -> None:
    minutes, pain, muscles, holds = (chart.draw() for chart in charts(some_weeks, ENGLISH))
    assert minutes.count('class="rect') == len(some_weeks.periods)
    assert pain.count("<circle") == 2 * len(some_weeks.pain)
    assert muscles.count('class="rect') == len(some_weeks.by_muscles)
    assert holds.count("<circle") == sum(len(held) for held in some_weeks.holds.values())


def test_lines_of_years_are_not_hidden_by_their_points(database: sqlite3.Connection) -> None:
    fill(database, list(range(0, 900, 9)))
    _, pain, _, _ = charts(report(database, TODAY), ENGLISH)
    assert "<circle" not in pain.draw()
    assert len(re.findall("<path[^>]*line reactive", pain.draw())) == 2
    assert "<circle" in _lines_of_one_value(database), "a single one can be seen all the same"


def _lines_of_one_value(database: sqlite3.Connection) -> str:
    database.execute("DELETE FROM pain WHERE moment = 'after' AND id > 2")
    return charts(report(database, TODAY), ENGLISH)[1].draw()


def test_an_empty_history_is_a_page_too() -> None:
    assert "No session yet" in page(Report(TODAY), ENGLISH)


def test_a_single_session_can_be_drawn(database: sqlite3.Connection) -> None:
    fill(database, [0])
    found = report(database, TODAY)
    assert png(found, ENGLISH).startswith(b"\x89PNG")
    assert "1 day in a row" in " ".join(terminal.lines(found, ENGLISH))


def test_the_picture_is_a_png_with_all_charts(some_weeks: Report) -> None:
    drawn = pixels(png(some_weeks, ENGLISH))
    height, width, _ = drawn.shape
    assert height > width, "four charts below one another"
    assert (drawn[0, 0] == 255).all()
    blue, red = (drawn[..., 2] > 150) & (drawn[..., 0] < 80), (drawn[..., 0] > 150) & (drawn[..., 2] < 80)
    assert blue.mean() > 0.01, "the bars of the minutes"
    assert 0 < red.mean() < 0.01, "the line after a session"
    assert (drawn[:100, :400] < 100).all(axis=-1).sum() > 300, "the title, in letters"


def test_a_picture_without_a_font_is_refused(some_weeks: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    import resvg_py

    blank = resvg_py.svg_to_bytes(svg_string='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **_how: blank)
    with pytest.raises(VoicecoachError, match="install one, such as DejaVu Sans"):
        png(some_weeks, ENGLISH)


@pytest.mark.parametrize(("library", "draw"), [("pygal", page), ("resvg_py", png)])
def test_without_its_library_it_is_told_what_to_install(
    some_weeks: Report, monkeypatch: pytest.MonkeyPatch, library: str, draw: Callable[[Report, Texts], object]
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(VoicecoachError, match=r"pip install 'voicecoach\[history\]'"):
        draw(some_weeks, ENGLISH)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_on_a_phone_light_and_dark(some_weeks: Report, tmp_path: Path, scheme: str) -> None:
    """What it has drawn: dark or light ground, the charts in their colours, and nothing wider than the phone."""
    file, picture = tmp_path / "history.html", tmp_path / "seen.png"
    probe = "<script>document.title = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    file.write_text(page(some_weeks, ENGLISH).replace("</body>", f"{probe}</body>"), encoding="utf-8")
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
    drawn = pixels(picture.read_bytes()).astype(int)
    ground = drawn[2, 2].mean()
    assert (ground > 230) if scheme == "light" else (ground < 50)
    blue = (drawn[..., 2] - drawn[..., 0] > 64).mean()
    assert blue > 0.005, "the bars of the minutes"


def pixels(picture: bytes) -> NDArray[np.uint8]:
    """A picture as rows of pixels of red, green and blue."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


# --- in other languages -----------------------------------------------------------------------------------------------

OTHERS = [code for code in languages() if code != "en"]


def keys(texts: Texts) -> dict[str, set[str]]:
    """The keys of all texts, with their placeholders."""
    file = texts._file
    every = {**file.texts, **file.dates}
    return {key: set(re.findall(r"{(\w+)}", text)) for key, text in every.items()}


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_placeholders(code: str) -> None:
    other = load_texts(code)
    for key, placeholders in keys(ENGLISH).items():
        assert keys(other)[key] - {"short", "month"} == placeholders - {"short", "month"}, key
    assert set(keys(other)) == set(keys(ENGLISH))
    assert set(other._file.muscles) == set(ENGLISH._file.muscles) == set(get_args(Group)[:-1]) | set(get_args(Muscles))


def test_a_page_in_german_is_german_to_the_comma(database: sqlite3.Connection) -> None:
    fill(database, list(range(180)))
    database.execute("UPDATE session SET seconds = 25000 WHERE id = 1")
    found = report(database, TODAY)
    text = page(found, load_texts("de", {"straight-knee-calf-stretch": "Wadendehnung"}.get))
    assert next(one["lang"] for tag, one in tags(text) if tag == "html") == "de"
    assert "Verlauf bis 10. März 2026" in text
    assert "<b>2.207</b> Minuten insgesamt" in text
    assert re.search(r"<td>\d,\d</td>", text)
    assert not re.search(r"<td>\d\.\d</td>", text)
    assert all(word in text for word in ("Waden<", "Aufwärmen", "Wadendehnung", "Als Tabelle"))
    both = words(text) & words(page(found, ENGLISH))
    assert both <= {"voicecoach", "November", "September", "August"}


def words(text: str) -> set[str]:
    """What can be read on a page."""
    return set(re.findall(r"[^\W\d_]{5,}", re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)))


def test_the_terminal_speaks_german_too(some_weeks: Report) -> None:
    text = "\n".join(terminal.lines(some_weeks, GERMAN))
    assert "März 2026\nMo Di Mi Do Fr Sa So" in text
    assert "6 Tage mit Training, 60 Minuten insgesamt." in text
    assert re.search(r"^Woche vom +Minuten +Schmerz vorher +nachher$", text, re.MULTILINE)
    assert re.search(r"^9\. März 2026 +20 +1,5 +0,5$", text, re.MULTILINE)


def test_nothing_of_a_table_is_out_of_line(some_weeks: Report) -> None:
    for texts in (ENGLISH, GERMAN):
        table = "\n".join(terminal.lines(some_weeks, texts)).split("\n\n")[-1].splitlines()
        assert len({len(line) for line in table}) == 1


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
def test_the_history_is_told_in_the_language_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, app: App
) -> None:
    settings, routines, html = tmp_path / "settings.yaml", tmp_path / "routines", tmp_path / "h.html"
    settings.write_text("language: de\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.cli.journal.settings_file", lambda: settings)
    monkeypatch.setattr("voicecoach.cli.journal.routines_folder", lambda: routines)
    assert "1 Tag mit Training" in run("history").output
    assert run("history", "--html", str(html)).output == f"Ihr Verlauf ist in {html}.\n"
    routines.mkdir()
    (routines / "mine.yaml").write_text("routines: 7\n", encoding="utf-8")
    with opened(journal_file()) as database:
        fill(database, [3])
    assert run("history", "--html", str(html)).exit_code == 0, "with mistakes in an own routine, too"
    assert "Wadendehnung" in html.read_text(encoding="utf-8"), "the name of the exercise"
    settings.write_text("language: klingon\n", encoding="utf-8")
    assert "klingon" in run("history").output


@pytest.mark.parametrize("arguments", [("history",), ("history", "--html", "h.html")])
def test_the_history_does_not_wait_for_what_it_does_not_need(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """It is to be there in less than a second, and half of that was importing."""
    command = [sys.executable, "-X", "importtime", "-m", "voicecoach", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "voicecoach.history.report" in imported
    heavy = {"numpy", "vosk", "sounddevice", "soundfile", "statemachine", "hassil", "requests", "matplotlib"}
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
