"""Exchange a block for the speaker against a block from the microphone.

The loop reads and writes two PortAudio streams (`blocking_stream.py`), or PortAudio calls them back
(`callback_stream.py`). The speaker sets the pace; the microphone is resampled to 16 kHz, and its
clock is held to the speaker's. Either device may vanish and come back while the loop goes on.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from time import perf_counter
from typing import Self

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.microphone import Microphone
from voicecoach.audio.device.portaudio import DeviceError, DeviceInfo, choose, list_devices
from voicecoach.audio.device.reconnecting import DeviceNotice, ReconnectParams, in_background
from voicecoach.audio.device.speaker import Speaker
from voicecoach.audio.resample import LOOK_EVERY, DriftLoop
from voicecoach.core.audio import BLOCK_SECONDS, Samples

__all__ = [
    "DeviceError",
    "DeviceInfo",
    "DeviceNotice",
    "SoundCard",
    "SoundCardLosses",
    "SoundCardParams",
    "check_devices",
    "list_devices",
]

CHECK_TIMEOUT_S = 5.0
"""`check_devices` waits this long for the sound system."""

_GOLDEN = 0.6180339887
"""The fractional parts of its multiples spread evenly over 0 to 1. The lines are polled now and
then at these shares of the time between two blocks, because a poll is most exact right after a
driver has moved a chunk (`chunk_clock.py`)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SoundCardParams:
    """Time limits of a sound card."""

    close_timeout_s: float = 1.0
    """`close` waits this long for the drivers."""
    reconnect: ReconnectParams = field(default_factory=ReconnectParams)


@dataclass(frozen=True, slots=True)
class SoundCardLosses:
    """Sound lost since opening, apart from lost devices."""

    padded: float
    """Silence (s) in place of microphone that was late."""
    dropped: float
    """Microphone (s) that had piled up."""
    silent: float
    """Silence (s) from the speaker because the coach was late."""
    glitches: int
    """Gaps that the drivers reported, mostly because the machine was busy."""


class SoundCard:
    """A microphone and a speaker as one source of blocks; a context manager.

    Args:
        input: Number or part of the name of the microphone; None for the system's default.
        output: Number or part of the name of the speaker; None for the system's default.
        latency: Seconds that are asked of the drivers at first; somewhat more is kept ahead for the
            speaker. Both grow where the machine is slow or busy.
        params: Time limits.
    """

    rate: int
    """Sample rate (Hz) of the blocks for the speaker, fixed by `open`."""
    block: int
    """Frames of such a block."""

    def __init__(
        self,
        input: str | int | None = None,
        output: str | int | None = None,
        latency: float = 0.03,
        params: SoundCardParams = SoundCardParams(),
    ) -> None:
        self._params = params
        self._notices: deque[DeviceNotice] = deque()
        self._microphone = Microphone(input, latency, self._notices, params.reconnect)
        self._speaker = Speaker(output, latency, self._notices, params.reconnect)
        self._drift = DriftLoop()
        self._blocks = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Open both streams and wait until they run.

        Raises:
            DeviceError: What is missing and how to get it.
        """
        try:
            self._microphone.open()
            self.rate = self._speaker.open()
        except DeviceError:
            self.close()
            raise
        self.block = round(self.rate * BLOCK_SECONDS)

    def open_in_background(self) -> None:
        """Call `open` from a thread that has not used sound devices before."""
        portaudio.join_com()
        self.open()

    def process_block(self, out: Samples) -> Samples:
        """Hand over the next block for the speaker and get the next one from the microphone.

        Waits until the speaker has room. A lost microphone gives silence; a lost speaker swallows
        its blocks at the wall clock's pace.

        Args:
            out: Shape (block,), at `rate`.

        Returns:
            Shape (320,), at 16 kHz.
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
        """Fade out at once all queued sound and the first seconds of the next block.

        Args:
            first: Seconds of the next block that are not heard either.

        Returns:
            Seconds of queued sound that will not be heard; 0 without a speaker, and where the
            driver
            holds the sound already.
        """
        return self._speaker.flush(first)

    def _follow_drift(self) -> None:
        speaker, microphone = self._speaker.delay(), self._microphone.delay()
        if speaker is None or microphone is None:
            self._drift.restart()
        else:
            self._microphone.correct(self._drift.update(speaker + microphone))

    @property
    def round_trip(self) -> float:
        """Return the estimated delay (s) from the loop's output to its input; 0 while unknown.

        It is the sum of the sound in both lines and the resampler, and of the drivers' own delays
        where PortAudio reports them. It settles within some seconds, and excludes the air.
        """
        if not self._drift.delay:
            return 0.0
        return self._drift.delay + self._speaker.latency + self._microphone.latency

    @property
    def losses(self) -> SoundCardLosses:
        """Return the sound lost so far."""
        return SoundCardLosses(
            self._microphone.padded,
            self._microphone.dropped,
            self._speaker.silent,
            self._microphone.glitches + self._speaker.glitches,
        )

    def notices(self) -> list[DeviceNotice]:
        """Return the devices' notices since the last call, oldest first."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def close(self) -> None:
        """Play the queued sound, then close; leave a driver behind that hangs."""
        deadline = perf_counter() + self._params.close_timeout_s
        threads = [*self._speaker.close(), *self._microphone.close()]
        for thread in threads:
            thread.join(max(0.0, deadline - perf_counter()))
        if any(thread.is_alive() for thread in threads):
            log.warning("a sound device hangs on closing: it is left to the system")
            portaudio.leave_to_the_system()


def check_devices(
    input: str | int | None = None,
    output: str | int | None = None,
    timeout_s: float = CHECK_TIMEOUT_S,
) -> str | None:
    """Return one sentence on a missing device, None when both are there; never raise."""
    answers: list[str | None] = []
    in_background(lambda: answers.append(_missing(input, output))).join(timeout_s)
    return answers[0] if answers else portaudio.NO_ANSWER


def _missing(input: str | int | None, output: str | int | None) -> str | None:
    try:
        choose("input", input)
        choose("output", output)
    except DeviceError as error:
        return str(error)
    return None
