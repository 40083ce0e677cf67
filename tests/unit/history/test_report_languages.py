"""The history in other languages than English."""

from __future__ import annotations

import re
import sqlite3
from typing import get_args

import pytest

from tests.support.html_tags import tags
from tests.support.journal_days import ENGLISH, GERMAN, TODAY, fill
from voicecoach.content.exercise import Group, Muscles
from voicecoach.content.language import languages
from voicecoach.history import text_report as terminal
from voicecoach.history.html_report import page
from voicecoach.history.report import Report, report
from voicecoach.history.texts import Texts, load_texts

OTHERS = [code for code in languages() if code != "en"]


def keys(texts: Texts) -> dict[str, set[str]]:
    """Return the keys of all texts, with their placeholders.

    The plural forms of a text stand under the key of the last one.
    """
    file = texts._file
    every = {**file.texts, **file.dates}
    last = {
        f"{unit}.{form}": f"{unit}.other"
        for unit in ("day", "glass")
        for form in texts.plurals.categories
    }
    assert last.keys() <= every.keys()
    return {last.get(key, key): set(re.findall(r"{(\w+)}", text)) for key, text in every.items()}


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_the_same_texts_with_the_same_placeholders(code: str) -> None:
    other = load_texts(code)
    for key, placeholders in keys(ENGLISH).items():
        assert keys(other)[key] - {"short", "month"} == placeholders - {"short", "month"}, key
    assert set(keys(other)) == set(keys(ENGLISH))
    assert (
        set(other._file.muscles)
        == set(ENGLISH._file.muscles)
        == set(get_args(Group)[:-1]) | set(get_args(Muscles))
    )


def test_a_page_in_german_is_german_to_the_comma(database: sqlite3.Connection) -> None:
    fill(database, list(range(180)))
    database.execute("UPDATE session SET seconds = 25000 WHERE id = 1")
    found = report(database, TODAY)
    text = page(
        found,
        load_texts("de", lambda id: "Wadendehnung" if id == "straight-knee-calf-stretch" else id),
    )
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
    return set(
        re.findall(
            r"[^\W\d_]{5,}", re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
        )
    )


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
