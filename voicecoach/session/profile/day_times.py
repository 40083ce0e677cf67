"""Define the user's day: when to remind of something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

WATER_EVERY = 120
"""Minutes from one glass of water to the reminder of the next: some six a day."""


@dataclass(frozen=True, slots=True)
class DayTimes:
    """Hold when the user is awake, and the minutes between glasses of water.

    0 minutes means no reminders.
    """

    begin: time = time(9)
    end: time = time(20)
    water_every: int = WATER_EVERY
    exercises: tuple[time, ...] = ()
    """When to remind of the exercises, beside what was told to the coach."""
