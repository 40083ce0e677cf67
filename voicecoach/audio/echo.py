"""Keeping the coach from hearing itself: echo cancellers, or a half-duplex gate where those are not installed."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np

from voicecoach.audio.linear import LinearCanceller
from voicecoach.audio.residual import Residual
from voicecoach.events import BLOCK_SECONDS, HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

RELEASE = 0.35
"""Seconds after the coach's last sound for which the gate stays shut: reverberation and buffers (design)."""

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
    def learning(self) -> bool:
        """Whether it is not known yet how the coach's voice arrives: what is heard over it may be the coach's."""

    @property
    def settled(self) -> bool:
        """Whether speech that is heard while the coach speaks is surely not the coach's."""

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """Clean a block of microphone (`near`) of what was played (`far`), both 16 kHz mono of one length, a
        whole number of 10 ms frames. `speaking`: the coach sounds, or did within RELEASE."""


class EchoCanceller:
    """Prediction (LinearCanceller), which leaves the user's voice as it is, as soon as it takes out enough; until then
    AEC3 (`pywebrtc-audio`), which is quicker and suppresses the user along with the coach. Where the coach is never
    found at the microphone (headphones), the user is heard as they are."""

    name = "echo canceller (adaptive filters and AEC3)"
    full_duplex = True

    def __init__(self) -> None:
        import pywebrtc_audio

        self._aec = pywebrtc_audio.EchoCanceller(HEARING_RATE)
        self._linear = LinearCanceller()
        self._left = Residual()
        self._without_reference = 0.0
        self.residual = NOTHING_LEFT

    @property
    def learning(self) -> bool:
        """See EchoControl."""
        return self._linear.learnt < LEARNT and not self.settled

    @property
    def settled(self) -> bool:
        """See EchoControl: AEC3, and filters that have not learnt enough, leave what the detector takes for a voice."""
        return self._linear.inaudible or (self._predicts_well() and self._left.share <= ENOUGH_DB)

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """See EchoControl. What is no number (a driver's fault) is silence: one such sample would spoil the cancellers
        for good. Without a reference while the coach speaks nothing is heard."""
        near, far = _finite(near), _finite(far)
        clean = self._linear.process(near, far)
        suppressed = self._suppressed(near, far)
        if self._is_lost(far, speaking):
            return np.zeros_like(near)
        left = self._left.feed(clean, near - clean)
        if self._predicts_well():
            self.residual = left
            return clean
        self.residual = NOTHING_LEFT
        return near if self._linear.inaudible else suppressed

    def _suppressed(self, near: Samples, far: Samples) -> Samples:
        """What AEC3 makes of a block, as long as it may be needed."""
        if self._linear.learnt >= SETTLED or self._linear.inaudible:
            return near
        return np.asarray(self._aec.process(near, far), dtype=np.float32)

    def _predicts_well(self) -> bool:
        learnt = self._linear.learnt
        return learnt >= SETTLED or (learnt >= SETTLING and self._left.share <= ENOUGH_DB)

    def _is_lost(self, far: Samples, speaking: bool) -> bool:
        missing = speaking and not far.any()
        before, self._without_reference = self._without_reference, self._without_reference + BLOCK_SECONDS
        if not missing:
            self._without_reference = 0.0
        lost = self._without_reference > LOST
        if lost and before <= LOST:
            _LOG.warning("what the coach says does not reach the echo canceller: deaf while it speaks")
        return lost


def _finite(samples: Samples) -> Samples:
    return samples if np.isfinite(samples).all() else np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


class NoMicrophone:
    """For typed sessions: there is nothing to hear."""

    name = "no microphone"
    full_duplex = True
    residual = NOTHING_LEFT
    learning = False
    settled = True

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:  # noqa: ARG002
        """See EchoControl."""
        return near


class HalfDuplexGate:
    """Deaf while the coach speaks."""

    name = "half-duplex gate (install voicecoach[echo] to be heard while the coach speaks)"
    full_duplex = False
    residual = NOTHING_LEFT
    learning = False
    settled = True

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
