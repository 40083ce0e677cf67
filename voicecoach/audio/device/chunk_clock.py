"""Estimate the sound that a device has moved, from polls now and then."""

from __future__ import annotations

from collections import deque

WINDOW_S = 2.0
"""Polls of this time count: two clocks that are 200 ppm apart differ by 0.4 ms after it."""

_BUCKET_S = 0.25
"""Only the best poll of each bucket is kept."""


class ChunkClock:
    """Takes the poll that shows the most sound as the truest one.

    Devices move chunks of 5 to 10 ms, so a poll misses the sound since the last chunk, and chunks
    are late now and then, but never early. NTP's clock filter takes the shortest round trip for the
    same reason (RFC 5905, section 10). With several polls a second at varied moments, one comes
    right after a chunk.
    """

    def __init__(self) -> None:
        self._best: deque[tuple[float, float]] = deque(maxlen=round(WINDOW_S / _BUCKET_S))
        """Start of each bucket (s), and the most that its sound was ahead of the time (s)."""

    def look(self, moved: float, now: float) -> None:
        """Note a poll: `moved` seconds of sound have been moved by the time `now` (s)."""
        ahead = moved - now
        if self._best and now - self._best[-1][0] < _BUCKET_S:
            began, best = self._best.pop()
            self._best.append((began, max(best, ahead)))
        else:
            self._best.append((now, ahead))

    def moved(self, now: float) -> float:
        """Return the seconds of sound moved by the time `now` (s), corrected for the chunks."""
        return now + max(ahead for _, ahead in self._best)
