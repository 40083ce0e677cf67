"""Build the charts of the history, each with a sentence and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voicecoach.history import chart_drawing
from voicecoach.history.report import Pains, Report
from voicecoach.history.texts import Texts


@dataclass(frozen=True, slots=True)
class Chart:
    """Hold a chart.

    It has a title, a sentence that states its content, the figures in rows under a head, and its
    picture (SVG).
    """

    title: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    draw: Callable[[], str]


def charts(report: Report, texts: Texts) -> list[Chart]:
    """Return the charts for which there is data."""
    found = [_minutes(report, texts)]
    if report.pain:
        found.append(_pain(report, texts))
    if report.by_muscles:
        found.append(_muscles(report, texts))
    if report.holds:
        found.append(_holds(report, texts))
    return found


def png(report: Report, texts: Texts) -> bytes:
    """Draw all charts below one another."""
    return chart_drawing.png((chart.title, chart.draw()) for chart in charts(report, texts))


def _minutes(report: Report, texts: Texts) -> Chart:
    what = "month" if report.monthly else "week"
    labels = _periods(report, texts)
    values = [report.by_period.get(period, 0.0) for period in report.periods]
    says = texts(
        f"chart.minutes_say_{what}",
        minutes=texts.number(sum(values)),
        n=texts.number(len(values)),
        most=texts.number(max(values)),
    )
    return Chart(
        texts(f"chart.minutes_{what}"),
        says,
        (texts(f"chart.{what}"), texts("chart.minutes")),
        [(label, texts.number(value)) for label, value in zip(labels, values, strict=True)],
        lambda: chart_drawing.columns(labels, values, texts.number),
    )


def _pain(report: Report, texts: Texts) -> Chart:
    labels = _periods(report, texts)
    both = [report.pain.get(period, Pains(None, None)) for period in report.periods]
    before, after = [one.before for one in both], [one.after for one in both]
    names = (texts("chart.before"), texts("chart.after"))
    asked = [value for value in before if value is not None]
    says = (
        texts("chart.pain_say", first=texts.number(asked[0], 1), last=texts.number(asked[-1], 1))
        if asked
        else ""
    )
    return Chart(
        texts("chart.pain"),
        says,
        (texts("chart.month" if report.monthly else "chart.week"), *names),
        [
            (label, texts.number(first, 1), texts.number(then, 1))
            for label, first, then in zip(labels, before, after, strict=True)
            if first is not None or then is not None
        ],
        lambda: chart_drawing.lines(
            labels, [(names[0], before), (names[1], after)], texts.number, top=10, beside=2
        ),
    )


def _muscles(report: Report, texts: Texts) -> Chart:
    names = [texts.muscles(group) for group in report.by_muscles]
    values = list(report.by_muscles.values())
    return Chart(
        texts("chart.muscles"),
        texts("chart.muscles_say", group=names[0], minutes=texts.number(values[0])),
        (texts("chart.group"), texts("chart.minutes")),
        [(name, texts.number(minutes)) for name, minutes in zip(names, values, strict=True)],
        lambda: chart_drawing.bars(names, values, texts.number),
    )


def _holds(report: Report, texts: Texts) -> Chart:
    labels, periods = _periods(report, texts), report.periods
    series = [
        (texts.exercise(exercise), [held.get(period) for period in periods])
        for exercise, held in report.holds.items()
    ]
    rows = [
        (name, label, texts.number(seconds))
        for name, held in series
        for label, seconds in zip(labels, held, strict=True)
        if seconds is not None
    ]
    return Chart(
        texts("chart.holds"),
        texts("chart.holds_say", exercises=", ".join(name for name, _ in series)),
        (
            texts("chart.exercise"),
            texts("chart.month" if report.monthly else "chart.week"),
            texts("chart.seconds"),
        ),
        rows,
        lambda: chart_drawing.lines(labels, series, texts.number),
    )


def _periods(report: Report, texts: Texts) -> list[str]:
    """Return the names of the weeks or months."""
    return [
        texts.month(day, short=True) if report.monthly else texts.day_of_month(day)
        for day in report.periods
    ]
