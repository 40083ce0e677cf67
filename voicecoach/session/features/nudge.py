"""Speak to a user for whom everything waits, after a long silence."""

from __future__ import annotations

from voicecoach.core.session_state import SessionState
from voicecoach.session.context import SessionContext

NUDGE_AFTER = 120.0
"""Seconds of silence in a pause after which the coach says that it is still there.

If a longer wait was asked for, the coach speaks after that wait.
"""


class Nudge:
    """Say once in a silence that everything waits."""

    def __init__(self, context: SessionContext):
        self._context = context
        self._done = False

    def heard(self) -> None:
        """Take note of a command: the next silence is a new one."""
        self._done = False

    @property
    def after_s(self) -> float | None:
        """Return the seconds of silence after which to nudge.

        None if nothing waits, or the nudge has been given.
        """
        context = self._context
        paused = context.state == SessionState.PAUSED
        stuck = context.question is None and context.state in (
            SessionState.CHECKING,
            SessionState.COMPARING,
        )
        if self._done or not (stuck or paused):
            return None
        return max(NUDGE_AFTER, context.flow.expected_pause_s if paused else 0.0)

    def nudge(self) -> None:
        """Say that everything waits, and wait in silence from then on."""
        self._done = True
        if self._context.state != SessionState.PAUSED:
            self._context.chart.pause(cues=())
        self._context.flow.reply("nudge")
