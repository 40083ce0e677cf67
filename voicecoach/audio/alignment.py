"""How late the coach's voice reaches the microphone, and how fast that changes because the clocks differ."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicecoach.events import HEARING_RATE, Samples

WINDOW = 8192
"""Samples of microphone that are compared at a time (0.5 s); the longest delay that can be found."""

HOP = 4096
"""Samples between two comparisons."""

TOGETHER = 4
"""Comparisons that are averaged for one impulse response."""

APART = 8
"""Comparisons between two impulse responses whose shift tells the drift: two seconds."""

LONGEST_GAP = 6.0
"""Seconds; what was compared longer ago is forgotten: nothing was played meanwhile."""

LEAST_POWER = 1e-7
"""Mean square below which nothing was played."""

CLEAR_LAG = 12.0
"""Height of the peak, in RMS of the whole, from which a lag counts."""

CLEAR_DRIFT = 25.0
"""The same for a drift."""

MOST_DRIFT = 4e-4
"""Clocks that differ by more (samples a sample) are broken: 50 parts per million are usual."""

REMEMBERED = 60.0
"""Estimates over which a drift is averaged."""

_BAND = (150.0, 4000.0)

Spectrum = npt.NDArray[np.complexfloating]


@dataclass(frozen=True, slots=True)
class _Compared:
    frame: int
    spectrum: Spectrum


class Alignment:
    """Compares microphone and reference by generalised cross-correlation with phase transform (Knapp and Carter 1976):
    its peak is the lag. The drift is the pace at which the whole correlation shifts, found by correlating two of them
    (double cross-correlation, Chinaev et al. 2019): reverberation shifts along and does not disturb.

    `lag` is None until it is known, and else in samples; `measured` counts how often it was found, `compared`
    how often it was looked for. `drift` is in samples a sample, positive where the lag grows; 0 until it is known.
    """

    def __init__(self) -> None:
        self.lag: int | None = None
        self.measured = 0
        self.compared = 0
        self.drift = 0.0
        self._estimates = 0.0
        self._near: Samples = np.zeros(WINDOW, dtype=np.float32)
        self._far = np.zeros(2 * WINDOW, dtype=np.float32)
        self._new = 0
        self._frame = 0
        self._compared: deque[_Compared] = deque(maxlen=TOGETHER + APART)
        self._shifts: Spectrum = np.zeros(WINDOW + 1, dtype=np.complex64)
        self._window = np.hanning(WINDOW).astype(np.float32)
        frequencies = np.fft.rfftfreq(2 * WINDOW, 1 / HEARING_RATE)
        self._band = ((frequencies > _BAND[0]) & (frequencies < _BAND[1])).astype(np.float32)

    def feed(self, near: Samples, far: Samples) -> None:
        """A block of microphone and of what was played meanwhile; one length."""
        self._near = np.concatenate([self._near[len(near) :], near])
        self._far = np.concatenate([self._far[len(far) :], far])
        self._frame += len(near)
        self._new += len(near)
        if self._new >= HOP:
            self._new -= HOP
            if np.mean(np.square(self._far[-WINDOW:])) > LEAST_POWER:
                self._compare()

    def _compare(self) -> None:
        self.compared += 1
        near = np.fft.rfft(np.concatenate([np.zeros(WINDOW, np.float32), self._near * self._window]))
        cross = near * np.fft.rfft(self._far).conj()
        self._compared.append(_Compared(self._frame, cross / (np.abs(cross) + 1e-12) * self._band))
        while self._frame - self._compared[0].frame > LONGEST_GAP * HEARING_RATE:
            self._compared.popleft()
        if len(self._compared) < TOGETHER:
            return
        latest = list(self._compared)[-TOGETHER:]
        after = self._response(latest)
        self._find_lag(after)
        if len(self._compared) == TOGETHER + APART:
            earliest = list(self._compared)[:TOGETHER]
            self._find_drift(self._response(earliest), after, latest[0].frame - earliest[0].frame)

    @staticmethod
    def _response(compared: list[_Compared]) -> Samples:
        spectrum = np.sum([one.spectrum for one in compared], axis=0)
        return np.asarray(np.fft.irfft(spectrum)[:WINDOW], dtype=np.float32)

    def _find_lag(self, response: Samples) -> None:
        size = np.abs(response)
        peak = int(np.argmax(size))
        if size[peak] > CLEAR_LAG * np.sqrt(np.mean(np.square(size))):
            self.lag = peak
            self.measured += 1

    def _find_drift(self, before: Samples, after: Samples, apart: int) -> None:
        shift = np.fft.rfft(after, 2 * WINDOW) * np.fft.rfft(before, 2 * WINDOW).conj()
        self._shifts = np.complex64(0.8) * self._shifts + shift
        correlation = np.fft.irfft(self._shifts)
        most = int(MOST_DRIFT * apart) + 1
        near = np.concatenate([correlation[-most:], correlation[: most + 1]])
        peak = int(np.argmax(near))
        height = near[peak] / (np.sqrt(np.mean(np.square(correlation[:WINDOW]))) + 1e-20)
        if height < CLEAR_DRIFT or not 0 < peak < 2 * most:
            return
        left, middle, right = near[peak - 1 : peak + 2]
        found = (peak - most + 0.5 * (left - right) / (left - 2 * middle + right)) / apart
        known = min(self._estimates, REMEMBERED)
        self.drift = float(self.drift * known + found) / (known + 1)
        self._estimates = known + 1
