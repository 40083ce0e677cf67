"""Hearing: sound in blocks goes in, finished utterances come out.

The voice-activity detector finds the utterance; the recogniser is fed only then (with what was just before,
so that no first sound is lost) and asked for its final result as soon as silence has lasted long enough:
210-360 ms after the end of speech where Vosk's own endpoint takes 840 ms (design).
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Protocol

import numpy as np

from voicecoach.asr.recognizer import hypothesis
from voicecoach.asr.vad import CHUNK, CHUNK_SECONDS, SpeechSegmenter
from voicecoach.events import HEARING_RATE, Hypothesis, Samples, Word

_LOG = logging.getLogger(__name__)

PRE_ROLL = 0.5
"""Seconds of sound from before the detector's start that the recogniser gets: soft first sounds ("h", "s")."""

LONGEST = 12.0
"""Seconds after which an utterance is cut: nobody commands for so long, and music must not pile up."""


class Recogniser(Protocol):
    """What the listener needs of a recogniser."""

    def feed(self, samples: Samples) -> bool:
        """Hear; whether it thinks that the utterance has ended."""

    def finish(self) -> tuple[str, tuple[Word, ...]]:
        """End the utterance."""


class Detector(Protocol):
    """What the listener needs of a voice-activity detector."""

    def feed(self, samples: Samples) -> list[float]:
        """Probability of speech for each 32 ms chunk completed."""


class Listener:
    """Feed it 16 kHz mono sound in blocks of any size; its clock is the count of samples fed."""

    def __init__(self, recognizer: Recogniser, detector: Detector, segmenter: SpeechSegmenter | None = None):
        self._recognizer = recognizer
        self._detector = detector
        self._segmenter = segmenter or SpeechSegmenter()
        self._heard = 0
        self._pending = np.zeros(0, dtype=np.float32)
        self._before: deque[Samples] = deque(maxlen=round(PRE_ROLL / CHUNK_SECONDS))
        self._began = 0.0
        self._speech_start = 0.0

    @property
    def now(self) -> float:
        """Seconds heard so far."""
        return self._heard / HEARING_RATE

    @property
    def hearing_speech(self) -> bool:
        """Whether somebody is speaking right now."""
        return self._segmenter.speaking

    def feed(self, samples: Samples) -> list[Hypothesis]:
        """Hear a block; the utterances that it ended. What is no number (a driver's fault) is silence: one such
        sample would deafen the detector for good."""
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._pending = np.concatenate([self._pending, samples])
        probabilities = self._detector.feed(samples)
        found = []
        for probability in probabilities:
            chunk, self._pending = self._pending[:CHUNK], self._pending[CHUNK:]
            self._heard += CHUNK
            found.append(self._chunk(chunk, probability))
        return [heard for heard in found if heard is not None]

    def flush(self) -> list[Hypothesis]:
        """End of the sound: what is still being said is finished."""
        if not self._segmenter.speaking:
            return []
        self._recognizer.feed(self._pending)
        self._segmenter.reset()
        heard = self._finish("input", self.now)
        return [heard] if heard else []

    def _chunk(self, chunk: Samples, probability: float) -> Hypothesis | None:
        change = self._segmenter.feed(probability)
        if change == "start":
            self._began = self.now - CHUNK_SECONDS * (len(self._before) + 1)
            self._speech_start = self.now - CHUNK_SECONDS
            for earlier in self._before:
                self._recognizer.feed(earlier)
        if change is None and not self._segmenter.speaking:
            self._before.append(chunk)
            return None
        ended = self._recognizer.feed(chunk)
        silent = self._segmenter.silent_chunks * CHUNK_SECONDS
        if change == "end":
            return self._finish("silence", self.now - silent)
        if ended or self.now - self._began > LONGEST:
            self._segmenter.reset()
            return self._finish("recognizer" if ended else "length", self.now - silent)
        return None

    def _finish(self, endpoint: str, speech_end: float) -> Hypothesis | None:
        text, words = self._recognizer.finish()
        self._before.clear()
        if not text:
            _LOG.debug("%.2f s: voice activity, but no words", self.now)
            return None
        return hypothesis(text, words, self._began, (self._speech_start, speech_end), self.now, endpoint)
