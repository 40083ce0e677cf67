"""Simulate a room, in which the microphone hears the coach, a user and noise.

The coach's loudspeaker reaches the microphone after a delay, with reverberation and at a chosen
level; the user's voice has a reverberation of its own; noise never stops. The seed determines
everything.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)

SHORTEST_DELAY = 0.04
"""Seconds (two blocks) for which the resampler may keep its input."""

NOISE_BLOCKS = 250
"""Period of the noise in blocks (5 s)."""

USER_DBFS = -30.0
"""Level (active RMS, dB re full scale) at which the user's voice arrives: two metres from a
laptop."""

COACH_DBFS = -20.0
"""Level of the coach's clips, from which the echo's level is set."""


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Acoustics. Levels in dB, times in seconds."""

    echo_db: float = -10.0
    """The coach's voice at the microphone against the user's."""
    delay: float = 0.08
    """From playing a block to hearing it: buffers and air; SHORTEST_DELAY at least."""
    rt60: float = 0.4
    noise_db: float = -25.0
    """Noise at the microphone against the user's voice."""
    seed: int = 0
    drive: float = 0.0
    """Drive of the loudspeaker: it distorts (tanh) levels near 1 / drive of full scale; 0 is
    linear."""
    drift: float = 0.0
    """Parts per million by which the loudspeaker's clock is faster than the microphone's."""
    moves_at: float | None = None
    """When (s) the echo path changes for good: somebody has walked past, a door was opened."""


@dataclass(frozen=True, slots=True)
class EchoPaths:
    """Impulse responses, 16 kHz, shape (frames,), in place of the simulated ones.

    They are normalised: the settings define all levels.
    """

    echo: Samples
    """From the loudspeaker."""
    user: Samples
    """From the user."""
    moved: Samples
    """From the loudspeaker once the echo path has changed."""


def impulse_response(
    rt60: float, rate: int, rng: np.random.Generator, direct: float = 1.0
) -> Samples:
    """Return a room's impulse response by Polack's model; shape (frames,), unit energy.

    It is a direct sound, then noise that decays by 60 dB in `rt60` seconds.
    """
    length = max(1, round(rt60 * rate))
    decay = np.exp(-6.91 * np.arange(length) / (rt60 * rate)) if rt60 else np.zeros(length)
    response = rng.standard_normal(length) * decay
    response *= 0.7 / (np.sqrt(np.sum(response**2)) or 1.0)
    response[0] += direct
    return _unit_energy(response)


def _unit_energy(response: npt.NDArray[np.floating]) -> Samples:
    unit: Samples = (
        response / (np.sqrt(np.sum(np.square(response, dtype=np.float64))) or 1.0)
    ).astype(np.float32)
    return unit


def pink_noise(frames: int, rng: np.random.Generator) -> Samples:
    """Return loopable noise with a spectrum of 1/f and unit RMS; shape (frames,)."""
    spectrum = rng.standard_normal(frames // 2 + 1) + 1j * rng.standard_normal(frames // 2 + 1)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    noise = np.fft.irfft(spectrum, frames)
    unit: Samples = (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)
    return unit


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Scale samples so that their active part has an RMS of `dbfs`.

    The active part lies above -40 dB of the peak.
    """
    peak = float(np.max(np.abs(samples), initial=0.0))
    if not peak:
        return samples
    active = samples[np.abs(samples) > peak / 100]
    rms = float(np.sqrt(np.mean(active**2)))
    return (samples * (10 ** (dbfs / 20) / rms)).astype(np.float32)


class _Convolver:
    """Convolves a stream by uniformly partitioned overlap-save; silence costs nothing."""

    def __init__(self, response: Samples, block: int):
        self._block = block
        count = -(-len(response) // block)
        partitions = np.zeros((count, block), dtype=np.float32)
        partitions.ravel()[: len(response)] = response
        self._partitions = np.fft.rfft(partitions, 2 * block)
        self._spectra: deque[npt.NDArray[np.complex128]] = deque(maxlen=count)
        self._before = np.zeros(block, dtype=np.float32)
        self._silent = count + 1

    def process(self, block: Samples) -> Samples:
        """Return the convolved block, as long as the given one."""
        self._silent = 0 if np.any(block) else self._silent + 1
        if self._silent > len(self._partitions):
            self._spectra.clear()
            self._before = block
            return block
        self._spectra.appendleft(np.fft.rfft(np.concatenate([self._before, block])))
        self._before = block
        spectrum = np.sum(
            self._partitions[: len(self._spectra)] * np.asarray(self._spectra), axis=0
        )
        out: Samples = np.fft.irfft(spectrum)[self._block :].astype(np.float32)
        return out


def _polack(rt60: float, rng: np.random.Generator, seed: int) -> EchoPaths:
    echo = impulse_response(rt60, HEARING_RATE, rng)
    user = impulse_response(rt60, HEARING_RATE, rng)
    return EchoPaths(
        echo, user, impulse_response(rt60, HEARING_RATE, np.random.default_rng((seed, 1)))
    )


class Room:
    """Takes the place of the sound card: a block for the speaker in, a block of microphone out.

    The speaker runs at `rate` Hz; the room itself is computed at the microphone's 16 kHz.
    """

    def __init__(
        self, rate: int, settings: RoomSettings | None = None, paths: EchoPaths | None = None
    ):
        self.rate = rate
        self.settings = settings or RoomSettings()
        rng = np.random.default_rng(self.settings.seed)
        paths = paths or _polack(self.settings.rt60, rng, self.settings.seed)
        self._echo_gain = np.float32(10 ** ((USER_DBFS - COACH_DBFS + self.settings.echo_db) / 20))
        self._echo, self._moved = (
            _Convolver(_unit_energy(path), BLOCK) for path in (paths.echo, paths.moved)
        )
        self._user_response = _unit_energy(paths.user)
        noise_level = 10 ** ((USER_DBFS + self.settings.noise_db) / 20)
        self._noise = pink_noise(NOISE_BLOCKS * BLOCK, rng) * np.float32(noise_level)
        self._voices: list[tuple[int, Samples]] = []
        played_at = rate * (1 + self.settings.drift / 1e6)
        self._from_speaker = soxr.ResampleStream(
            played_at, HEARING_RATE, 1, dtype="float32", quality="MQ"
        )
        delay = max(self.settings.delay, SHORTEST_DELAY)
        self._in_flight = np.zeros(round(delay * HEARING_RATE), dtype=np.float32)
        self.frame = 0

    @property
    def now(self) -> float:
        """Return the seconds since the beginning."""
        return self.frame / HEARING_RATE

    def user_says(self, samples: Samples, louder: float = 0.0) -> float:
        """Play samples at the user's place from now on.

        Args:
            samples: 16 kHz mono; they are scaled to the user's level.
            louder: Level against the user's in dB.

        Returns:
            The time (s) at which they end.
        """
        voice = at_level(samples, USER_DBFS + louder)
        size = len(voice) + len(self._user_response)
        wet = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(self._user_response, size), size)
        self._voices.append((self.frame, wet.astype(np.float32)))
        return self.now + len(voice) / HEARING_RATE

    def process_block(self, out: Samples) -> Samples:
        """Play a block (20 ms at `rate`); return 320 frames of microphone at 16 kHz."""
        offset = self.frame % len(self._noise)
        heard = self._echo_of(self._distorted(self._arriving(out)) * self._echo_gain)
        heard = heard + self._noise[offset : offset + BLOCK] + self._voices_now()
        self.frame += BLOCK
        return np.clip(heard, -1.0, 1.0).astype(np.float32)

    def _distorted(self, block: Samples) -> Samples:
        drive = np.float32(self.settings.drive)
        return np.tanh(block * drive) / drive if drive else block

    def _echo_of(self, block: Samples) -> Samples:
        if self.settings.moves_at is None:
            return self._echo.process(block)
        before, after = self._echo.process(block), self._moved.process(block)
        return after if self.now >= self.settings.moves_at else before

    def _voices_now(self) -> Samples:
        block = np.zeros(BLOCK, dtype=np.float32)
        begin, end = self.frame, self.frame + BLOCK
        for at, voice in self._voices:
            first, last = max(begin, at), min(end, at + len(voice))
            if first < last:
                block[first - begin : last - begin] += voice[first - at : last - at]
        self._voices = [(at, voice) for at, voice in self._voices if at + len(voice) > end]
        return block

    def _arriving(self, out: Samples) -> Samples:
        """Delay the speaker's block `out`; return the block that arrives now."""
        self._in_flight = np.concatenate([self._in_flight, self._from_speaker.resample_chunk(out)])
        block, self._in_flight = self._in_flight[:BLOCK], self._in_flight[BLOCK:]
        return np.pad(
            block, (0, BLOCK - len(block))
        )  # the sound of a faster loudspeaker runs out at the end
