"""Provide the echo canceller with one layer left out at a time.

The benchmark shows what each layer adds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voicecoach.audio.echo.control import (
    NOTHING_LEFT,
    EchoCanceller,
    EchoControl,
    HalfDuplexGate,
    make_echo_control,
)
from voicecoach.audio.echo.delay_estimator import DelayEstimator
from voicecoach.audio.echo.kalman_filter import KalmanFilters
from voicecoach.audio.echo.linear_canceller import LinearCanceller, LoudspeakerNonlinearity
from voicecoach.audio.echo.spectra import Spectra
from voicecoach.core.audio import Samples

WITHOUT_TEXT = "without text"
"""The whole canceller, and a coach that does not know what it is saying."""


class _NoCanceller:
    """The microphone as it is."""

    name = "none"
    full_duplex = True
    residual = NOTHING_LEFT
    delays = (0.0, 0.0)
    learning = False
    settled = True

    def echo_reduction_db(self, since: float, until: float) -> float | None:  # noqa: ARG002
        """See EchoControl."""
        return 0.0

    def unplayed(self, seconds: float) -> None:
        """See EchoControl."""

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:  # noqa: ARG002
        """See EchoControl."""
        return near


class _SuppressorAlone(EchoCanceller):
    """AEC3 and nothing else."""

    def _predicts_well(self) -> bool:
        return False

    def _trouble(self, far: Samples, speaking: bool) -> str:  # noqa: ARG002
        return ""

    def _suppressed(self, near: Samples, far: Samples) -> Samples:
        return np.asarray(self._aec.process(near, far), dtype=np.float32)


class _Undrifting(DelayEstimator):
    """Knows the lag, but not the drift."""

    def _find_drift(self, shift: Spectra, apart: int) -> None:
        """Do not."""


class _Unbent(LoudspeakerNonlinearity):
    """Takes the loudspeaker for a linear one."""

    def distort(self, far: Spectra, samples: Samples) -> Spectra:  # noqa: ARG002
        """Return the signal unchanged."""
        return far

    def learn(self, filters: KalmanFilters, best: int, clean: Samples, block: Samples) -> None:
        """Learn nothing."""


class _Straight(LinearCanceller):
    """Knows nothing of distortion."""

    def __init__(self) -> None:
        super().__init__()
        self._nonlinearity = _Unbent()


class _Steady(LinearCanceller):
    """Makes no use of its second filter, which is quick."""

    def _best(self) -> int:
        return 0

    def _exchange(self) -> None:
        """Exchange nothing."""


class _Eager(EchoCanceller):
    """Take all that is left for the user's voice."""

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """See EchoControl."""
        clean = super().process(near, far, speaking=speaking)
        self.residual = NOTHING_LEFT
        return clean


class _Shortsighted(EchoCanceller):
    """Skip the retrospective check."""

    def echo_reduction_db(self, since: float, until: float) -> float | None:  # noqa: ARG002
        """Report no echo reduction."""
        return 0.0


class _AtOnce(EchoCanceller):
    """Predicts from the first block on, without AEC3."""

    def _predicts_well(self) -> bool:
        return True

    def _suppressed(self, near: Samples, far: Samples) -> Samples:  # noqa: ARG002
        return near


def _with(linear: Callable[[], LinearCanceller]) -> Callable[[], EchoControl]:
    def make() -> EchoControl:
        canceller = EchoCanceller()
        canceller._linear = linear()
        return canceller

    return make


def _undrifting() -> LinearCanceller:
    canceller = LinearCanceller()
    canceller.alignment = _Undrifting()
    return canceller


CANCELLERS: dict[str, Callable[[], EchoControl]] = {
    "all": make_echo_control,
    "no canceller": _NoCanceller,
    "gate": HalfDuplexGate,
    "AEC3 alone": _SuppressorAlone,
    "without AEC3": _AtOnce,
    "without drift": _with(_undrifting),
    "without bending": _with(_Straight),
    "without quick filter": _with(_Steady),
    "without standing out": _Eager,
    "without hindsight": _Shortsighted,
    WITHOUT_TEXT: make_echo_control,
}
"""By the names that the table of layers has for them."""
