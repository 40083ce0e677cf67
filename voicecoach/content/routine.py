"""Routines: exercises in their order, with doses of their own."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, ValidationError, field_validator, model_validator

from voicecoach.content.exercise import Exercise
from voicecoach.content.spoken_text import Name, Sentence
from voicecoach.content.yaml_schema import Content, explain


class RoutineEntry(Content):
    """An entry of a routine: an exercise, or a break to drink (`water`).

    `seconds`, `count` and `sets` replace those parts of the exercise's dose. `alternative` is the
    exercise that the user can have instead, at its own dose.
    """

    exercise: str | None = None
    alternative: str | None = None
    seconds: int | None = None
    count: int | None = None
    sets: int | None = None
    water: bool = False

    @property
    def changes(self) -> dict[str, int]:
        """The parts of the dose that the entry sets itself."""
        return self.model_dump(include={"seconds", "count", "sets"}, exclude_none=True)

    @model_validator(mode="after")
    def _exercise_or_water(self) -> RoutineEntry:
        if self.water == (self.exercise is not None):
            raise ValueError("must be an exercise or water: true - give one of the two.")
        if self.water and self.model_fields_set > {"water"}:
            raise ValueError(
                "is a water break, which has nothing to set - leave the other keys out."
            )
        return self


class Routine(Content):
    """Exercises in their order.

    The user may call the routine by its `name` or its `aliases`; `about` describes it.
    """

    id: str
    name: Name
    aliases: tuple[Name, ...] = ()
    about: Sentence
    steps: tuple[RoutineEntry, ...] = Field(min_length=1)

    @field_validator("steps")
    @classmethod
    def _has_an_exercise(cls, steps: tuple[RoutineEntry, ...]) -> tuple[RoutineEntry, ...]:
        if all(step.water for step in steps):
            raise ValueError("has no exercise - add one.")
        return steps

    @property
    def spoken(self) -> tuple[str, ...]:
        """Name and aliases in lower case."""
        return tuple(name.lower() for name in (self.name, *self.aliases))


def wrong_changes(entry: RoutineEntry, exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Yield each key of `entry` that does not fit `exercise`, and what is wrong."""
    kind = type(exercise.dose)
    for key, value in entry.changes.items():
        if key not in kind.model_fields:
            fitting = " or ".join(
                name for name in ("seconds", "count", "sets") if name in kind.model_fields
            )
            yield (
                key,
                f"does not fit {exercise.id!r}, whose dose is {exercise.dose.kind} - give {fitting}.",
            )
            continue
        changed = exercise.model_dump()
        changed["dose"][key] = value
        try:
            Exercise.model_validate(changed)
        except ValidationError as error:
            yield key, explain(error.errors()[0], Exercise)
