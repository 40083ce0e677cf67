"""Give typed access to the slots of a command: texts, numbers, or lists of them."""

from __future__ import annotations

from collections.abc import Mapping

Slots = Mapping[str, object]
"""Name of a slot -> what was said for it."""


def text(slots: Slots, name: str) -> str | None:
    """Return the text in slot `name`; None where the slot is missing or empty."""
    value = slots.get(name)
    return str(value) if value else None


def texts(slots: Slots, name: str) -> tuple[str, ...]:
    """Return what was said for slot `name`, once or several times, each value once."""
    value = slots.get(name)
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return tuple(dict.fromkeys(map(str, values)))


def integer(slots: Slots, name: str) -> int | None:
    """Return the whole number in slot `name`, rounded; None where the slot is missing."""
    value = slots.get(name)
    return None if value is None else round(float(str(value)))


def duration_s(slots: Slots) -> float | None:
    """Return the length of time in seconds, from `seconds` and `minutes`.

    Of several values the last one counts. Returns None where neither slot was filled.
    """
    seconds, minutes = (
        value[-1] if isinstance(value := slots.get(name), list) else value
        for name in ("seconds", "minutes")
    )
    if seconds is None and minutes is None:
        return None
    return float(str(seconds or 0)) + 60 * float(str(minutes or 0))
