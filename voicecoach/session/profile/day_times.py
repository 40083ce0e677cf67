"""The user's day: when to remind of something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

WATER_EVERY = 120
"""Minutes from one glass of water to the reminder of the next: some six a day."""


@dataclass(frozen=True, slots=True)
class DayTimes:
    """When the user is awake, and every how many minutes a glass of water is due (0: never)."""

    begin: time = time(9)
    end: time = time(20)
    water_every: int = WATER_EVERY
    exercises: tuple[time, ...] = ()
    """When to remind of the exercises, beside what was told to the coach."""
