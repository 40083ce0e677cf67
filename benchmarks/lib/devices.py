"""A sound card where there is none: PulseAudio null sinks, as the tests have them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from voicecoach.audio.device.sound_card import SoundCard
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE

sys.path.append(str(Path(__file__).resolve().parents[2]))

from tests.support.pulse_server import PulseServer, pulse_server

SETTLING = 5.0
"""Seconds until the devices' delays are known."""


@contextmanager
def sound_card() -> Iterator[PulseServer | None]:
    """Run a sound server whose devices are the system's only ones.

    Yields None, with a message on stderr, if there is no sound server.
    """
    try:
        with pulse_server() as server:
            yield server
    except pytest.skip.Exception as missing:
        print(f"no sound card: {missing.msg}", file=sys.stderr)
        yield None


@dataclass(frozen=True, slots=True)
class Held:
    """Hold the delays (s) of the devices, the sound server and our own rings.

    `round_trip` is the time from handing over a sample for the speaker until the microphone would
    return it. `left_out` is the part of it that is dropped when all is to be silent.
    """

    round_trip: float
    left_out: float


CLICKS, BETWEEN = 10, 25
"""Clicks that are timed, and blocks between two."""

STARTS = 5
"""Times that the devices are opened for one figure: how far their pieces lie from the loop's
differs."""

AUDIBLE = 0.1
"""Amplitude from which on something is a click: one full sample of 48 kHz is a third of that at 16
kHz."""


def round_trip(device: SoundCard) -> float:
    """Return the median round trip (s) of a click.

    A wire leads from the speaker to the microphone.
    """
    silence = np.zeros(device.block, dtype=np.float32)
    click = silence.copy()
    click[0] = 0.9
    times = []
    for _ in range(CLICKS):
        heard = np.concatenate(
            [device.process_block(silence if block else click) for block in range(BETWEEN)]
        )
        times.append(int(np.argmax(np.abs(heard) > AUDIBLE)) / HEARING_RATE)
    return float(np.median(times))


def buffers() -> Held | None:
    """Measure the delays between two blocks of the loop: the median of some starts.

    None without a sound card.
    """
    with sound_card() as server:
        if server is None:
            return None
        server.hear_the_speaker()
        return sorted((_held() for _ in range(STARTS)), key=lambda held: held.round_trip)[
            STARTS // 2
        ]


def _held() -> Held:
    with SoundCard() as device:
        for _ in range(round(SETTLING / BLOCK_SECONDS)):
            device.process_block(np.zeros(device.block, dtype=np.float32))
        return Held(round_trip(device), device.flush(0.0))
