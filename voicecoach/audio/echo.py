"""Keeping the coach from hearing itself: WebRTC's AEC3, or a half-duplex gate where that is not installed."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np

from voicecoach.events import HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

RELEASE = 0.35
"""Seconds after the coach's last sound for which the gate stays shut: reverberation and buffers (design)."""


class EchoControl(Protocol):
    """Takes the coach's own voice out of the microphone."""

    name: str
    full_duplex: bool

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """Clean a block of microphone (`near`) of what was played (`far`), both 16 kHz mono of one length, a
        whole number of 10 ms frames. `speaking`: the coach sounds, or did within RELEASE."""


class EchoCanceller:
    """AEC3 (`pywebrtc-audio`). It finds the delay between played and heard by itself."""

    name = "echo canceller (AEC3)"
    full_duplex = True

    def __init__(self) -> None:
        import pywebrtc_audio

        self._aec = pywebrtc_audio.EchoCanceller(HEARING_RATE)

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:  # noqa: ARG002
        """See EchoControl. What is no number (a driver's fault) is silence: one such sample would spoil the
        canceller for good."""
        if not np.isfinite(near).all():
            near = np.nan_to_num(near, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(self._aec.process(near, far), dtype=np.float32)


class HalfDuplexGate:
    """Deaf while the coach speaks."""

    name = "half-duplex gate (install voicecoach[echo] to be heard while the coach speaks)"
    full_duplex = False

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
