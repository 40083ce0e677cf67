"""Cut utterances for recognisers that have no endpoint of their own.

Silero's detector and a silence of a fixed length end them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from peer.wordings import Wordings
from voicecoach.asr.detection.vad import (
    CHUNK,
    CHUNK_SECONDS,
    SpeechSegmenter,
    VoiceActivityDetector,
)
from voicecoach.core.audio import Samples
from voicecoach.core.understanding import Understanding

SILENCE = 0.5
"""Seconds of silence that end an utterance."""

PRE_ROLL = 0.3
"""Seconds from before the detector's start that belong to it."""

LONGEST = 12.0
"""Seconds after which it is cut, as our own listener does."""


def utterances(blocks: Iterable[Samples]) -> Iterator[list[Samples]]:
    """Yield for each block the utterances that it ended."""
    detector, segmenter = VoiceActivityDetector(), SpeechSegmenter()
    before: deque[Samples] = deque(maxlen=round(PRE_ROLL / CHUNK_SECONDS))
    kept: list[Samples] = []
    waiting = np.zeros(0, dtype=np.float32)
    for block in blocks:
        waiting = np.concatenate([waiting, block])
        ended = []
        while len(waiting) >= CHUNK:
            chunk, waiting = waiting[:CHUNK], waiting[CHUNK:]
            (probability,) = detector.feed(chunk)
            if segmenter.feed(probability):
                kept = list(before)
            before.append(chunk)
            if not segmenter.speaking:
                continue
            kept.append(chunk)
            if segmenter.silence >= SILENCE or len(kept) * CHUNK_SECONDS >= LONGEST:
                ended.append(np.concatenate(kept))
                segmenter.reset()
                before.clear()
        yield ended


class Dictated:
    """Dictate utterances with `text`, and take them for the most similar command."""

    def __init__(self, text: Callable[[Samples], str], wordings: Wordings):
        self._text, self._wordings = text, wordings

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """See Peer."""
        for ended in utterances(blocks):
            understood = [self._wordings.understand(self._text(utterance)) for utterance in ended]
            yield [one for one in understood if one]
