"""When does the coach yield to somebody who speaks?"""

from __future__ import annotations

from collections import deque

LONGEST_YIELD = 5.0
"""Seconds after which the coach goes on over somebody who goes on speaking: no command takes as long."""

IN_VAIN = 3
"""Times that it falls silent for what comes to nothing before it goes on over it."""

FORGIVEN = 30.0
"""Seconds after which one of these is forgotten."""


class BargeInPolicy:
    """Decides when the coach yields the floor: at once to whoever speaks, but neither for long nor again and again to
    what comes to nothing. Times are seconds of the coach's clock."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._granted = False
        self._in_vain: deque[float] = deque(maxlen=IN_VAIN)

    def yields(self, now: float, *, speech: bool) -> bool:
        """Whether the coach is silent now; `speech`: somebody speaks."""
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
        """What was said meant something."""
        self._in_vain.clear()
        self._since = None
