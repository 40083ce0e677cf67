"""Pass samples between a sound card's thread and the coach's without a lock."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicecoach.core.audio import Samples

Strided = npt.NDArray[np.float32]
"""One channel of an interleaved buffer, shape (frames,): a view with gaps."""


class Ring:
    """Bounded queue of mono float32 samples over one array that is allocated once.

    It is safe without a lock for exactly one writing and one reading thread: each owns one of the
    two counts and only reads the other, and storing an int in an attribute is atomic under the
    interpreter's lock. A count is increased only after the samples have been copied. Counts never
    wrap, so "empty" and "full" differ.
    """

    def __init__(self, capacity: int) -> None:
        self._data: Samples = np.zeros(capacity, np.float32)
        self.written = 0
        """Samples written in total; set by the writer only."""
        self.taken = 0
        """Samples read or skipped in total; set by the reader only."""

    def __len__(self) -> int:
        return self.written - self.taken

    def write(self, samples: Strided) -> int:
        """Append the samples, shape (frames,), that fit; return their number."""
        count = min(len(samples), len(self._data) - len(self))
        start = self.written % len(self._data)
        first = min(count, len(self._data) - start)
        self._data[start : start + first] = samples[:first]
        self._data[: count - first] = samples[first:count]
        self.written += count
        return count

    def read_into(self, out: Strided) -> int:
        """Move the oldest samples to the beginning of `out`; return their number."""
        count = min(len(out), len(self))
        start = self.taken % len(self._data)
        first = min(count, len(self._data) - start)
        out[:first] = self._data[start : start + first]
        out[first:count] = self._data[: count - first]
        self.taken += count
        return count

    def read(self, most: int) -> Samples:
        """Return the oldest samples, at most `most`, in a new array of shape (frames,)."""
        out = np.empty(min(most, len(self)), np.float32)
        self.read_into(out)
        return out

    def skip(self, count: int) -> int:
        """Drop the oldest `count` samples (none if negative), as reader; return their number."""
        skipped = max(0, min(count, len(self)))
        self.taken += skipped
        return skipped
