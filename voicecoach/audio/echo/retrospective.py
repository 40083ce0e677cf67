"""Decide afterwards whether a heard sound was the coach's own voice.

The sound of a moment ago is predicted once more, by filters that have adapted since and adapt to it
again. An echo that came through because its path had just changed, or was not learnt well yet, is
reduced; another voice stays as loud as it was heard.
"""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import dataclass

import numpy as np

from voicecoach.audio.echo.kalman_filter import KalmanFilters
from voicecoach.audio.echo.spectra import Array, Powers, Spectra, power_of
from voicecoach.core.audio import BLOCK_SECONDS, Samples

KEPT_S = 4.0
"""Sound that is kept: of a longer utterance only the end is judged."""

LEAD_S = 0.3
"""The filters adapt again from this long before an utterance."""

PASSES = 2
"""Passes over the sound in which they adapt."""

MIN_BLOCKS = 3
"""Blocks of an utterance without which there is no verdict."""


@dataclass(frozen=True, slots=True)
class _Block:
    near: Samples
    far: Spectra
    """Spectrum of the reference, as the filters read it."""
    heard: float
    """Energy of the cleaned block at the time it was heard."""


class EchoRetrospective:
    """Keeps the last blocks; `parts` is the number of blocks that the filters span."""

    def __init__(self, parts: int):
        self._parts = parts
        self._blocks: deque[_Block] = deque(maxlen=round(KEPT_S / BLOCK_SECONDS) + parts)

    def feed(self, near: Samples, far: Spectra, heard: Samples) -> None:
        """Keep a block.

        Args:
            near: Microphone, shape (BLOCK,).
            far: Spectrum of the reference that the filters read for it, shape (BINS,).
            heard: Cleaned block, shape (BLOCK,).
        """
        self._blocks.append(_Block(near, far.copy(), float(heard @ heard)))

    def clear(self) -> None:
        """Drop all blocks: the reference is read at another delay from now on."""
        self._blocks.clear()

    def echo_reduction_db(self, since: float, until: float, filters: KalmanFilters) -> float | None:
        """Return the greatest reduction (dB) of a past sound by any of the filters.

        Args:
            since: Start of the sound, in seconds ago.
            until: End of the sound, in seconds ago.
            filters: Filters of now; they are copied and not changed.

        Returns:
            The reduction in dB; None if too few blocks are kept.
        """
        blocks = list(self._blocks)
        end = len(blocks) - max(0, round(until / BLOCK_SECONDS) - 1)
        begin = max(len(blocks) - round(since / BLOCK_SECONDS), self._parts)
        if end - begin < MIN_BLOCKS:
            return None
        first = max(self._parts, begin - round(LEAD_S / BLOCK_SECONDS))
        spectra = np.stack([block.far for block in blocks])
        powers = power_of(spectra)
        heard = sum(block.heard for block in blocks[begin:end])
        left = self._left(filters, blocks, spectra, powers, first, range(begin, end))
        return 10 * float(np.log10((heard + 1e-9) / (left + 1e-9)))

    def _left(
        self,
        filters: KalmanFilters,
        blocks: list[_Block],
        spectra: Spectra,
        powers: Powers,
        first: int,
        judged: range,
    ) -> float:
        """Return the least energy that a copy of the filters leaves of the `judged` blocks.

        The copy first adapts to all blocks from number `first` on.
        """
        filters = copy.deepcopy(filters)
        for _pass in range(PASSES):
            for number in range(first, len(blocks)):
                filters.process(
                    blocks[number].near, self._span(spectra, number), self._span(powers, number)
                )
        remains = [
            blocks[number].near - filters.echoes(self._span(spectra, number)) for number in judged
        ]
        return float(np.min(np.sum(np.square(remains), axis=(0, 2))))

    def _span(self, of_blocks: Array, number: int) -> Array:
        """Return the rows that the filters read for a block, the latest first."""
        return of_blocks[number + 1 - self._parts : number + 1][::-1]
