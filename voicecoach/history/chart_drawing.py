"""Draw charts as SVG with pygal.

Their look is defined by chart.css, with the colours of the page around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any
from xml.etree import ElementTree

from voicecoach.core.errors import VoicecoachError
from voicecoach.history.page_style import picture_style

WIDTH = 560
"""Units of a chart; on a page it is as wide as there is room."""

HEIGHT, ROW = 250, 24
"""Units of a chart over time; of a bar, or a line of the legend."""

FONT = 14
"""Units; chart.css has the same."""

LONGER = 12
"""Units by which a line in the legend is longer than pygal's box."""

LABELS = 6
"""Names below an axis of time at most: more would run into one another."""

STEPS = 6
"""Parts of an axis of values at most."""

FEW = 26
"""Points of a line that are marked one by one."""

FAMILIES = "DejaVu Sans, Noto Sans, Liberation Sans, Ubuntu, Roboto, Arial, Helvetica, Segoe UI, FreeSans, sans-serif"
"""Fonts of a picture: one of them is on nearly every system."""

MAGNIFIED = 2
"""Pixels of a picture to a unit."""

_SVG = "http://www.w3.org/2000/svg"
_SCRIPTED = ("defs", "title", "desc")
"""Elements that pygal's script needs, or its style."""
_UNUSED = ("background", "plot tooltip-overlay")
"""Classes of elements that nobody sees."""

_INSTALL = "install what it needs with: pip install 'voicecoach[history]'"

Number = Callable[[float], str]
"""A number as it is written on an axis."""


def columns(labels: Sequence[str], values: Sequence[float], number: Number) -> str:
    """Draw a column for each label."""
    graph = _pygal().Bar(**_look(HEIGHT, number))
    _label(graph, labels)
    _scale(graph, max(values))
    graph.add("", [round(value, 1) for value in values])
    return _drawn(graph)


def bars(labels: Sequence[str], values: Sequence[float], number: Number) -> str:
    """Draw a bar for each label, the first at the top."""
    graph = _pygal().HorizontalBar(**_look(2 * ROW + ROW * len(labels), number))
    graph.x_labels, graph.show_minor_x_labels = list(labels)[::-1], True
    _scale(graph, max(values))
    graph.add("", [round(value, 1) for value in values][::-1])
    return _drawn(graph)


def lines(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    number: Number,
    *,
    top: float | None = None,
    beside: int = 1,
) -> str:
    """Draw a line for each of `series`, with gaps where there is no value.

    The axis begins at 0 and ends at `top` if that is given. The legend has `beside` names in a row.
    """
    known = [value for _, values in series for value in values if value is not None]
    rows = -(-len(series) // beside)
    graph = _pygal().Line(**_look(HEIGHT + ROW * rows, number))
    graph.show_legend, graph.legend_at_bottom, graph.legend_at_bottom_columns = True, True, beside
    _label(graph, labels)
    _scale(graph, top or max(known))
    for name, values in series:
        there = sum(value is not None for value in values)
        graph.add(
            name,
            [None if value is None else round(value, 1) for value in values],
            show_dots=len(values) <= FEW or there < 2,
        )
    return _drawn(graph)


def _look(height: int, number: Number) -> dict[str, object]:
    from pygal.style import Style

    return {
        "width": WIDTH,
        "height": height,
        "style": Style(label_font_size=FONT, major_label_font_size=FONT, legend_font_size=FONT),
        "css": [],
        "js": [],
        "disable_xml_declaration": True,
        "value_formatter": number,
        "show_legend": False,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "truncate_legend": -1,
        "margin": 6,
        "margin_right": 24,
        "spacing": 8,
        "dots_size": 3.5,
        "legend_box_size": FONT,
    }


def _label(graph: Any, labels: Sequence[str]) -> None:
    """Name some of the places along the axis of time."""
    every = max(1, -(-len(labels) // LABELS))
    graph.x_labels = list(labels)
    graph.x_labels_major = list(labels[every // 2 :: every])


def _scale(graph: Any, most: float) -> None:
    """Round numbers from 0 to `most` or above along the axis of values."""
    wanted = max(most, 1.0) / STEPS
    power = 10 ** math.floor(math.log10(wanted))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= wanted)
    graph.y_labels = [step * number for number in range(math.ceil(max(most, 1.0) / step) + 1)]
    graph.range = (0, graph.y_labels[-1])


def _pygal() -> Any:
    try:
        import pygal
    except ImportError as error:
        raise VoicecoachError(f"charts cannot be drawn: {error}; {_INSTALL}") from error
    return pygal


def _drawn(graph: Any) -> str:
    root = ElementTree.fromstring(graph.render())
    root.attrib.pop("id", None)
    _prune(root)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _prune(parent: ElementTree.Element) -> None:
    """Remove what needs pygal's script or style.

    The boxes of the legend become lines like those of the chart.
    """
    for child in list(parent):
        child.attrib.pop("id", None)
        tag = child.tag.removeprefix(f"{{{_SVG}}}")
        if tag in _SCRIPTED or child.get("class") in _UNUSED:
            parent.remove(child)
        elif tag == "rect" and "legend" in parent.get("class", ""):
            _make_line(child)
        else:
            _prune(child)


def _make_line(box: ElementTree.Element) -> None:
    left, top, size = (float(box.attrib.pop(name)) for name in ("x", "y", "width"))
    del box.attrib["height"]
    box.tag = f"{{{_SVG}}}path"
    box.attrib["d"] = f"M{left - LONGER:g} {top + size / 2:g}h{size + LONGER:g}"
    box.attrib["class"] += " line"


# --- as a picture -------------------------------------------------------------------------------


def png(charts: Iterable[tuple[str, str]]) -> bytes:
    """Draw charts (title and SVG) below one another, in light colours."""
    try:
        import resvg_py  # noqa: F401 - what is missing is told before anything is drawn
    except ImportError as error:
        raise VoicecoachError(f"pictures cannot be drawn: {error}; {_INSTALL}") from error
    parts, bottom = [], ROW / 2
    for title, chart in charts:
        parts.append(f'<text class="title" x="12" y="{bottom + ROW - 4:g}">{escape(title)}</text>')
        height = float(ElementTree.fromstring(chart).attrib["viewBox"].split()[3])
        place = f'<svg x="0" y="{bottom + 1.5 * ROW:g}" width="{WIDTH}" height="{height:g}" '
        parts.append(chart.replace("<svg ", place, 1))
        bottom += 3 * ROW + height
    if _rendered(f'<text y="{FONT}">0</text>', FONT) == _rendered("", FONT, skip_system_fonts=True):
        raise VoicecoachError(
            "a picture needs a font, and none was found; install one, such as DejaVu Sans"
        )
    return _rendered("".join(parts), bottom)


def _rendered(inside: str, height: float, *, skip_system_fonts: bool = False) -> bytes:
    import resvg_py

    style, paper = picture_style()
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" font-family="{FAMILIES}"'
    whole = f'<svg xmlns="{_SVG}" class="charts" {size}>{inside}</svg>'
    drawn = resvg_py.svg_to_bytes(
        svg_string=whole,
        style_sheet=style,
        background=paper,
        zoom=MAGNIFIED,
        skip_system_fonts=skip_system_fonts,
    )
    return bytes(drawn)
