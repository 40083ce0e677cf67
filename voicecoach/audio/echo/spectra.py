"""Spectra and powers; those of the last blocks kept so that neither adding one nor looking at all copies anything."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from voicecoach.core.audio import Samples

Spectra = npt.NDArray[np.complexfloating]
Powers = npt.NDArray[np.floating]

Array = TypeVar("Array", Spectra, Powers)

_SPACE = 8
"""Times as much room as is looked at: so rarely all of it is moved to the other end."""


def power_of(spectra: Spectra) -> Powers:
    """The power of each bin."""
    power: Powers = spectra.real**2 + spectra.imag**2
    return power


def mean_square(samples: Samples) -> float:
    """Of samples, shape (frames,): without numpy's `mean`, which takes ten times as long for a block."""
    return float(samples @ samples) / len(samples)


class Recent(Generic[Array]):
    """The last ones of something like `first`, shape (parts, bins)."""

    def __init__(self, first: Array):
        self._parts = len(first)
        self._kept = np.zeros((_SPACE * len(first), *first.shape[1:]), dtype=first.dtype)
        self._replace(first)

    @property
    def all(self) -> Array:
        """All of them, the latest first; shape (parts, bins). A view, until the next is added."""
        return self._kept[self._at : self._at + self._parts]

    def add(self, latest: Array) -> None:
        """One more, shape (bins,), in place of the oldest."""
        if not self._at:
            self._replace(self._kept[: self._parts])
        self._at -= 1
        self._kept[self._at] = latest

    def _replace(self, rows: Array) -> None:
        self._at = len(self._kept) - self._parts
        self._kept[self._at :] = rows
