"""The charts of the history, drawn by matplotlib: as SVG whose colours are those of the page around it, or as PNG."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from voicecoach.events import VoicecoachError
from voicecoach.history.report import Report

INK, FAINT = "#010203", "#040506"
"""Stand in for the colours of text and of lines in the SVG, which the page sets."""

SERIES = ("#0a1b01", "#0a1b02", "#0a1b03", "#0a1b04", "#0a1b05")
"""Stand in for those of the series."""

ON_WHITE = {
    INK: "#1d2733",
    FAINT: "#c3ccd6",
    **dict(zip(SERIES, ("#2a78b5", "#c2571a", "#2b8a57", "#8a4fa3", "#8a6d1a"), strict=True)),
}
"""The colours on white paper: for PNG. Each has a contrast of at least 3 : 1 (WCAG 2.1, graphics)."""

MARKERS = ("o", "s", "^", "D", "v")
"""Series differ in these, too: not everybody tells colours apart."""

WIDTH, HEIGHT = 7.2, 3.0
"""Inches of a chart."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, what it says in a sentence, the figures in rows under a head, and how it is drawn on the axes
    of a figure."""

    title: str
    says: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    draw: Callable[[Any, Mapping[str, str]], None]


def charts(report: Report) -> list[Chart]:
    """The charts there is something for."""
    found = [_minutes(report)]
    if report.pain:
        found.append(_pain(report))
    found.append(_muscles(report))
    if report.holds:
        found.append(_holds(report))
    return found


def svg(chart: Chart) -> str:
    """A chart as an `<svg>` element. Colours are those of CSS: currentColor, --faint, --series-1 and so on."""
    figure, axes = _figure()
    same = {colour: colour for colour in (INK, FAINT, *SERIES)}
    _draw(chart, axes, same)
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = text.replace(INK, "currentColor").replace(FAINT, "var(--faint)")
    for number, colour in enumerate(SERIES, 1):
        text = text.replace(colour, f"var(--series-{number})")
    return text


def write_png(found: Sequence[Chart], path: Path) -> None:
    """All charts below one another, on white."""
    figure, axes = _figure(len(found))
    for chart, one in zip(found, axes if len(found) > 1 else [axes], strict=True):
        _draw(chart, one, ON_WHITE)
        one.set_title(chart.title, loc="left", color=ON_WHITE[INK])
    figure.savefig(path, format="png", dpi=160, facecolor="white")


def _figure(rows: int = 1) -> tuple[Any, Any]:
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise VoicecoachError("pictures need matplotlib; install it with: pip install 'voicecoach[history]'") from error
    mpl.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "voicecoach", "font.family": "sans-serif", "font.size": 10}
    )
    figure = Figure(figsize=(WIDTH, HEIGHT * rows))
    margin = 0.5 / (HEIGHT * rows)
    figure.subplots_adjust(left=0.13, right=0.98, bottom=margin, top=1 - margin, hspace=0.6)
    return figure, figure.subplots(rows, 1)


def _draw(chart: Chart, axes: Any, colours: Mapping[str, str]) -> None:
    axes.tick_params(colors=colours[INK], length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(colours[FAINT])
    axes.grid(axis="y", color=colours[FAINT], linewidth=0.6)
    axes.set_axisbelow(True)
    chart.draw(axes, colours)
    legend = axes.get_legend()
    if legend:
        for text in legend.get_texts():
            text.set_color(colours[INK])


# --- the charts -------------------------------------------------------------------------------------------------------


def _minutes(report: Report) -> Chart:
    what = "month" if report.monthly else "week"
    values = [report.by_period.get(period, 0.0) for period in report.periods]

    def draw(axes: Any, colours: Mapping[str, str]) -> None:
        axes.bar(range(len(values)), values, color=colours[SERIES[0]], width=0.7)
        _label(axes, report.periods, colours, monthly=report.monthly)
        axes.set_ylabel("minutes", color=colours[INK])

    says = f"{sum(values):.0f} minutes in {len(values)} {what}s; {max(values):.0f} in the fullest one."
    rows = [
        (_name(period, monthly=report.monthly), f"{value:.0f}")
        for period, value in zip(report.periods, values, strict=True)
    ]
    return Chart(f"Minutes by the {what}", says, (what.capitalize(), "Minutes"), rows, draw)


def _pain(report: Report) -> Chart:
    periods = [period for period in report.periods if period in report.pain]
    both = [report.pain[period] for period in periods]
    series = (("before", [one.before for one in both]), ("after", [one.after for one in both]))

    def draw(axes: Any, colours: Mapping[str, str]) -> None:
        for number, (name, values) in enumerate(series):
            there = [(place, value) for place, value in enumerate(values) if value is not None]
            axes.plot(
                *zip(*there, strict=True) if there else ((), ()),
                color=colours[SERIES[number]],
                marker=MARKERS[number],
                label=name,
            )
        axes.set_ylim(0, 10)
        _label(axes, periods, colours, monthly=report.monthly)
        axes.set_ylabel("nought to ten", color=colours[INK])
        axes.legend(frameon=False, ncols=2, loc="upper right")

    before = [one.before for one in both if one.before is not None]
    says = (
        f"Before a session {before[0]:.1f} at first and {before[-1]:.1f} lately, on a scale from nought to ten."
        if before
        else ""
    )
    rows = [
        (_name(period, monthly=report.monthly), _figure_of(one.before), _figure_of(one.after))
        for period, one in zip(periods, both, strict=True)
    ]
    return Chart("How the legs felt", says, ("Month" if report.monthly else "Week", "Before", "After"), rows, draw)


def _muscles(report: Report) -> Chart:
    groups = list(report.by_muscles.items())

    def draw(axes: Any, colours: Mapping[str, str]) -> None:
        axes.barh(
            [name for name, _ in groups][::-1],
            [minutes for _, minutes in groups][::-1],
            color=colours[SERIES[2]],
            height=0.6,
        )
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color=colours[FAINT], linewidth=0.6)
        axes.set_xlabel("minutes", color=colours[INK])

    says = f"Most time went into {groups[0][0]}, {groups[0][1]:.0f} minutes." if groups else ""
    rows = [(name, f"{minutes:.0f}") for name, minutes in groups]
    return Chart("Minutes by muscle group", says, ("Group", "Minutes"), rows, draw)


def _holds(report: Report) -> Chart:
    shown = [(exercise.replace("-", " "), held) for exercise, held in report.holds.items()]

    def draw(axes: Any, colours: Mapping[str, str]) -> None:
        for number, (name, held) in enumerate(shown):
            places = [report.periods.index(period) for period in held]
            axes.plot(places, list(held.values()), color=colours[SERIES[number]], marker=MARKERS[number], label=name)
        axes.set_ylim(bottom=0)
        _label(axes, report.periods, colours, monthly=report.monthly)
        axes.set_ylabel("seconds", color=colours[INK])
        axes.legend(frameon=False, fontsize=8, loc="lower center", ncols=2, bbox_to_anchor=(0.5, 1.0))

    rows = [
        (name, _name(period, monthly=report.monthly), f"{seconds:.0f}")
        for name, held in shown
        for period, seconds in held.items()
    ]
    says = f"Mean length of a hold of {', '.join(name for name, _ in shown)}."
    return Chart("Holds", says, ("Exercise", "Month" if report.monthly else "Week", "Seconds"), rows, draw)


def _label(axes: Any, periods: Sequence[date], colours: Mapping[str, str], *, monthly: bool) -> None:
    """Name some of the periods below the axis, so that the names have room."""
    every = max(1, -(-len(periods) // 6))
    places = list(range(0, len(periods), every))
    axes.set_xticks(places, [_name(periods[place], monthly=monthly) for place in places], color=colours[INK])
    axes.set_xlim(-0.6, max(len(periods) - 0.4, 0.6))


def _name(period: date, *, monthly: bool) -> str:
    return f"{period:%b %Y}" if monthly else f"{period.day} {period:%b}"


def _figure_of(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
