"""Pace typed sessions without a speaker in place of the sound card's clock."""

from __future__ import annotations

import threading
import time

import numpy as np

from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples


class Ticker:
    """Exchanges silence for silence, one block every BLOCK_SECONDS of real time.

    This is the one place where the wall clock paces a session: it takes the place of the hardware.
    """

    rate = HEARING_RATE

    def __init__(self) -> None:
        self._due = time.monotonic()
        self._never = threading.Event()

    def process_block(self, out: Samples) -> Samples:  # noqa: ARG002
        """Wait for the end of the block; return silence of 320 frames."""
        self._due += BLOCK_SECONDS
        self._never.wait(max(0.0, self._due - time.monotonic()))
        return np.zeros(round(HEARING_RATE * BLOCK_SECONDS), dtype=np.float32)
