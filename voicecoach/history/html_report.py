"""Render the history as one self-contained page of HTML.

The page needs no script, no network and no font from elsewhere. It is light or dark as the reader's
system is, is readable on a phone, and has every figure in a table for screen readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape

from voicecoach.history.charts import Chart, charts
from voicecoach.history.page_style import page_style
from voicecoach.history.report import Report
from voicecoach.history.texts import Texts

CALENDAR_WEEKS = 18
"""Weeks of the calendar: as many as fit on a phone."""


def page(report: Report, texts: Texts) -> str:
    """Return the page."""
    return "\n".join(_page(report, texts)) + "\n"


def _page(report: Report, texts: Texts) -> Iterator[str]:
    yield "<!doctype html>"
    yield f'<html lang="{texts.language}">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(texts('page.title', day=texts.day(report.today)))}</title>"
    yield f"<style>{page_style()}</style></head>"
    yield "<body><main>"
    yield f"<h1>{escape(texts('page.heading'))}</h1>"
    if report.minutes:
        yield from _summary(report, texts)
        yield from _calendar(report, texts)
        for chart in charts(report, texts):
            yield from _section(chart, texts)
    else:
        yield f"<section><p>{escape(texts('no_session', say=texts('say')))}</p></section>"
    yield "</main></body></html>"


def _summary(report: Report, texts: Texts) -> Iterator[str]:
    figures = [
        (len(report.minutes), "page.days"),
        (sum(report.minutes.values()), "page.minutes"),
        (report.this_week, "page.week"),
        (report.streak, "page.streak"),
    ]
    if report.glasses:
        figures.append((report.glasses, "page.glasses"))
    yield f'<section aria-label="{escape(texts("page.figures"))}"><ul class="figures">'
    yield from (
        f"<li><b>{texts.number(number)}</b> {escape(texts(what))}</li>" for number, what in figures
    )
    yield "</ul></section>"


def _calendar(report: Report, texts: Texts) -> Iterator[str]:
    monday = report.today - timedelta(days=report.today.weekday(), weeks=CALENDAR_WEEKS - 1)
    caption = escape(texts("page.calendar_of", weeks=CALENDAR_WEEKS))
    yield f'<section class="calendar"><h2>{escape(texts("page.calendar"))}</h2>'
    yield f'<table><caption class="unseen">{caption}</caption><thead><tr><td class="none"></td>'
    month = ""
    for week in range(CALENDAR_WEEKS):
        day = monday + timedelta(weeks=week)
        shown, month = (
            "" if texts.month_name(day) == month else texts.month_name(day),
            texts.month_name(day),
        )
        said = f'<span class="unseen">{escape(texts("page.week_of", day=texts.day(day)))}</span>'
        yield f'<th scope="col">{said}<span aria-hidden="true">{shown}</span></th>'
    yield "</tr></thead><tbody>"
    for weekday in range(7):
        yield f'<tr><th scope="row">{texts.weekday(weekday)}</th>'
        yield from (
            _day(monday + timedelta(days=weekday, weeks=week), report, texts)
            for week in range(CALENDAR_WEEKS)
        )
        yield "</tr>"
    yield "</tbody></table></section>"


def _day(day: date, report: Report, texts: Texts) -> str:
    if day > report.today:
        return '<td class="none"></td>'
    minutes = report.minutes.get(day)
    said = escape(
        texts("page.none")
        if minutes is None
        else texts("page.day_minutes", n=texts.number(minutes))
    )
    shown = "" if minutes is None else ' class="done"'
    return f'<td{shown} title="{texts.day(day)}: {said}"><span class="unseen">{said}</span></td>'


def _section(chart: Chart, texts: Texts) -> Iterator[str]:
    label = escape(f"{chart.title}. {chart.says}", quote=True)
    yield f"<section><h2>{escape(chart.title)}</h2><p>{escape(chart.says)}</p>"
    yield f'<figure class="charts" role="img" aria-label="{label}">{_unread(chart.draw())}</figure>'
    yield f"<details><summary>{escape(texts('page.table'))}</summary><table><thead><tr>"
    yield from (f'<th scope="col">{escape(head)}</th>' for head in chart.head)
    yield "</tr></thead><tbody>"
    for first, *rest in chart.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></details></section>"


def _unread(drawing: str) -> str:
    """Hide the texts of a chart from screen readers, which read its label instead.

    Read aloud, the texts of the axes alone would be a row of numbers.
    """
    return drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)
