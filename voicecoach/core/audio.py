"""Sound: samples, rates and clips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # commands that make no sound do not wait for numpy
    import numpy as np
    import numpy.typing as npt


Samples: TypeAlias = "npt.NDArray[np.float32]"
"""Mono audio, shape (frames,), full scale +-1."""


HEARING_RATE = 16_000
"""Sample rate (Hz) of the recogniser, the voice-activity detector and the echo canceller."""


BLOCK_SECONDS = 0.02
"""Length of one block of the coach's loop: two 10 ms frames, the unit of the echo canceller."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Hold rendered sound: mono samples at `rate` Hz.

    `onset` is the frame where the sound becomes audible.
    """

    samples: Samples
    rate: int
    onset: int = 0

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate
