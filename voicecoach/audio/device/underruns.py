"""Decide when a driver needs more latency because it has lost sound repeatedly."""

from __future__ import annotations

from collections import deque

MIN_GAPS = 4
"""Gaps from which on the driver needs more; single ones come whenever a program starts."""

WINDOW_BLOCKS = 500
"""The gaps lie within this many blocks (10 s)."""


class UnderrunMonitor:
    """Follows how often a driver has reported a gap."""

    def __init__(self) -> None:
        self._blocks = 0
        self._known = 0
        self._at: deque[int] = deque(maxlen=MIN_GAPS)

    def feed(self, count: int) -> bool:
        """Advance a block, with `count` gaps so far; return True if there were many lately."""
        self._blocks += 1
        self._at.extend([self._blocks] * (count - self._known))
        self._known = count
        return len(self._at) == MIN_GAPS and self._blocks - self._at[0] < WINDOW_BLOCKS
