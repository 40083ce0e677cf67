"""Synthesize sounds of a household at 16 kHz, without randomness between runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from voicecoach.core.audio import HEARING_RATE, Samples

_CHORDS = (
    (220.0, 277.2, 329.6),
    (196.0, 246.9, 293.7),
    (174.6, 220.0, 261.6),
    (164.8, 207.7, 246.9),
)
_CHORD_SECONDS = 2.0
_BEAT_SECONDS = 0.5


def cough() -> Samples:
    """Return two coughs: a burst of breath within 10 ms, and a hoarse rest of 0.35 s."""
    rng = np.random.default_rng(1)
    return np.concatenate(
        [_one_cough(rng), np.zeros(HEARING_RATE // 5, np.float32), _one_cough(rng)]
    )


def _one_cough(rng: np.random.Generator) -> Samples:
    at = np.arange(round(0.35 * HEARING_RATE)) / HEARING_RATE
    breath = _coloured(
        rng.standard_normal(len(at), np.float32), ((700.0, 250.0), (1300.0, 350.0), (2600.0, 700.0))
    )
    envelope = np.minimum(1.0, at / 0.01) * np.exp(-at / 0.09)
    hoarse = 1 + 0.6 * np.sign(np.sin(2 * np.pi * 110 * at)) * (at > 0.06)
    return np.asarray(breath * envelope * hoarse, dtype=np.float32)


def _coloured(noise: Samples, formants: tuple[tuple[float, float], ...]) -> Samples:
    """Filter noise with resonances, each as (centre, width) in Hz."""
    frequencies = np.fft.rfftfreq(len(noise), 1 / HEARING_RATE)
    centres, widths = np.array(formants)[:, :, None].transpose(1, 0, 2)
    shape: Samples = np.exp(-0.5 * ((frequencies - centres) / widths) ** 2).sum(axis=0)
    coloured: Samples = np.fft.irfft(np.fft.rfft(noise) * shape, len(noise)).astype(np.float32)
    return coloured


def music() -> Samples:
    """Return eight seconds of chords with a beat."""
    return np.concatenate([_chord(notes) for notes in _CHORDS])


def _chord(notes: tuple[float, ...]) -> Samples:
    at = np.arange(round(_CHORD_SECONDS * HEARING_RATE)) / HEARING_RATE
    tones = sum(
        np.sin(2 * np.pi * note * harmonic * at) / harmonic
        for note in notes
        for harmonic in range(1, 6)
    )
    beat = at % _BEAT_SECONDS
    drum = 4 * np.sin(2 * np.pi * 60 * beat) * np.exp(-beat / 0.06)
    return np.asarray(
        (tones * (0.5 + 0.5 * np.exp(-beat / 0.3)) + drum) * np.minimum(1, at / 0.02),
        dtype=np.float32,
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """A generator of a sound, and the sound's level (dB) against the user's voice."""

    make: Callable[[], Samples]
    against_user: float = 0.0


SOUNDS: Mapping[str, Sound] = {"cough": Sound(cough, 3.0), "music": Sound(music, -3.0)}
