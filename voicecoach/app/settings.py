"""Read the user's settings: a small YAML file, described in the reference.

See docs/reference/settings.md for its fields.
"""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from voicecoach.content.language import DEFAULT, languages
from voicecoach.content.yaml_schema import Content, load_yaml, suggestion
from voicecoach.session.plan.age_doses import OLDEST, YOUNGEST
from voicecoach.session.profile.day_times import WATER_EVERY, DayTimes
from voicecoach.session.profile.preferences import (
    EMERGENCY_NUMBER,
    LOUDEST,
    QUIETEST,
    CountStyle,
    Listening,
    Pace,
    Preferences,
    Words,
)

FEWEST_DIGITS, MOST_DIGITS = 2, 15
"""Digits of a telephone number: 15 at most (ITU-T E.164), and no emergency number has one."""


def _telephone_number(given: object) -> object:
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    digits = isinstance(given, str) and given.isascii() and given.isdigit()
    if not digits or not FEWEST_DIGITS <= len(str(given)) <= MOST_DIGITS:
        shown = given if isinstance(given, str | float | bool) else "what is there"
        raise ValueError(
            f"cannot be {shown!r} - give {FEWEST_DIGITS} to {MOST_DIGITS} digits and nothing else, such as 112."
        )
    return given


def _language(given: object) -> object:
    if given not in languages():
        shown = given if isinstance(given, str | int | float | bool) else "what is there"
        raise ValueError(f"cannot be {shown!r} - {suggestion(str(shown), languages())}")
    return given


def _clock_time(given: object) -> object:
    if isinstance(given, time):
        return given
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", given) if isinstance(given, str) else None
    if not found:
        shown = given if isinstance(given, str | int | float | bool) else "what is there"
        raise ValueError(f"cannot be {shown!r} - give a time of the day such as 9:00 or 20:30.")
    return time(int(found[1]), int(found[2]))


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
"""Hours and minutes with a colon between them, up to 23:59."""


class Settings(Content):
    """Hold the user's settings; every key may be left out."""

    language: Annotated[str, BeforeValidator(_language)] = DEFAULT
    """What the coach speaks and understands: the name of a folder of content."""

    emergency_number: Annotated[str, BeforeValidator(_telephone_number)] = EMERGENCY_NUMBER
    """Whom the coach says to call when something may be seriously wrong, in digits."""

    age: int | None = Field(default=None, ge=YOUNGEST, le=OLDEST)
    """The user's age in years, which decides about doses."""
    check_in: bool = True
    """Whether the coach asks before and after a routine how the legs feel."""

    journal: bool = True
    """Whether what is done is written down, to carry on with it and to tell how it goes."""

    keep_audio: int = Field(default=0, ge=0, le=100_000)
    """Megabytes of what was said that are kept as sound."""

    awake: tuple[ClockTime, ClockTime] = (time(9), time(20))
    """From when to when the coach may remind of something."""
    water_every: int = Field(default=WATER_EVERY, ge=0, le=600)
    """Minutes from one glass of water to the reminder of the next; 0: no reminder."""

    remind_at: tuple[ClockTime, ...] = Field(default=(), max_length=12)
    """When to remind of the exercises, every day."""

    counting: CountStyle = "usual"
    words: Words = "usual"
    pace: Pace = "usual"
    volume: int = Field(0, ge=QUIETEST, le=LOUDEST)
    listening: Listening = "always"

    @model_validator(mode="after")
    def _wakes_before_it_sleeps(self) -> Self:
        begin, end = self.awake
        if begin >= end:
            raise ValueError(
                "awake: ends before it begins - give the earlier time first, as in [9:00, 20:00]."
            )
        return self

    @property
    def day(self) -> DayTimes:
        """Return the times of the user's day."""
        return DayTimes(*self.awake, self.water_every, self.remind_at)

    @property
    def preferences(self) -> Preferences:
        """Return how the user likes to be coached when a session begins."""
        return Preferences(self.counting, self.words, self.pace, self.volume, self.listening)


def load_settings(path: Path) -> Settings:
    """Load the settings at `path`, or the default settings if there is no file.

    Raises:
        ContentError: There are mistakes; the message lists all of them.
    """
    return load_yaml(path, Settings) if path.exists() else Settings()
