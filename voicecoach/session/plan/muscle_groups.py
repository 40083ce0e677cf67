"""Name the routines and muscles there are, in a sentence short enough to remember."""

from __future__ import annotations

from typing import get_args

from voicecoach.content.exercise import Muscles
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.content.routine import Routine

MUSCLES: tuple[str, ...] = get_args(Muscles)
"""The muscle groups there are, in the order in which they are named."""

MUSCLE_NAME_LINES = {
    "hamstrings": "muscles.hamstrings",
    "quadriceps": "muscles.quadriceps",
    "calves": "muscles.calves",
    "glutes": "muscles.glutes",
    "hip flexors": "muscles.hip-flexors",
    "lower back": "muscles.lower-back",
}
"""Muscle group -> the line with its name."""

MOST_NAMES = 5
"""Routines named at once."""


def muscles_of(routine: Routine, library: Library) -> tuple[str, ...]:
    """Return the muscles that a routine stretches, in the order of `MUSCLES`."""
    groups = {library.exercises[step.exercise].group for step in routine.steps if step.exercise}
    return tuple(muscle for muscle in MUSCLES if muscle in groups)


def summary(library: Library, lines: Lines) -> str:
    """Return the routines by name, those for a single muscle in one word."""
    single = {
        routine.id: len(muscles_of(routine, library)) == 1 for routine in library.routines.values()
    }
    names = [routine.name for routine in library.routines.values() if not single[routine.id]]
    more = [lines.phrase("menu.more", n=len(names) - MOST_NAMES)] if len(names) > MOST_NAMES else []
    muscles = [lines.phrase("menu.muscles")] if any(single.values()) else []
    return lines.joined([*names[:MOST_NAMES], *more, *muscles])


def named_muscles(lines: Lines) -> str:
    """Return the names of all muscles, as one says them."""
    return lines.joined([named_muscle(muscle, lines) for muscle in MUSCLES])


def named_muscle(muscle: str, lines: Lines) -> str:
    """Return the name of a muscle group, as one says it."""
    return lines.phrase(MUSCLE_NAME_LINES[muscle])
