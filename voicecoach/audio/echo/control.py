"""Keeping the coach from hearing itself: echo cancellers, or a half-duplex gate where those are not installed."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np

from voicecoach.audio.echo.delay_estimator import LONGEST
from voicecoach.audio.echo.divergence import DivergenceMonitor
from voicecoach.audio.echo.linear_canceller import LinearCanceller
from voicecoach.audio.echo.residual_echo import ResidualEchoEstimator, level
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

RELEASE = 0.35
"""Seconds after the coach's last sound for which the gate stays shut: reverberation and buffers
(docs/decisions/0006-echo-cancellers.md)."""

LOST = 1.0
"""Seconds of silent reference while the coach speaks after which the reference is taken for lost. Between two sentences
of a prompt it is silent for 0.4 s, and for longer where somebody wants a slow voice."""

ENOUGH_DB = -6.0
"""Share of the echo from which on it is left to prediction alone."""

SETTLING = 25
"""Blocks of learning before which it never is."""

SETTLED = 200
"""Blocks after which it always is: more cannot be told of an echo near the room's noise."""

LEARNT = 750
"""Blocks (15 s of the coach's voice) after which drift and distortion are known, too. Until then scraps of it are now
and then heard as words, unless enough of it is predicted."""

SUPPRESSED = 0.3
"""Delay (s) up to which AEC3 finds the echo by itself, and soon."""

LITTLE = 0.1
"""Share of the power taken out below which all of the predicted echo may be left: its way has just changed, or the user
is far louder."""

NOTHING_LEFT = -np.inf
"""Level (dB) of what is left of the coach's voice where nothing is."""


class EchoControl(Protocol):
    """Takes the coach's own voice out of the microphone."""

    name: str
    full_duplex: bool

    @property
    def residual(self) -> float:
        """Level (dB re full scale) of what may be left of it in the last block."""

    @property
    def delays(self) -> tuple[float, float]:
        """How much later (s) than it was played the coach's voice may be heard: at least, and at most."""

    @property
    def learning(self) -> bool:
        """Whether it is not known yet how the coach's voice arrives: what is heard over it may be the coach's."""

    @property
    def settled(self) -> bool:
        """Whether speech that is heard while the coach speaks is surely not the coach's."""

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """How many dB of what was heard between `since` and `until` (seconds ago) were the coach's own voice after all.
        None where that cannot be told."""

    def unplayed(self, seconds: float) -> None:
        """The last `seconds` of what was told to be played were not, after all."""

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """Clean a block of microphone (`near`) of what was played (`far`), both 16 kHz mono of one length, a
        whole number of 10 ms frames. `speaking`: the coach sounds, or did within RELEASE and the
        longer of the `delays`."""


class EchoCanceller:
    """Prediction (LinearCanceller), which leaves the user's voice as it is, as soon as it takes out enough; until then
    AEC3 (`pywebrtc-audio`), which is quicker and suppresses the user along with the coach. Where the coach is not found
    at the microphone (headphones), the user is heard as they are.

    It is deaf while the coach speaks where none of these helps: AEC3 does not find an echo that comes so late, and
    the prediction is not good yet; the prediction has become wrong, since the delay has jumped; the reference is
    missing."""

    name = "echo canceller (adaptive filters and AEC3)"
    full_duplex = True

    def __init__(self) -> None:
        import pywebrtc_audio

        self._aec = pywebrtc_audio.EchoCanceller(HEARING_RATE)
        self._linear = LinearCanceller()
        self._left = ResidualEchoEstimator()
        self._divergence = DivergenceMonitor()
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
        return (0.0, LONGEST) if delay is None or self._divergence.diverged else (delay, delay)

    @property
    def learning(self) -> bool:
        """See EchoControl."""
        return self._linear.learnt < LEARNT and not self.settled

    @property
    def settled(self) -> bool:
        """See EchoControl: AEC3, and filters that have not learnt enough, leave what the detector takes for a voice."""
        return self._inaudible or (self._predicts_well() and self._left.share <= ENOUGH_DB)

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """See EchoControl. What is no number (a driver's fault) is silence: one such sample would spoil the cancellers
        for good."""
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
        """Level (dB) of what may be left of a block of predicted `echo`. What was known of that is of no use once the
        echo's way has changed."""
        if self._linear.moved != self._moved:
            self._moved = self._linear.moved
            self._left = ResidualEchoEstimator()
        left = self._left.feed(clean, echo)
        return max(left, level(echo)) if self._divergence.taken_out < LITTLE else left

    @property
    def _inaudible(self) -> bool:
        return self._linear.inaudible and not self._divergence.converged

    @property
    def _late(self) -> bool:
        delay = self._linear.delay
        return delay is not None and delay > SUPPRESSED

    def _reset_learning(self) -> None:
        """Nothing counts of how well the echo was predicted, and AEC3 would have to learn as well."""
        self._linear.learnt = 0
        self._left = ResidualEchoEstimator()
        self._diverged = True

    def _suppressed(self, near: Samples, far: Samples) -> Samples:
        """What AEC3 makes of a block, as long as it may be needed."""
        if self._linear.learnt >= SETTLED or self._linear.inaudible or self._diverged:
            return near
        return np.asarray(self._aec.process(near, far), dtype=np.float32)

    def _predicts_well(self) -> bool:
        """Whether the echo is left to prediction; where AEC3 is of no use that must be seen to be right."""
        learnt = self._linear.learnt
        enough = learnt >= SETTLED or (learnt >= SETTLING and self._left.share <= ENOUGH_DB)
        return enough and (self._divergence.converged or not (self._late or self._diverged))

    def _trouble(self, far: Samples, speaking: bool) -> str:
        """What keeps the echo from being taken out; empty when nothing does."""
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
        return self._without_reference > LOST + self.delays[1]


def _finite(samples: Samples) -> Samples:
    return samples if np.isfinite(samples).all() else np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


class NoMicrophone:
    """For typed sessions: there is nothing to hear."""

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
    """Deaf while the coach speaks."""

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
    """The best that is installed, and that loads."""
    try:
        return EchoCanceller()
    except ImportError as error:
        _LOG.info("no echo canceller: %s", error)
        return HalfDuplexGate()
