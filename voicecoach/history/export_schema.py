"""Define the contents of a journal, as it is exported and imported."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from voicecoach.content.yaml_schema import Content

Text = Annotated[str, Field(max_length=200)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000)]


def _in_range(moment: datetime) -> datetime:
    if not date(2000, 1, 1) <= moment.date() <= date(9000, 1, 1):
        raise ValueError("cannot be the time of a session - give one since the year 2000.")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A time with its offset from UTC."""


def _of_the_day(at: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise ValueError("cannot be the time of a reminder - give one such as 08:00.")
    return at


ClockTime = Annotated[str, AfterValidator(_of_the_day)]
"""A time of the day, as the journal has it: "08:00"."""


class WorkRecord(Content):
    """Describe a hold, a set or a walk.

    `planned` and `done` are seconds or repetitions; `at` is its time in the session (s).
    """

    at: Seconds
    exercise: Text
    muscles: Text
    kind: Literal["hold", "repetitions", "timed"]
    side: Literal["left", "right"] | None = None
    set_number: Count = 1
    level: Literal["easier", "usual", "harder"] = "usual"
    planned: Count
    done: Count
    seconds: Seconds
    outcome: Literal["done", "partly", "left out"]
    reason: Text | None = None


class PainRecord(Content):
    """Describe how much something hurt, 0 to 10."""

    at: Seconds
    moment: Literal["before", "during", "after"]
    rating: int | None = Field(default=None, ge=0, le=10)
    place: Text | None = None
    exercise: Text | None = None


class SessionRecord(Content):
    """Describe a session."""

    began: Moment
    routine: Text
    seconds: Seconds = 0.0
    outcome: Literal["open", "done", "stopped", "dropped", "red flag"] = "open"
    step: Count = 0
    plan: str = Field(default="", max_length=100_000)
    work: tuple[WorkRecord, ...] = ()
    pain: tuple[PainRecord, ...] = ()

    @property
    def key(self) -> str:
        """Return when it began, by which the journal identifies sessions."""
        return self.began.astimezone(UTC).isoformat(timespec="microseconds")


class Export(Content):
    """A whole journal. `voicecoach` is the version of this form."""

    voicecoach: Literal[1] = 1
    sessions: tuple[SessionRecord, ...] = ()
    water: tuple[Moment, ...] = ()
    reminders: tuple[ClockTime, ...] = ()
    """When to remind of the exercises, every day: those that were set by voice."""

    @model_validator(mode="after")
    def _once(self) -> Self:
        keys = [session.key for session in self.sessions]
        if len(set(keys)) < len(keys):
            raise ValueError("has two sessions that began at the same moment - leave one out.")
        return self
