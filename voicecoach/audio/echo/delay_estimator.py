"""Estimate the delay of the coach's voice at the microphone, and its drift."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

_BLOCK_SAMPLES = round(HEARING_RATE * BLOCK_SECONDS)


@dataclass(frozen=True, slots=True)
class DelayEstimatorParams:
    """Sizes of the windows that are compared, and thresholds on the peaks of their correlation."""

    window_samples: int = 8192
    """Microphone that is compared at a time (0.5 s), and the size of a range of delays."""
    hop_samples: int = 13 * _BLOCK_SAMPLES
    """Step between two comparisons: about half a window, and whole blocks."""
    ranges: int = 9
    """Ranges of delays that are searched, one hop apart and thus half overlapping: up to 2.5 s.
    Wireless loudspeakers take up to 2 s."""
    averaged: int = 4
    """Comparisons that are averaged for one impulse response."""
    search_after_missed: int = 2
    """Comparisons without a lag after which all ranges are searched."""
    drift_hops: int = 8
    """Comparisons between two impulse responses whose shift gives the drift: 2 s."""
    seldom_after_missed: int = 24
    """Comparisons without a lag after which only each fourth is searched: the user has headphones
    on."""
    max_gap_s: float = 6.0
    """Older comparisons are dropped: nothing was played meanwhile."""
    min_power: float = 1e-7
    """Mean square of the reference below which nothing was played."""
    clear_lag_height: float = 12.0
    """Least height of a lag's peak, in RMS of the whole response."""
    agreeing: int = 3
    """Averaged comparisons that must each show a new lag. A sound that begins from digital silence,
    in the microphone and in the reference, makes a peak too, but in two windows at most."""
    seen_height: float = 6.0
    """Least height of the peak in a single comparison, in RMS of the whole response."""
    peak_tolerance_samples: int = 2
    """Distance of that peak from the averaged one."""
    clear_drift_height: float = 25.0
    """Least height of a drift's peak, in RMS of the whole correlation."""
    edge_samples: int = 8192 // 8
    """A lag that is this close to an end of its range moves the range, because drift would take the
    lag out of it."""
    max_drift: float = 4e-4
    """Greatest drift, in samples a sample: 50 ppm are usual, and clocks beyond 400 ppm are
    broken."""
    drift_memory: float = 60.0
    """Estimates over which the drift is averaged."""

    @property
    def longest_delay_s(self) -> float:
        """Return the longest delay (s) that can be found."""
        return ((self.ranges - 1) * self.hop_samples + self.window_samples) / HEARING_RATE


_BAND_HZ = (150.0, 4000.0)
"""Frequencies that are compared."""

Spectrum = npt.NDArray[np.complexfloating]


@dataclass(frozen=True, slots=True)
class _Compared:
    frame: int
    spectrum: Spectrum


class _Last:
    """The last `frames` samples of a stream that is added in blocks."""

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
    """Correlates microphone and reference; the peak is the lag.

    The correlation is the generalised one with phase transform (Knapp and Carter 1976). The drift
    is the pace at which the whole correlation shifts, found by correlating two of them (double
    cross-correlation, Chinaev et al. 2019): reverberation shifts along and does not disturb. When
    no lag is found in the range of delays of the last one, all ranges are searched.

    Attributes:
        lag: Delay in samples; None until it is known.
        measured: How often the lag was found.
        missed: Comparisons without a lag since then.
        drift: Growth of the lag in samples a sample; 0 until it is known.
    """

    def __init__(self, params: DelayEstimatorParams = DelayEstimatorParams()) -> None:
        self._params = params
        self.lag: int | None = None
        self.measured = 0
        self.missed = 0
        self.drift = 0.0
        self._estimates = 0.0
        self._near, self._far = _Last(params.window_samples), _Last(2 * params.window_samples)
        self._frame = 0
        self._base = 0
        self._played: deque[Spectrum | None] = deque([None] * params.ranges, maxlen=params.ranges)
        self._compared: deque[_Compared] = deque(maxlen=params.averaged)
        self._responses: deque[_Compared] = deque(maxlen=params.drift_hops)
        self._elsewhere: list[deque[_Compared]] = [
            deque(maxlen=params.averaged) for _ in range(params.ranges)
        ]
        self._shifts: Spectrum = np.zeros(params.window_samples + 1, dtype=np.complex64)
        self._window = np.hanning(params.window_samples).astype(np.float32)
        frequencies = np.fft.rfftfreq(2 * params.window_samples, 1 / HEARING_RATE)
        self._band = ((frequencies > _BAND_HZ[0]) & (frequencies < _BAND_HZ[1])).astype(np.float32)

    def feed(self, near: Samples, far: Samples) -> None:
        """Add a block (20 ms) of microphone, and the block played meanwhile."""
        params = self._params
        self._near.add(near)
        self._far.add(far)
        self._frame += len(near)
        if self._frame % params.hop_samples == 0:
            last = self._far.all()
            sounds = np.mean(np.square(last[-params.window_samples :])) > params.min_power
            self._played.appendleft(np.fft.rfft(last) if sounds else None)
            self._compare()

    def _compare(self) -> None:
        """Compare the window with the reference at the start of the range of delays."""
        searching = self.missed >= self._params.search_after_missed or not self.measured
        if self._played[self._base] is None and not (
            searching and any(one is not None for one in self._played)
        ):
            return
        near = np.fft.rfft(
            np.concatenate(
                [np.zeros(self._params.window_samples, np.float32), self._near.all() * self._window]
            )
        )
        if (played := self._played[self._base]) is not None:
            self._compare_here(near, played)
        if searching and self.missed:
            self._search(near)

    def _compare_here(self, near: Spectrum, played: Spectrum) -> None:
        self.missed += 1
        self._add(self._compared, near, played)
        if len(self._compared) < self._params.averaged:
            return
        after = self._response(self._compared)
        peak, height = _peak(after)
        base = self._base
        if height > self._params.clear_lag_height and self._agreed(self._compared, base, peak):
            self._found(base, peak)
        if self._base == base:
            self._follow_drift(after)

    def _follow_drift(self, after: Samples) -> None:
        """Update the drift from the shift of the response since some comparisons ago."""
        latest = _Compared(
            self._compared[0].frame, np.fft.rfft(after, 2 * self._params.window_samples)
        )
        while (
            self._responses
            and self._frame - self._responses[0].frame > self._params.max_gap_s * HEARING_RATE
        ):
            self._responses.popleft()
        if len(self._responses) == self._responses.maxlen:
            before = self._responses[0]
            self._find_drift(latest.spectrum * before.spectrum.conj(), latest.frame - before.frame)
        self._responses.append(latest)

    def _search(self, near: Spectrum) -> None:
        """Compare in all ranges, and take the clearest lag."""
        params = self._params
        best, at = (0, params.clear_lag_height), None
        seldom = self.missed > params.seldom_after_missed and self.missed % params.averaged
        for base, played in enumerate(self._played):
            if played is None:
                continue
            self._add(self._elsewhere[base], near, played)
            if len(self._elsewhere[base]) == params.averaged and not seldom:
                peak, height = _peak(self._response(self._elsewhere[base]))
                if height > best[1] and self._agreed(self._elsewhere[base], base, peak):
                    best, at = (peak, height), base
        if at is not None:
            self._found(at, best[0])

    def _agreed(self, compared: Iterable[_Compared], base: int, peak: int) -> bool:
        """Return True if a lag is the known one, or shows in most single comparisons."""
        params = self._params
        if self.lag is not None:
            distance = abs(base * params.hop_samples + peak - self.lag)
            if distance <= params.peak_tolerance_samples:
                return True
        heights = (
            _seen(self._response([one]), peak, params.peak_tolerance_samples) for one in compared
        )
        return sum(height > params.seen_height for height in heights) >= params.agreeing

    def _add(self, compared: deque[_Compared], near: Spectrum, played: Spectrum) -> None:
        cross = near * played.conj()
        compared.append(_Compared(self._frame, cross / (np.abs(cross) + 1e-12) * self._band))
        while self._frame - compared[0].frame > self._params.max_gap_s * HEARING_RATE:
            compared.popleft()

    def _found(self, base: int, peak: int) -> None:
        """Take over a lag, `peak` samples into a range; move a range with the lag at its edge."""
        params = self._params
        self.lag = base * params.hop_samples + peak
        self.measured += 1
        self.missed = 0
        inside = self.lag - self._base * params.hop_samples
        if not params.edge_samples <= inside < params.window_samples - params.edge_samples:
            middle = round((self.lag - params.window_samples // 2) / params.hop_samples)
            moved = min(max(middle, 0), params.ranges - 1)
            if moved != self._base:
                self._base = moved
                self._compared = deque(self._elsewhere[moved], self._compared.maxlen)
                self._responses.clear()
        for one in self._elsewhere:
            one.clear()

    def _response(self, compared: Iterable[_Compared]) -> Samples:
        spectrum = np.sum([one.spectrum for one in compared], axis=0)
        return np.asarray(np.fft.irfft(spectrum)[: self._params.window_samples], dtype=np.float32)

    def _find_drift(self, shift: Spectrum, apart: int) -> None:
        """Update the drift from the cross-spectrum of two responses, `apart` samples apart."""
        params = self._params
        self._shifts = np.complex64(0.8) * self._shifts + shift
        correlation = np.fft.irfft(self._shifts)
        most = int(params.max_drift * apart) + 1
        near = np.concatenate([correlation[-most:], correlation[: most + 1]])
        peak = int(np.argmax(near))
        height = near[peak] / (
            np.sqrt(np.mean(np.square(correlation[: params.window_samples]))) + 1e-20
        )
        if height < params.clear_drift_height or not 0 < peak < 2 * most:
            return
        left, middle, right = near[peak - 1 : peak + 2]
        found = (peak - most + 0.5 * (left - right) / (left - 2 * middle + right)) / apart
        known = min(self._estimates, params.drift_memory)
        self.drift = float(self.drift * known + found) / (known + 1)
        self._estimates = known + 1


def _seen(response: Samples, peak: int, tolerance: int) -> float:
    """Return the height of a response near a peak, in RMS of the whole."""
    size = np.abs(response)
    most = float(np.max(size[max(0, peak - tolerance) : peak + tolerance + 1]))
    return most / (float(np.sqrt(np.mean(np.square(size)))) + 1e-20)


def _peak(response: Samples) -> tuple[int, float]:
    """Return the position of the peak, and its height in RMS of the whole response."""
    size = np.abs(response)
    peak = int(np.argmax(size))
    return peak, float(size[peak] / (np.sqrt(np.mean(np.square(size))) + 1e-20))
