"""The history as one page of HTML that needs nothing else: no script, no network, no font from elsewhere. Light or dark
as the reader's system is, readable on a phone, and with every figure in a table for who hears it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from html import escape
from importlib.resources import files

from voicecoach.history.charts import Chart, charts, svg
from voicecoach.history.report import Report

CALENDAR_WEEKS = 18
"""Weeks of the calendar: as many as fit on a phone."""


def _style() -> str:
    return files("voicecoach.history").joinpath("page.css").read_text(encoding="utf-8")


def page(report: Report) -> str:
    """The page."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>voicecoach: history up to {report.today.isoformat()}</title><style>{_style()}</style></head>"
    yield "<body><main>"
    yield "<h1>Your legs, session by session</h1>"
    if report.minutes:
        yield from _summary(report)
        yield from _calendar(report)
        for chart in charts(report):
            yield from _section(chart)
    else:
        nothing = "No session yet. Say &ldquo;start leg routine&rdquo;, and this page fills by itself."
        yield f"<section><p>{nothing}</p></section>"
    yield "</main></body></html>"


def _summary(report: Report) -> Iterator[str]:
    figures = [
        (len(report.minutes), "days with a session"),
        (round(sum(report.minutes.values())), "minutes in all"),
        (report.this_week, "of the last seven days"),
        (report.streak, "days in a row"),
    ]
    if report.glasses:
        figures.append((report.glasses, "glasses of water in seven days"))
    yield '<section aria-label="In figures"><ul class="figures">'
    yield from (f"<li><b>{number}</b> {what}</li>" for number, what in figures)
    yield "</ul></section>"


def _calendar(report: Report) -> Iterator[str]:
    monday = report.today - timedelta(days=report.today.weekday(), weeks=CALENDAR_WEEKS - 1)
    yield '<section class="calendar"><h2>Calendar</h2>'
    yield f'<table><caption class="unseen">Days with a session in the last {CALENDAR_WEEKS} weeks</caption>'
    yield '<thead><tr><td class="none"></td>'
    month = ""
    for week in range(CALENDAR_WEEKS):
        day = monday + timedelta(weeks=week)
        shown, month = "" if f"{day:%b}" == month else f"{day:%b}", f"{day:%b}"
        said = f'<span class="unseen">week of {day.day} {day:%B}</span>'
        yield f'<th scope="col">{said}<span aria-hidden="true">{shown}</span></th>'
    yield "</tr></thead><tbody>"
    for weekday in range(7):
        yield f'<tr><th scope="row">{monday + timedelta(days=weekday):%a}</th>'
        yield from (_day(monday + timedelta(days=weekday, weeks=week), report) for week in range(CALENDAR_WEEKS))
        yield "</tr>"
    yield "</tbody></table></section>"


def _day(day: date, report: Report) -> str:
    if day > report.today:
        return '<td class="none"></td>'
    minutes = report.minutes.get(day)
    said = "none" if minutes is None else f"{minutes:.0f} minutes"
    shown = "" if minutes is None else ' class="done"'
    return f'<td{shown} title="{day.isoformat()}: {said}"><span class="unseen">{said}</span></td>'


def _section(chart: Chart) -> Iterator[str]:
    label = escape(f"{chart.title}. {chart.says}", quote=True)
    yield f"<section><h2>{escape(chart.title)}</h2><p>{escape(chart.says)}</p>"
    yield f'<figure role="img" aria-label="{label}">{_unread(svg(chart))}</figure>'
    yield "<details><summary>As a table</summary><table><thead><tr>"
    yield from (f'<th scope="col">{escape(head)}</th>' for head in chart.head)
    yield "</tr></thead><tbody>"
    for first, *rest in chart.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></details></section>"


def _unread(drawing: str) -> str:
    """The label says what is in it: the texts of its axes alone would be a row of numbers."""
    return drawing.replace("<svg ", '<svg aria-hidden="true" ', 1)
