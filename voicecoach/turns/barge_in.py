"""Decide when the coach stops speaking because the user speaks (barge-in)."""

from __future__ import annotations

from collections import deque

LONGEST_YIELD = 5.0
"""Seconds of speech after which the coach speaks again: no command takes as long."""

IN_VAIN = 3
"""Number of recent interruptions by speech that was not understood after which speech no longer
interrupts."""

FORGIVEN = 30.0
"""Seconds after which such an interruption no longer counts."""


class BargeInPolicy:
    """Yield at once to speech, but not for long, and not repeatedly to speech that is not
    understood.

    Times are seconds of the coach's clock.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._granted = False
        self._in_vain: deque[float] = deque(maxlen=IN_VAIN)

    def yields(self, now: float, *, speech: bool) -> bool:
        """Return True if the coach must be silent at time `now`.

        Args:
            now: Seconds of the coach's clock.
            speech: Whether the user speaks.
        """
        if not speech:
            if self._since is not None and self._granted:
                self._in_vain.append(now)
            self._since = None
            return False
        if self._since is None:
            self._since = now
            self._granted = len(self._in_vain) < IN_VAIN or now - self._in_vain[0] > FORGIVEN
        return self._granted and now - self._since < LONGEST_YIELD

    def understood(self) -> None:
        """Record that the user's speech was understood, so that the next speech may interrupt
        again."""
        self._in_vain.clear()
        self._since = None
