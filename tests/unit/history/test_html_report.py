"""The history as a page and as a picture: in a real browser, as a PNG."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.html_tags import tags
from tests.support.journal_days import ENGLISH, TODAY, fill
from voicecoach.core.errors import VoicecoachError
from voicecoach.history import text_report as terminal
from voicecoach.history.charts import charts, png
from voicecoach.history.html_report import page
from voicecoach.history.page_style import page_style
from voicecoach.history.report import Report, report
from voicecoach.history.texts import Texts

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


def test_the_page_needs_no_network_and_no_script(some_weeks: Report) -> None:
    text = page(some_weeks, ENGLISH)
    assert not [
        tag for tag, _ in tags(text) if tag in ("script", "link", "iframe", "img", "object")
    ]
    loads = [
        value
        for _, one in tags(text)
        for key, value in one.items()
        if key in ("src", "href") and value
    ]
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
    blue, red = (
        (drawn[..., 2] > 150) & (drawn[..., 0] < 80),
        (drawn[..., 0] > 150) & (drawn[..., 2] < 80),
    )
    assert blue.mean() > 0.01, "the bars of the minutes"
    assert 0 < red.mean() < 0.01, "the line after a session"
    assert (drawn[:100, :400] < 100).all(axis=-1).sum() > 300, "the title, in letters"


def test_a_picture_without_a_font_is_refused(
    some_weeks: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resvg_py

    blank = resvg_py.svg_to_bytes(
        svg_string='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    )
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **_how: blank)
    with pytest.raises(VoicecoachError, match="install one, such as DejaVu Sans"):
        png(some_weeks, ENGLISH)


@pytest.mark.parametrize(("library", "draw"), [("pygal", page), ("resvg_py", png)])
def test_without_its_library_it_is_told_what_to_install(
    some_weeks: Report,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    draw: Callable[[Report, Texts], object],
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(VoicecoachError, match=r"pip install 'voicecoach\[history\]'"):
        draw(some_weeks, ENGLISH)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_on_a_phone_light_and_dark(
    some_weeks: Report, tmp_path: Path, scheme: str
) -> None:
    """What it has drawn: dark or light ground, the charts in their colours, and nothing wider than
    the phone."""
    file, picture = tmp_path / "history.html", tmp_path / "seen.png"
    probe = (
        "<script>document.title = document.documentElement.scrollWidth + '/' + innerWidth</script>"
    )
    file.write_text(
        page(some_weeks, ENGLISH).replace("</body>", f"{probe}</body>"), encoding="utf-8"
    )
    preferred = f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
    common = [
        str(CHROMIUM),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        preferred,
    ]
    common += [f"--user-data-dir={tmp_path / 'browser'}", "--window-size=500,2400"]
    subprocess.run(
        [*common, f"--screenshot={picture}", file.as_uri()],
        check=True,
        capture_output=True,
        timeout=90,
    )
    seen = subprocess.run(
        [*common, "--dump-dom", file.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=90,
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
