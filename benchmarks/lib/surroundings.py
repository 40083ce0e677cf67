"""Which noises and rooms to mix with, chosen by what their labels say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.corpus import Recording, draw, recordings
from lib.mixing import Scene

BABBLERS = 8
"""Recordings of talk that are summed to babble where no noise is labelled as babble."""

_LONG_ENOUGH = 10.0
"""Seconds that a noise needs to be a background: a shorter one, repeated, is a rhythm."""

_KITCHEN = re.compile(r"kitchen", re.I)
_HOUSEHOLD = re.compile(
    r"kitchen|dish|washing|vacuum|hoover|cook|fridge|household|domestic|living.?room|(?<![a-z])(tap|sink|fan)(?![a-z])",
    re.I,
)
_BABBLE = re.compile(r"babble|caf[eé]|crowd|restaurant", re.I)
_NOT_AT_HOME = re.compile(f"white|pink|brown|{_BABBLE.pattern}", re.I)
_RT60 = re.compile(r"rt60\D{0,3}(\d*\.?\d+)", re.I)
_DISTANCE = re.compile(r"dist(?:ance)?\D{0,3}(\d*\.?\d+)", re.I)


@dataclass(frozen=True)
class Surroundings:
    """Hold the places and noises for recordings; an empty list means no such scene.

    `household` holds noises of a home, or, where none is labelled so, all that are neither
    artificial nor babble; `babble` holds noises, or, where there are none, the `talk` of which
    babble is made.
    """

    kitchen: Sequence[Recording]
    household: Sequence[Recording]
    babble: Sequence[Recording]
    talk: Sequence[Recording]
    rooms: Sequence[Recording]
    seed: int

    def in_kitchen(self, recording: Recording, snr: float) -> Scene:
        """Return a scene with the noise of a kitchen."""
        rng = self._rng("kitchen", recording)
        return Scene((_one(self.kitchen, rng),), snr, seed=_number(rng))

    def in_babble(self, recording: Recording, snr: float) -> Scene:
        """Return a scene with other people talking."""
        rng = self._rng("babble", recording)
        if self.babble:
            return Scene((_one(self.babble, rng),), snr, seed=_number(rng))
        talkers = rng.choice(len(self.talk), BABBLERS, replace=False)
        return Scene(tuple(self.talk[index].path for index in talkers), snr, seed=_number(rng))

    def at_home(self, recording: Recording, snr: float, *, far: bool) -> Scene:
        """Return a scene with household noise; `far` puts it metres away in a room."""
        rng = self._rng("home", recording)
        noise, seed = (_one(self.household, rng),), _number(rng)
        return Scene(noise, snr, _one(self.rooms, rng) if far else None, seed)

    @property
    def can_babble(self) -> bool:
        """Return True if there is babble, or enough talk to make it of."""
        return bool(self.babble) or len(self.talk) >= BABBLERS

    def _rng(self, what: str, recording: Recording) -> np.random.Generator:
        """Return a generator that is alike for a recording at every signal-to-noise ratio."""
        return np.random.default_rng(draw(self.seed, what, recording.name))


def surroundings(data: Path, seed: int) -> Surroundings:
    """Return what the folders `noise`, `chatter` and `rooms` of `data` offer."""
    noises = [noise for noise in recordings(data / "noise") if noise.seconds >= _LONG_ENOUGH]
    return Surroundings(
        kitchen=_labelled(noises, _KITCHEN),
        household=_labelled(noises, _HOUSEHOLD) or _others(noises, _NOT_AT_HOME),
        babble=_labelled(noises, _BABBLE),
        talk=recordings(data / "chatter"),
        rooms=far_rooms(recordings(data / "rooms")),
        seed=seed,
    )


def far_rooms(rooms: Sequence[Recording]) -> list[Recording]:
    """Return the rooms like a usual living room, heard from two metres or more.

    Their RT60 is 0.4 to 0.6 s. If there are none, the nearest to that are returned.
    """
    if not rooms:
        return []
    strange = [_strangeness(room) for room in rooms]
    return [room for room, by in zip(rooms, strange, strict=True) if by == min(strange)]


def _strangeness(room: Recording) -> float:
    """Return how far a room is from the wanted one; 1 is 0.1 s or 1 m off."""
    rt60, distance = _RT60.search(_label(room)), _DISTANCE.search(_label(room))
    if not rt60 or not distance:
        return float("inf")
    seconds, metres = float(rt60[1]), float(distance[1])
    return max(0.4 - seconds, seconds - 0.6, 0) / 0.1 + max(2.0 - metres, 0)


def _labelled(noises: Sequence[Recording], words: re.Pattern[str]) -> list[Recording]:
    return [noise for noise in noises if words.search(_label(noise))]


def _others(noises: Sequence[Recording], words: re.Pattern[str]) -> list[Recording]:
    return [noise for noise in noises if not words.search(_label(noise))]


def _label(recording: Recording) -> str:
    return f"{recording.text} {Path(recording.name).stem}"


def _one(found: Sequence[Recording], rng: np.random.Generator) -> Path:
    return found[int(rng.integers(len(found)))].path


def _number(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))
