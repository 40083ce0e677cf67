"""Provide the style of the page and its charts.

The style is CSS, with the light colours filled in for a picture, which supports no variables.
"""

from __future__ import annotations

import re
from importlib.resources import files

_COLOUR = re.compile(r"--([\w-]+): (#\w+)")


def page_style() -> str:
    """Return the style of the page and of the charts on it."""
    return _file("page.css") + _file("chart.css")


def picture_style() -> tuple[str, str]:
    """Return the style of the charts on paper, and the colour of the paper."""
    light = dict(
        reversed(_COLOUR.findall(_file("page.css")))
    )  # the first of each name: the page is light at first
    return re.sub(r"var\(--([\w-]+)\)", lambda name: light[name[1]], _file("chart.css")), light[
        "card"
    ]


def _file(name: str) -> str:
    return files("voicecoach.history").joinpath(name).read_text(encoding="utf-8")
