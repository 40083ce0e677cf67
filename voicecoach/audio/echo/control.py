"""Keep the coach from hearing itself, by echo cancellers or a half-duplex gate."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from voicecoach.audio.echo.delay_estimator import DelayEstimatorParams
from voicecoach.audio.echo.divergence import DivergenceMonitor, DivergenceParams
from voicecoach.audio.echo.kalman_filter import KalmanParams
from voicecoach.audio.echo.linear_canceller import LinearCanceller
from voicecoach.audio.echo.residual_echo import ResidualEchoEstimator, level
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

RELEASE = 0.35
"""The gate stays shut this long after the coach's last sound: reverberation and buffers
(docs/decisions/0006-echo-cancellers.md)."""


@dataclass(frozen=True, slots=True)
class EchoParams:
    """When the echo canceller relies on prediction, on AEC3, or on neither."""

    reference_lost_s: float = 1.0
    """Silent reference while the coach speaks after which the reference counts as lost. Between two
    sentences of a prompt it is silent for 0.4 s, and longer for a slow voice."""
    enough_share_db: float = -6.0
    """Share of the echo left by the prediction below which the prediction alone is used."""
    min_learnt_blocks: int = 25
    """Learnt blocks before which the prediction is never used alone."""
    settled_blocks: int = 200
    """Learnt blocks after which it always is: an echo near the room's noise reveals no more."""
    learnt_blocks: int = 750
    """Learnt blocks (15 s of the coach's voice) after which drift and distortion are known too.
    Before, scraps of echo are heard as words now and then, unless enough of it is predicted."""
    aec3_max_delay_s: float = 0.3
    """Delay up to which AEC3 finds the echo by itself, and soon."""
    little_taken_out: float = 0.1
    """Share of the power taken out below which all of the predicted echo may be left: the echo path
    has just changed, or the user is far louder."""
    delay: DelayEstimatorParams = field(default_factory=DelayEstimatorParams)
    kalman: KalmanParams = field(default_factory=KalmanParams)
    divergence: DivergenceParams = field(default_factory=DivergenceParams)


NOTHING_LEFT = -np.inf
"""Residual level (dB) where none of the coach's voice is left."""


class EchoControl(Protocol):
    """Takes the coach's own voice out of the microphone."""

    name: str
    full_duplex: bool

    @property
    def residual(self) -> float:
        """Return the level (dB re full scale) of the echo that may be left in the last block."""

    @property
    def delays(self) -> tuple[float, float]:
        """Return the least and the greatest delay (s) from playing a sound to hearing it."""

    @property
    def learning(self) -> bool:
        """Return True while the echo path is unknown: heard speech may be the coach's."""

    @property
    def settled(self) -> bool:
        """Return True if speech heard while the coach speaks is surely not the coach's."""

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """Return by how many dB the filters of now reduce sound heard a moment ago.

        Args:
            since: Start of the sound, in seconds ago.
            until: End of the sound, in seconds ago.

        Returns:
            The reduction in dB, high where the sound was the coach's own voice; None if unknown.
        """

    def unplayed(self, seconds: float) -> None:
        """Replace the last seconds of the reference by silence: they were never played."""

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """Remove the echo of the reference from a block of microphone.

        Args:
            near: Microphone, 16 kHz mono, a whole number of 10 ms frames.
            far: Reference, 16 kHz mono, as long as `near`.
            speaking: Whether the coach sounds, or did within RELEASE and the longer of the
                `delays`.

        Returns:
            The cleaned block, as long as `near`.
        """


class EchoCanceller:
    """Combines a linear prediction of the echo with WebRTC's AEC3.

    The prediction (LinearCanceller) leaves the user's voice intact and is used as soon as it takes
    out enough. Until then AEC3 (`pywebrtc-audio`) is used, which adapts sooner and suppresses the
    user along with the coach. A microphone that does not hear the coach (headphones) is passed
    through.

    The canceller is deaf while the coach speaks when none of these helps: the echo is too late for
    AEC3 and the prediction is not good yet, the prediction is wrong because the delay has jumped,
    or the reference is missing.
    """

    name = "echo canceller (adaptive filters and AEC3)"
    full_duplex = True

    def __init__(self, params: EchoParams = EchoParams()) -> None:
        import pywebrtc_audio

        self._params = params
        self._aec = pywebrtc_audio.EchoCanceller(HEARING_RATE)
        self._linear = LinearCanceller(params.delay, params.kalman)
        self._left = ResidualEchoEstimator()
        self._divergence = DivergenceMonitor(params.divergence)
        self._diverged = False
        self._moved = 0
        self._played = False
        self._without_reference = 0.0
        self._reported_trouble = ""
        self.residual = NOTHING_LEFT

    @property
    def delays(self) -> tuple[float, float]:
        """See EchoControl."""
        if self._inaudible or not self._played:
            return 0.0, 0.0
        delay = self._linear.delay
        if delay is None or self._divergence.diverged:
            return 0.0, self._params.delay.longest_delay_s
        return delay, delay

    @property
    def learning(self) -> bool:
        """See EchoControl."""
        return self._linear.learnt < self._params.learnt_blocks and not self.settled

    @property
    def settled(self) -> bool:
        """See EchoControl; AEC3 and young filters leave echo that resembles a voice."""
        return self._inaudible or (
            self._predicts_well() and self._left.share <= self._params.enough_share_db
        )

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """See EchoControl.

        Replace NaN and Inf samples, a driver's fault, by 0; one would corrupt the cancellers'
        state.
        """
        near, far = _finite(near), _finite(far)
        heard = self._heard(near, far, speaking=speaking)
        self._linear.heard(near, heard)
        return heard

    def unplayed(self, seconds: float) -> None:
        """See EchoControl."""
        self._linear.unplayed(seconds)

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """See EchoControl."""
        return 0.0 if self._inaudible else self._linear.echo_reduction_db(since, until)

    def _heard(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        self._played = self._played or bool(far.any())
        clean = self._linear.process(near, far)
        suppressed = self._suppressed(near, far)
        self._divergence.feed(near, clean)
        if self._divergence.diverged:
            self._reset_learning()
        left = self._may_be_left(clean, near - clean)
        self.residual = NOTHING_LEFT
        trouble = self._trouble(far, speaking)
        self._report_trouble(trouble)
        if speaking and trouble:
            return np.zeros_like(near)
        if self._predicts_well():
            self.residual = left
            return clean
        return near if self._inaudible else suppressed

    def _may_be_left(self, clean: Samples, echo: Samples) -> float:
        """Return the level (dB) that may be left of a block of predicted echo.

        The estimate starts again once the echo path has changed.
        """
        if self._linear.moved != self._moved:
            self._moved = self._linear.moved
            self._left = ResidualEchoEstimator()
        left = self._left.feed(clean, echo)
        return (
            max(left, level(echo))
            if self._divergence.taken_out < self._params.little_taken_out
            else left
        )

    @property
    def _inaudible(self) -> bool:
        return self._linear.inaudible and not self._divergence.converged

    @property
    def _late(self) -> bool:
        delay = self._linear.delay
        return delay is not None and delay > self._params.aec3_max_delay_s

    def _reset_learning(self) -> None:
        """Forget how well the echo was predicted; AEC3 would have to adapt again too."""
        self._linear.learnt = 0
        self._left = ResidualEchoEstimator()
        self._diverged = True

    def _suppressed(self, near: Samples, far: Samples) -> Samples:
        """Return the output of AEC3, or `near` once AEC3 is not needed any more."""
        if (
            self._linear.learnt >= self._params.settled_blocks
            or self._linear.inaudible
            or self._diverged
        ):
            return near
        return np.asarray(self._aec.process(near, far), dtype=np.float32)

    def _predicts_well(self) -> bool:
        """Return True if the prediction alone is used; without AEC3 it must have converged."""
        learnt = self._linear.learnt
        enough = learnt >= self._params.settled_blocks or (
            learnt >= self._params.min_learnt_blocks
            and self._left.share <= self._params.enough_share_db
        )
        return enough and (self._divergence.converged or not (self._late or self._diverged))

    def _trouble(self, far: Samples, speaking: bool) -> str:
        """Return the reason why the echo cannot be taken out, or an empty string."""
        if self._is_lost(far, speaking):
            return "what the coach says does not reach the echo canceller"
        if self._inaudible or self._predicts_well():
            return ""
        if self._diverged:
            return "the coach's voice is not heard as it was expected"
        return "the coach's voice is heard late, and is not known well yet" if self._late else ""

    def _report_trouble(self, trouble: str) -> None:
        if trouble and not self._reported_trouble:
            _LOG.warning("%s: deaf while it speaks", trouble)
        elif self._reported_trouble and not trouble:
            _LOG.info("no longer deaf while the coach speaks")
        self._reported_trouble = trouble

    def _is_lost(self, far: Samples, speaking: bool) -> bool:
        missing = speaking and not far.any()
        self._without_reference = self._without_reference + BLOCK_SECONDS if missing else 0.0
        return self._without_reference > self._params.reference_lost_s + self.delays[1]


def _finite(samples: Samples) -> Samples:
    return (
        samples
        if np.isfinite(samples).all()
        else np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    )


class NoMicrophone:
    """Passes the microphone through; used by typed sessions, which hear nothing."""

    name = "no microphone"
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


class HalfDuplexGate:
    """Silences the microphone while the coach speaks."""

    name = "half-duplex gate (install voicecoach[echo] to be heard while the coach speaks)"
    full_duplex = False
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
        return np.zeros_like(near) if speaking else near


def make_echo_control() -> EchoControl:
    """Return the best echo control that is installed and loads."""
    try:
        return EchoCanceller()
    except ImportError as error:
        _LOG.info("no echo canceller: %s", error)
        return HalfDuplexGate()
