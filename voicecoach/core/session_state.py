"""Define the states of a session, and the contexts of its questions."""

from __future__ import annotations

from enum import StrEnum


class SessionState(StrEnum):
    """Name the innermost state of the session chart.

    The value is its name in logs and in `requires_context`.
    """

    IDLE = "idle"
    CHECKING = "checking"
    ANNOUNCING = "announcing"
    POSITIONING = "positioning"
    WORKING = "working"
    COMPARING = "comparing"
    RESTING = "resting"
    PAUSED = "paused"
    RESUMING = "resuming"
    ALARMED = "alarmed"


class QuestionContext(StrEnum):
    """Name the kinds of open questions by their names in `requires_context`."""

    ASKING = "asking"
    """The question is answered by yes or no."""
    RATING = "rating"
    """The question asks for a number from 0 to 10."""
    COMFORT = "comfort"
    """The question asks whether a stretch was too easy or too much."""
    HURTING = "hurting"
    """The question asks where it hurts, and how much."""
    CALLED = "called"
    """The coach was called by its name and waits for a command; no sentence counts only there."""


GATE_STATES: frozenset[SessionState | QuestionContext] = frozenset(
    {*SessionState, *QuestionContext}
) - {
    SessionState.COMPARING,
    SessionState.RESUMING,
    SessionState.ALARMED,
    QuestionContext.CALLED,
}
"""States that an intents file may name.

In the other three of the chart the sentences of resting, announcing and idle count, and a call by
name has none of its own.
"""
