"""The sound card's edge of the coach's loop: a block for the speaker out, a block from the microphone in.

Two PortAudio streams, which the loop reads and writes (`blocking_stream.py`) or which PortAudio
calls back (`callback_stream.py`). The speaker sets the pace; the microphone is resampled to 16 kHz,
and its clock is held to the speaker's. Either side may vanish and come back while the loop goes on.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.microphone import Microphone
from voicecoach.audio.device.portaudio import DeviceError, DeviceInfo, choose, list_devices
from voicecoach.audio.device.reconnecting import DeviceNotice, in_background
from voicecoach.audio.device.speaker import Speaker
from voicecoach.audio.resample import LOOK_EVERY, DriftLoop
from voicecoach.core.audio import BLOCK_SECONDS, Samples

__all__ = [
    "DeviceError",
    "DeviceInfo",
    "DeviceNotice",
    "SoundCard",
    "SoundCardLosses",
    "check_devices",
    "list_devices",
]

_CLOSING = 1.0
"""Seconds that `close` waits for the drivers."""
_CHECKING = 5.0
"""Seconds that `check_devices` waits for the sound system."""

_GOLDEN = 0.6180339887
"""Multiples of it, without their whole part, fall evenly between 0 and 1. At such moments of the time between two
blocks the lines are looked at now and then, since a look tells most right after a driver has moved a chunk
(`pace.py`)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SoundCardLosses:
    """Sound lost since opening, apart from lost devices.

    `padded` (s): silence in place of microphone that came too late; `dropped` (s): microphone that had piled
    up; `silent` (s): silence from the speaker because the coach came too late; `glitches`: gaps that the
    drivers reported, mostly because the machine was too busy.
    """

    padded: float
    dropped: float
    silent: float
    glitches: int


class SoundCard:
    """A microphone and a speaker as one source of blocks; a context manager.

    `input` and `output` are a number or (part of) a name, None for the system's default. `latency` (s) is asked of the
    drivers at first, and somewhat more is kept ahead for the speaker. Where that is too little, since the machine is
    slow or busy, both grow.
    """

    rate: int
    """Sample rate (Hz) of the blocks for the speaker, fixed by `open`."""
    block: int
    """Frames of such a block."""

    def __init__(self, input: str | int | None = None, output: str | int | None = None, latency: float = 0.03) -> None:
        self._notices: deque[DeviceNotice] = deque()
        self._microphone = Microphone(input, latency, self._notices)
        self._speaker = Speaker(output, latency, self._notices)
        self._drift = DriftLoop()
        self._blocks = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Open both streams and wait until they run; DeviceError says what is missing and how to get it."""
        try:
            self._microphone.open()
            self.rate = self._speaker.open()
        except DeviceError:
            self.close()
            raise
        self.block = round(self.rate * BLOCK_SECONDS)

    def open_in_background(self) -> None:
        """`open` in a thread that has not yet to do with sound devices."""
        portaudio.join_com()
        self.open()

    def process_block(self, out: Samples) -> Samples:
        """Hand over the next block for the speaker and get the next one from the microphone.

        `out` has shape (block,) at `rate`; the result has shape (320,) at 16 kHz. Waits until the speaker has
        room. A lost microphone gives silence; a lost speaker swallows its blocks at the wall clock's pace.
        """
        if out.shape != (self.block,):
            raise ValueError(f"a block has the shape ({self.block},), not {out.shape}")
        self._blocks += 1
        if self._blocks % LOOK_EVERY == 0:
            self._speaker.linger(self._blocks * _GOLDEN % 1)
            self._follow_drift()
        self._speaker.put(out)
        return self._microphone.take(self._speaker.slack)

    def flush(self, first: float) -> float:
        """Let nothing more be heard of what was handed over, nor of the `first` seconds of the next block: it fades out
        at once. How much of what was handed over (s) will not be heard; nothing where there is no speaker, or where the
        driver has it already."""
        return self._speaker.flush(first)

    def _follow_drift(self) -> None:
        speaker, microphone = self._speaker.delay(), self._microphone.delay()
        if speaker is None or microphone is None:
            self._drift.restart()
        else:
            self._microphone.correct(self._drift.update(speaker + microphone))

    @property
    def round_trip(self) -> float:
        """Estimated delay (s) from handing over a sample to finding it in the microphone; 0 while unknown.

        The sum of what both lines hold, the resampler, and the drivers' own delays where PortAudio tells of them.
        Settles within some seconds, without the way through the air.
        """
        if not self._drift.delay:
            return 0.0
        return self._drift.delay + self._speaker.latency + self._microphone.latency

    @property
    def losses(self) -> SoundCardLosses:
        """What has been lost so far."""
        return SoundCardLosses(
            self._microphone.padded,
            self._microphone.dropped,
            self._speaker.silent,
            self._microphone.glitches + self._speaker.glitches,
        )

    def notices(self) -> list[DeviceNotice]:
        """What happened to the devices since the last call, oldest first."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def close(self) -> None:
        """Play what has been handed over, then close; a driver that hangs is left behind after a second."""
        deadline = perf_counter() + _CLOSING
        threads = [*self._speaker.close(), *self._microphone.close()]
        for thread in threads:
            thread.join(max(0.0, deadline - perf_counter()))
        if any(thread.is_alive() for thread in threads):
            log.warning("a sound device hangs on closing: it is left to the system")
            portaudio.leave_to_the_system()


def check_devices(input: str | int | None = None, output: str | int | None = None) -> str | None:
    """One sentence on what is missing and how to get it, None when both devices are there. Never raises."""
    answers: list[str | None] = []
    in_background(lambda: answers.append(_missing(input, output))).join(_CHECKING)
    return answers[0] if answers else portaudio.NO_ANSWER


def _missing(input: str | int | None, output: str | int | None) -> str | None:
    try:
        choose("input", input)
        choose("output", output)
    except DeviceError as error:
        return str(error)
    return None
