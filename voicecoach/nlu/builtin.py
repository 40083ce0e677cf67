"""Where the project's own intents are."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path

from voicecoach.content.language import DEFAULT, content

_PACKAGED = Path(__file__).parents[1] / "data" / "intents.yaml"
_CHECKOUT = Path(__file__).parents[2] / "intents.yaml"
"""Where English has its file: beside the code, for all to read, and in an installed package."""


def builtin_intents(language: str = DEFAULT) -> Traversable:
    """The project's own intents file of `language`."""
    if language != DEFAULT:
        return content(language, "intents.yaml")
    return _PACKAGED if _PACKAGED.is_file() else _CHECKOUT
