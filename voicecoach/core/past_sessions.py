"""Define what is known of past sessions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Hold a session as the journal has it.

    It has the name of its routine, its plan (a text that only the session package reads) and the
    number of the step that was reached.
    """

    routine: str
    plan: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compare a value in the first sessions with that in the last sessions.

    The value is a pain from 0 to 10, or the seconds for which `exercise` was held.
    """

    first: float
    last: float
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold the user's progress, as the journal knows it."""

    sessions: int = 0
    this_week: int = 0
    streak: int = 0
    """Days in a row with a session, up to today or yesterday."""
    pain: Comparison | None = None
    """Before the sessions, then and now."""
    relief: Comparison | None = None
    """Before and after a session, in the mean of the last ones."""
    easier: tuple[str, ...] = ()
    """Exercises (ids) that are done in a harder way than at first."""
    longer: Comparison | None = None
    """The hold that has grown most."""
