"""Was it the coach's own voice after all? What was heard a moment ago is predicted once more, by filters that meanwhile
have learnt how it arrives, and learn from it again. An echo that came through because its way had just changed, or was
not known well yet, vanishes; somebody else's voice stays as loud as it was heard."""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import dataclass

import numpy as np

from voicecoach.audio.echo.kalman_filter import KalmanFilters
from voicecoach.audio.echo.spectra import Array, Powers, Spectra, power_of
from voicecoach.core.audio import BLOCK_SECONDS, Samples

KEPT = 4.0
"""Seconds that are kept: of a longer utterance the end is judged."""

LEAD = 0.3
"""Seconds before an utterance from which on the filters learn anew."""

PASSES = 2
"""Times that they learn from it."""

FEWEST = 3
"""Blocks of an utterance without which nothing can be told."""


@dataclass(frozen=True, slots=True)
class _Block:
    near: Samples
    far: Spectra
    """Spectrum of what was played, as the filters read it."""
    heard: float
    """Energy of what was left when it was heard."""


class EchoRetrospective:
    """Keeps the last blocks. `parts` is how many blocks the filters span."""

    def __init__(self, parts: int):
        self._parts = parts
        self._blocks: deque[_Block] = deque(maxlen=round(KEPT / BLOCK_SECONDS) + parts)

    def feed(self, near: Samples, far: Spectra, heard: Samples) -> None:
        """A block of microphone, the spectrum of what the filters read for it (shape (BINS,)), and what was heard."""
        self._blocks.append(_Block(near, far.copy(), float(heard @ heard)))

    def clear(self) -> None:
        """What was read is not what is read now."""
        self._blocks.clear()

    def echo_reduction_db(self, since: float, until: float, filters: KalmanFilters) -> float | None:
        """How many dB of what was heard between `since` and `until` (seconds ago) vanish; the most that any of the
        `filters` takes out. They stay as they are. None where too little is kept to tell."""
        blocks = list(self._blocks)
        end = len(blocks) - max(0, round(until / BLOCK_SECONDS) - 1)
        begin = max(len(blocks) - round(since / BLOCK_SECONDS), self._parts)
        if end - begin < FEWEST:
            return None
        first = max(self._parts, begin - round(LEAD / BLOCK_SECONDS))
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
        """Energy that is left of the `judged` blocks once a copy of the `filters` has learnt from all blocks since
        `first`, by the one that leaves least."""
        filters = copy.deepcopy(filters)
        for _pass in range(PASSES):
            for number in range(first, len(blocks)):
                filters.process(blocks[number].near, self._span(spectra, number), self._span(powers, number))
        remains = [blocks[number].near - filters.echoes(self._span(spectra, number)) for number in judged]
        return float(np.min(np.sum(np.square(remains), axis=(0, 2))))

    def _span(self, of_blocks: Array, number: int) -> Array:
        """What the filters read for a block, the latest first; shape (parts, BINS)."""
        return of_blocks[number + 1 - self._parts : number + 1][::-1]
