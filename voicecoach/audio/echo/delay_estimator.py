"""How late the coach's voice reaches the microphone, and how fast that changes because the clocks differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

WINDOW = 8192
"""Samples of microphone that are compared at a time (0.5 s); the range of delays that are told apart at a time."""

HOP = 13 * round(HEARING_RATE * BLOCK_SECONDS)
"""Samples between two comparisons: about half a window, and whole blocks, so that it is always as many."""

BASES = 9
"""Ranges of delays that are searched, each HOP later than the one before and thus half over it: up to 2.5 s. Wireless
loudspeakers take up to two."""

TOGETHER = 4
"""Comparisons that are averaged for one impulse response."""

MISSED = 2
"""Comparisons without a lag after which all ranges are searched."""

APART = 8
"""Comparisons between two impulse responses whose shift tells the drift: two seconds."""

LONG_MISSED = 24
"""Comparisons without a lag after which only each fourth is searched for one: the coach is heard with headphones."""

LONGEST_GAP = 6.0
"""Seconds; what was compared longer ago is forgotten: nothing was played meanwhile."""

LEAST_POWER = 1e-7
"""Mean square below which nothing was played."""

CLEAR_LAG = 12.0
"""Height of the peak, in RMS of the whole, from which a lag counts."""

AGREEING = 3
"""Comparisons of those TOGETHER that must show a new lag. Sounds that begin from digital silence, at the microphone and
in what is played, make a peak, too, but they are in two windows at most."""

SEEN = 6.0
"""Height of the peak, in RMS of the whole, from which a single comparison shows it."""

NEARLY = 2
"""Samples by which it may be off there."""

CLEAR_DRIFT = 25.0
"""The same for a drift."""

LONGEST = ((BASES - 1) * HOP + WINDOW) / HEARING_RATE
"""Seconds: the longest delay that can be found."""

NEAR_THE_EDGE = WINDOW // 8
"""Samples from either end of the range at which it is moved: clocks that drift would take the lag out of it."""

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


class _Last:
    """The last `frames` samples of what is added in blocks."""

    def __init__(self, frames: int):
        self._samples: Samples = np.zeros(frames, dtype=np.float32)
        self._since: list[Samples] = []

    def add(self, block: Samples) -> None:
        self._since.append(block)

    def all(self) -> Samples:
        self._samples = np.concatenate([self._samples, *self._since])[-len(self._samples) :]
        self._since = []
        return self._samples


class DelayEstimator:
    """Compares microphone and reference by generalised cross-correlation with phase transform (Knapp and Carter 1976):
    its peak is the lag. The drift is the pace at which the whole correlation shifts, found by correlating two of them
    (double cross-correlation, Chinaev et al. 2019): reverberation shifts along and does not disturb.

    Where no lag is found in the range of delays in which it was found last, all ranges are searched.

    `lag` is None until it is known, and else in samples; `measured` counts how often it was found, `missed` how often
    it was not since then. `drift` is in samples a sample, positive where the lag grows; 0 until it is known.
    """

    def __init__(self) -> None:
        self.lag: int | None = None
        self.measured = 0
        self.missed = 0
        self.drift = 0.0
        self._estimates = 0.0
        self._near, self._far = _Last(WINDOW), _Last(2 * WINDOW)
        self._frame = 0
        self._base = 0
        self._played: deque[Spectrum | None] = deque([None] * BASES, maxlen=BASES)
        self._compared: deque[_Compared] = deque(maxlen=TOGETHER)
        self._responses: deque[_Compared] = deque(maxlen=APART)
        self._elsewhere: list[deque[_Compared]] = [deque(maxlen=TOGETHER) for _ in range(BASES)]
        self._shifts: Spectrum = np.zeros(WINDOW + 1, dtype=np.complex64)
        self._window = np.hanning(WINDOW).astype(np.float32)
        frequencies = np.fft.rfftfreq(2 * WINDOW, 1 / HEARING_RATE)
        self._band = ((frequencies > _BAND[0]) & (frequencies < _BAND[1])).astype(np.float32)

    def feed(self, near: Samples, far: Samples) -> None:
        """A block (20 ms) of microphone and of what was played meanwhile."""
        self._near.add(near)
        self._far.add(far)
        self._frame += len(near)
        if self._frame % HOP == 0:
            last = self._far.all()
            sounds = np.mean(np.square(last[-WINDOW:])) > LEAST_POWER
            self._played.appendleft(np.fft.rfft(last) if sounds else None)
            self._compare()

    def _compare(self) -> None:
        """With what was played when the range of delays begins, which is that many comparisons ago."""
        searching = self.missed >= MISSED or not self.measured
        if self._played[self._base] is None and not (searching and any(one is not None for one in self._played)):
            return
        near = np.fft.rfft(np.concatenate([np.zeros(WINDOW, np.float32), self._near.all() * self._window]))
        if (played := self._played[self._base]) is not None:
            self._compare_here(near, played)
        if searching and self.missed:
            self._search(near)

    def _compare_here(self, near: Spectrum, played: Spectrum) -> None:
        self.missed += 1
        self._add(self._compared, near, played)
        if len(self._compared) < TOGETHER:
            return
        after = self._response(self._compared)
        peak, height = _peak(after)
        base = self._base
        if height > CLEAR_LAG and self._agreed(self._compared, base, peak):
            self._found(base, peak)
        if self._base == base:
            self._follow_drift(after)

    def _follow_drift(self, after: Samples) -> None:
        """From how far the response has shifted since the one of some comparisons ago."""
        latest = _Compared(self._compared[0].frame, np.fft.rfft(after, 2 * WINDOW))
        while self._responses and self._frame - self._responses[0].frame > LONGEST_GAP * HEARING_RATE:
            self._responses.popleft()
        if len(self._responses) == self._responses.maxlen:
            before = self._responses[0]
            self._find_drift(latest.spectrum * before.spectrum.conj(), latest.frame - before.frame)
        self._responses.append(latest)

    def _search(self, near: Spectrum) -> None:
        """Compare in all ranges; the clearest lag is taken."""
        best, at = (0, CLEAR_LAG), None
        seldom = self.missed > LONG_MISSED and self.missed % TOGETHER
        for base, played in enumerate(self._played):
            if played is None:
                continue
            self._add(self._elsewhere[base], near, played)
            if len(self._elsewhere[base]) == TOGETHER and not seldom:
                peak, height = _peak(self._response(self._elsewhere[base]))
                if height > best[1] and self._agreed(self._elsewhere[base], base, peak):
                    best, at = (peak, height), base
        if at is not None:
            self._found(at, best[0])

    def _agreed(self, compared: Iterable[_Compared], base: int, peak: int) -> bool:
        """Whether a lag is the one that is known, or is seen in most of what was compared."""
        if self.lag is not None and abs(base * HOP + peak - self.lag) <= NEARLY:
            return True
        return sum(_seen(self._response([one]), peak) > SEEN for one in compared) >= AGREEING

    def _add(self, compared: deque[_Compared], near: Spectrum, played: Spectrum) -> None:
        cross = near * played.conj()
        compared.append(_Compared(self._frame, cross / (np.abs(cross) + 1e-12) * self._band))
        while self._frame - compared[0].frame > LONGEST_GAP * HEARING_RATE:
            compared.popleft()

    def _found(self, base: int, peak: int) -> None:
        """A lag, `peak` samples into a range; the range is moved where the lag is near its end."""
        self.lag = base * HOP + peak
        self.measured += 1
        self.missed = 0
        inside = self.lag - self._base * HOP
        if not NEAR_THE_EDGE <= inside < WINDOW - NEAR_THE_EDGE:
            middle = round((self.lag - WINDOW // 2) / HOP)
            moved = min(max(middle, 0), BASES - 1)
            if moved != self._base:
                self._base = moved
                self._compared = deque(self._elsewhere[moved], self._compared.maxlen)
                self._responses.clear()
        for one in self._elsewhere:
            one.clear()

    @staticmethod
    def _response(compared: Iterable[_Compared]) -> Samples:
        spectrum = np.sum([one.spectrum for one in compared], axis=0)
        return np.asarray(np.fft.irfft(spectrum)[:WINDOW], dtype=np.float32)

    def _find_drift(self, shift: Spectrum, apart: int) -> None:
        """From the spectrum of the correlation of two responses, `apart` samples after each other."""
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


def _seen(response: Samples, peak: int) -> float:
    """How high a response is near a peak of others, in RMS of the whole."""
    size = np.abs(response)
    most = float(np.max(size[max(0, peak - NEARLY) : peak + NEARLY + 1]))
    return most / (float(np.sqrt(np.mean(np.square(size)))) + 1e-20)


def _peak(response: Samples) -> tuple[int, float]:
    """Where a response is highest, and how high that is in RMS of the whole."""
    size = np.abs(response)
    peak = int(np.argmax(size))
    return peak, float(size[peak] / (np.sqrt(np.mean(np.square(size))) + 1e-20))
