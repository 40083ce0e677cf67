"""How much sound a device has moved, as a line through time, from looks at it now and then."""

from __future__ import annotations

from collections import deque

WINDOW = 2.0
"""Seconds of looks that count: two clocks that are 200 ppm apart are 0.4 ms apart by then."""

_BUCKET = 0.25
"""Seconds of which only the best look is kept."""


class ChunkClock:
    """Devices move chunks of 5 to 10 ms, so that a look tells too little by as much as has passed since the last chunk,
    and chunks come late now and then, but never early: the look that shows most is the truest one (as the shortest
    round trip is for NTP's clock filter, RFC 5905, section 10). Of some looks a second at ever other moments one comes
    right after a chunk."""

    def __init__(self) -> None:
        self._best: deque[tuple[float, float]] = deque(maxlen=round(WINDOW / _BUCKET))
        """When a bucket began, and by how much the sound was ahead of the time in its best look (s)."""

    def look(self, moved: float, now: float) -> None:
        """So many seconds of sound have been moved by `now` (s)."""
        ahead = moved - now
        if self._best and now - self._best[-1][0] < _BUCKET:
            began, best = self._best.pop()
            self._best.append((began, max(best, ahead)))
        else:
            self._best.append((now, ahead))

    def moved(self, now: float) -> float:
        """Seconds of sound that have been moved by `now` (s), as if they came sample by sample."""
        return now + max(ahead for _, ahead in self._best)
