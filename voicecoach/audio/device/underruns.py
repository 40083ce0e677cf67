"""When a driver needs more time: it has lost sound again and again."""

from __future__ import annotations

from collections import deque

MANY = 4
"""Gaps from which on it does; single ones come whenever a program starts."""

WITHIN = 500
"""Blocks (10 s) that they lie within."""


class UnderrunMonitor:
    """Follows how often a driver has reported a gap."""

    def __init__(self) -> None:
        self._blocks = 0
        self._known = 0
        self._at: deque[int] = deque(maxlen=MANY)

    def feed(self, count: int) -> bool:
        """A block on, with `count` gaps reported so far; whether there were many lately."""
        self._blocks += 1
        self._at.extend([self._blocks] * (count - self._known))
        self._known = count
        return len(self._at) == MANY and self._blocks - self._at[0] < WITHIN
