"""Make the coach's tones, which are short sounds.

They mean "begin", "done", "I heard you" and "say that again".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from voicecoach.core.audio import Clip, Samples
from voicecoach.core.script import ToneName
from voicecoach.tts.renderer import SPEECH_LEVEL_DB, level

ATTACK_S, RELEASE_S = 0.006, 0.060
"""Lengths of a note's raised-cosine rise and fall: too soft to click, quick enough to mark a
beat."""

PARTIAL_AMPLITUDES = (1.0, 0.3, 0.1)
"""Amplitudes of the fundamental and its overtones: rounder than a bare sine.

Nearly all of it lies between 400 and 1800 Hz, for hearing fades with age from the high frequencies
down (ISO 7029).
"""


@dataclass(frozen=True, slots=True)
class ToneNote:
    """Describe a note of `seconds` at `frequency` (Hz) that begins at `start` (s)."""

    frequency: float
    start: float
    seconds: float


NOTES: dict[ToneName, tuple[ToneNote, ...]] = {
    "start": (ToneNote(587.33, 0.0, 0.15), ToneNote(880.0, 0.12, 0.22)),  # D5 up to A5
    "end": (ToneNote(880.0, 0.0, 0.15), ToneNote(587.33, 0.12, 0.22)),  # and back
    "heard": (ToneNote(783.99, 0.0, 0.12),),  # G5
    "unclear": (ToneNote(440.0, 0.0, 0.11), ToneNote(440.0, 0.15, 0.11)),  # A4 twice
}

LEVELS_DB: dict[ToneName, float] = {
    "start": SPEECH_LEVEL_DB,
    "end": SPEECH_LEVEL_DB,
    "heard": SPEECH_LEVEL_DB - 6,
    "unclear": SPEECH_LEVEL_DB - 6,
}
"""Active levels (dB re full scale).

Tones that mark time are as loud as speech, tones that answer are softer.
"""


@lru_cache(maxsize=32)
def tone(name: ToneName, rate: int) -> Clip:
    """Return the clip of a tone at `rate` Hz; its onset is frame 0.

    Raises KeyError for an unknown name.
    """
    notes = NOTES[name]
    samples = np.zeros(
        round(max(note.start + note.seconds for note in notes) * rate), dtype=np.float32
    )
    for note in notes:
        begin = round(note.start * rate)
        played = _play(note, rate)[: len(samples) - begin]
        samples[begin : begin + len(played)] += played
    samples = level(samples, rate, LEVELS_DB[name])
    samples.setflags(write=False)  # shared by all who ask for it
    return Clip(samples, rate, onset=0)


def _play(note: ToneNote, rate: int) -> Samples:
    time = np.arange(round(note.seconds * rate)) / rate
    wave = sum(
        amplitude * np.sin(2 * np.pi * number * note.frequency * time)
        for number, amplitude in enumerate(PARTIAL_AMPLITUDES, start=1)
    )
    rise = np.clip(time / ATTACK_S, 0, 1)
    fall = np.clip((note.seconds - time) / RELEASE_S, 0, 1)
    envelope = (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall))
    return np.asarray(wave * envelope, dtype=np.float32)
