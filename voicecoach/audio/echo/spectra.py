"""Compute powers of spectra, and keep the last blocks without copying them."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from voicecoach.core.audio import Samples

Spectra = npt.NDArray[np.complexfloating]
Powers = npt.NDArray[np.floating]

Array = TypeVar("Array", Spectra, Powers)

_SPACE = 8
"""Size of the array in multiples of the kept rows, so that they are rarely moved."""


def power_of(spectra: Spectra) -> Powers:
    """Return the power of each bin."""
    power: Powers = spectra.real**2 + spectra.imag**2
    return power


def mean_square(samples: Samples) -> float:
    """Return the mean square of samples, shape (frames,).

    numpy's `mean` takes ten times as long for a block.
    """
    return float(samples @ samples) / len(samples)


class Recent(Generic[Array]):
    """Keeps the last rows of a sequence that starts as `first`, shape (parts, bins)."""

    def __init__(self, first: Array):
        self._parts = len(first)
        self._kept = np.zeros((_SPACE * len(first), *first.shape[1:]), dtype=first.dtype)
        self._replace(first)

    @property
    def all(self) -> Array:
        """Return all rows, the latest first; a view that is valid until the next `add`."""
        return self._kept[self._at : self._at + self._parts]

    def add(self, latest: Array) -> None:
        """Add a row, shape (bins,), in place of the oldest."""
        if not self._at:
            self._replace(self._kept[: self._parts])
        self._at -= 1
        self._kept[self._at] = latest

    def _replace(self, rows: Array) -> None:
        self._at = len(self._kept) - self._parts
        self._kept[self._at :] = rows
