"""Select exercises by one key: "lunge", "floor", "strength"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from voicecoach.content.exercise import Exercise, Position
from voicecoach.content.library import Library
from voicecoach.session.plan.muscle_groups import MUSCLES

EVERYTHING, STRETCH, FLOOR, KNEELING = "everything", "stretch", "floor", "kneeling"
POSITIONS: tuple[str, ...] = get_args(Position)
WATER = "water"
"""The break to drink, which is no exercise."""


def matches(key: str, exercise: Exercise) -> bool:
    """Return True if `key` means `exercise`, among others.

    Keys are `everything`, `stretch`, a group, a position (kneeling is on the floor, too; `kneeling`
    is every weight on a knee), or words of its id that follow each other (`lunge`).
    """
    if key in (EVERYTHING, exercise.group):
        return True
    if key == STRETCH:
        return is_stretch(exercise)
    if key == KNEELING:
        return exercise.kneels or exercise.position == "kneeling"
    if key == FLOOR:
        return is_down(exercise)
    if key in POSITIONS:
        return key == exercise.position
    return f"-{key}-" in f"-{exercise.id}-"


def is_stretch(exercise: Exercise) -> bool:
    """Return True if the exercise is a static stretch."""
    return exercise.group in MUSCLES


def is_down(exercise: Exercise) -> bool:
    """Return True if the exercise is done on the floor."""
    return exercise.position in ("floor", "kneeling")


def muscles_worked(exercise: Exercise) -> tuple[str, ...]:
    """Return the muscles that the exercise stretches or works, ordered as `MUSCLES`."""
    return tuple(
        muscle for muscle in MUSCLES if muscle == exercise.group or muscle in exercise.works
    )


def meant(keys: Iterable[str], library: Library) -> frozenset[str]:
    """Return the ids of the exercises that any of `keys` means."""
    keys = tuple(keys)
    return frozenset(
        one.id for one in library.exercises.values() if any(matches(key, one) for key in keys)
    )
