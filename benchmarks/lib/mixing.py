"""Simulate how a recording reaches the microphone: noise, rooms, other sounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from voicecoach.audio.wav_file import read_audio, to_hearing
from voicecoach.core.audio import HEARING_RATE, Samples

BEFORE = 0.5
"""Seconds of the room alone before a recording."""

AFTER = 0.8
"""Seconds of the room alone after it: the last endpoint needs them."""

QUIET = 30.0
"""dB below a recording's loudest 10 ms from which on it has ended; reverberation and breath come
after."""

_TUNE_DBFS = -20.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where something is said. Nothing given: quiet, and close to the microphone.

    `noise` sounds at `snr` dB below the recording (several files are summed, equally loud) from
    offsets that follow from `seed`; `room` is an impulse response.
    """

    noise: tuple[Path, ...] = ()
    snr: float = 0.0
    room: Path | None = None
    seed: int = 0


@lru_cache(maxsize=32)
def read(path: Path) -> Samples:
    """Read the sound at `path` as 16 kHz mono, shape (frames,).

    Raises:
        AudioFileError: The file holds no sound.
    """
    samples = to_hearing(*read_audio(path))
    samples.setflags(write=False)  # shared by all who ask for it
    return samples


def recorded(path: Path, scene: Scene) -> Samples:
    """Return the recording at `path` in `scene`; 16 kHz, shape (frames,).

    The room alone is heard before and after it.
    """
    clip = read(path)
    before, after = round(BEFORE * HEARING_RATE), round(AFTER * HEARING_RATE)
    wet = in_room(clip, read(scene.room)) if scene.room else clip
    speech = np.zeros(before + len(clip) + after, dtype=np.float32)
    speech[before : before + len(wet)] = wet[: len(clip) + after]
    if not scene.noise:
        return speech
    noise = background(scene.noise, len(speech), np.random.default_rng(scene.seed))
    return unclipped(
        speech + noise * gain(speech, noise, slice(before, before + len(clip)), scene.snr)
    )


def speech_end(clip: Samples) -> float:
    """Return the time (s) at which a clean recording falls silent.

    It is the end of the last 10 ms within QUIET of the loudest.
    """
    frame = HEARING_RATE // 100
    frames = clip[: len(clip) // frame * frame].reshape(-1, frame)
    level = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    return float((np.flatnonzero(level > level.max() - QUIET)[-1] + 1) * frame / HEARING_RATE)


def gain(speech: Samples, noise: Samples, under: slice, snr: float) -> np.float32:
    """Return the factor for `noise` that gives the signal-to-noise ratio `snr` (dB).

    Over the frames `under`, the mean power of the noise then lies `snr` dB below that of `speech`:
    the method of the published benchmarks of wake words and of speech to intent (Picovoice).
    """
    power = float(np.mean(np.square(noise[under], dtype=np.float64)))
    wanted = float(np.mean(np.square(speech[under], dtype=np.float64))) / 10 ** (snr / 10)
    return np.float32(np.sqrt(wanted / power)) if power else np.float32(0)


def unclipped(samples: Samples) -> Samples:
    """Return `samples`, attenuated if they exceed full scale."""
    softer: Samples = samples / max(np.float32(1), np.abs(samples).max(initial=0))
    return softer


def background(files: tuple[Path, ...], frames: int, rng: np.random.Generator) -> Samples:
    """Return `frames` of the noise in `files`.

    Each file begins at a random offset and is repeated as needed.
    """
    mixed = np.zeros(frames, dtype=np.float32)
    for file in files:
        noise = read(file)
        level = (
            float(np.sqrt(np.mean(np.square(noise, dtype=np.float64)))) if len(files) > 1 else 1.0
        )
        mixed += np.resize(np.roll(noise, -int(rng.integers(len(noise)))), frames) / np.float32(
            level or 1.0
        )
    return mixed


def in_room(clip: Samples, response: Samples) -> Samples:
    """Return `clip` convolved with the room's `response`.

    Its direct sound keeps its place, and the clip its level over its own length. Shape (frames of
    the clip and the reverberation,).
    """
    direct = response[int(np.argmax(np.abs(response))) :]
    size = len(clip) + len(direct) - 1
    wet = np.fft.irfft(np.fft.rfft(clip, size) * np.fft.rfft(direct, size), size)
    power = float(np.mean(np.square(wet[: len(clip)])))
    level = np.sqrt(float(np.mean(np.square(clip, dtype=np.float64))) / power) if power else 1.0
    return (wet * level).astype(np.float32)


def looped(path: Path, at_least: float) -> Samples:
    """Repeat the whole sound at `path` until it is `at_least` seconds long."""
    samples = read(path)
    times = -(-round(at_least * HEARING_RATE) // len(samples))
    return np.tile(samples, max(1, times))


def silence(seconds: float) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * HEARING_RATE), dtype=np.float32)


def tune(seconds: float, seed: int) -> Samples:
    """Make music: a random melody of plucked notes over slow chords.

    Its level is -20 dB re full scale.
    """
    rng = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * HEARING_RATE), dtype=np.float64)
    scale = np.array([0, 2, 4, 7, 9, 12, 14, 16])  # pentatonic: any two notes go together
    for beat in np.arange(0, seconds, 0.3):
        _add_note(sound, beat, 440 * 2 ** (rng.choice(scale) / 12), 0.5)
        if round(beat / 0.3) % 8 == 0:
            for step in rng.choice(scale[:5], 3, replace=False):
                _add_note(sound, beat, 110 * 2 ** (step / 12), 2.4)
    level = 10 ** (_TUNE_DBFS / 20) / float(np.sqrt(np.mean(sound**2)))
    tuned: Samples = (sound * level).astype(np.float32)
    return tuned


def _add_note(
    sound: np.ndarray[tuple[int], np.dtype[np.float64]], at: float, pitch: float, seconds: float
) -> None:
    """Add a note with six harmonics that dies away."""
    start = round(at * HEARING_RATE)
    time = np.arange(min(round(seconds * HEARING_RATE), len(sound) - start)) / HEARING_RATE
    waves = sum(np.sin(2 * np.pi * pitch * harmonic * time) / harmonic for harmonic in range(1, 7))
    sound[start : start + len(time)] += waves * np.exp(-4 * time / seconds)
