"""The library: exercises and routines, built in and the user's own, checked against each other."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import Field, field_validator

from voicecoach.content.exercise import (
    Exercise,
)
from voicecoach.content.language import DEFAULT, content
from voicecoach.content.routine import Routine, wrong_changes
from voicecoach.content.spoken_text import Id
from voicecoach.content.yaml_schema import (
    Content,
    ContentError,
    Source,
    Where,
    load_with_source,
    suggestion,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """All exercises and routines by id; every entry of a routine names an exercise of the library.

    `sources` has the file of each exercise, `own` the ids of those that the user wrote.
    """

    exercises: Mapping[str, Exercise]
    routines: Mapping[str, Routine]
    sources: Mapping[str, Source] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def spoken_routines(self) -> list[tuple[str, str]]:
        """List each name of a routine, in lower case, with its id; no two routines share a name."""
        return [
            (spoken, routine.id) for routine in self.routines.values() for spoken in routine.spoken
        ]

    def spoken_exercises(self) -> list[tuple[str, str]]:
        """List the names of the user's own exercises, in lower case, with their ids.

        The intents have words for the built-in exercises. Where own exercises share a name, the
        first id has it.
        """
        names = {self.exercises[id].name.lower(): id for id in sorted(self.own, reverse=True)}
        return sorted(names.items())

    def with_routine(self, routine: Routine) -> Library:
        """Return the library with `routine`, which replaces a routine of its id."""
        return replace(self, routines={**self.routines, routine.id: routine})


class _ContentFile(Content):
    exercises: dict[Id, Exercise] = Field(default_factory=dict)
    routines: dict[Id, Routine] = Field(default_factory=dict)

    @field_validator("exercises", "routines", mode="before")
    @classmethod
    def _key_is_the_id(cls, entries: object) -> object:
        if not isinstance(entries, dict):
            return entries
        return {
            key: {"id": key} | value if isinstance(value, dict) else value
            for key, value in entries.items()
        }


T = TypeVar("T", Exercise, Routine)
_Shelf = dict[str, tuple[T, Source, int]]
"""By id: the entry, its file, and the number of the folder it came from (0 is the built-in one)."""


def load_library(language: str = DEFAULT, folders: Sequence[Path] = ()) -> Library:
    """Load the built-in content of `language` and the user's own.

    Args:
        language: Code of the language.
        folders: Folders with *.yaml or *.yml files of the user's own `exercises` and `routines`.
            An entry replaces the entry of its id in the folders before and in the built-in
            content. A missing folder is empty.

    Raises:
        ContentError: With every mistake in every file.
    """
    exercises: _Shelf[Exercise] = {}
    routines: _Shelf[Routine] = {}
    mistakes: list[str] = []
    for number, path in [(0, path) for path in _builtin(language)] + list(own_files(folders)):
        try:
            file, source = load_with_source(path, _ContentFile)
        except ContentError as error:
            mistakes += error.mistakes
            continue
        mistakes += _add(exercises, file.exercises, "exercises", source, number)
        mistakes += _add(routines, file.routines, "routines", source, number)
    if not mistakes:
        for entry in routines.values():
            mistakes += _wrong_entries(*entry, exercises)
        mistakes += _shared_names(routines)
    if mistakes:
        raise ContentError(mistakes)
    return Library(
        {key: exercise for key, (exercise, *_) in exercises.items()},
        {key: routine for key, (routine, *_) in routines.items()},
        {key: source for key, (_, source, _) in exercises.items()},
        frozenset(key for key, (_, _, number) in exercises.items() if number),
    )


def _builtin(language: str) -> list[Traversable]:
    return [content(language, name) for name in ("exercises.yaml", "routines.yaml")]


def own_files(folders: Sequence[Path]) -> Iterator[tuple[int, Traversable]]:
    """Yield the number of a folder, counted from one, and a file of the user's own in it."""
    for number, folder in enumerate(folders, start=1):
        try:
            paths = sorted(folder.iterdir()) if folder.exists() else []
        except OSError as error:
            raise ContentError(
                [f"{folder}: cannot be listed - {error.strerror}; name another."]
            ) from None
        for path in paths:
            # Editors and file managers leave files behind whose names begin with a dot.
            if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."):
                yield number, path


def _add(
    shelf: _Shelf[T], entries: dict[str, T], kind: str, source: Source, number: int
) -> Iterator[str]:
    for key, entry in entries.items():
        if entry.id != key:
            yield source.mistake(
                (kind, key, "id"), f"differs from {key!r}, which is the id - leave it out."
            )
        if key in shelf:
            _, other, other_number = shelf[key]
            if other_number == number:
                yield source.mistake(
                    (kind, key), f"is in {other.path} already - rename or remove one."
                )
            log.info("%s: %s.%s replaces the one in %s", source.path, kind, key, other.path)
        shelf[key] = (entry, source, number)


def _wrong_entries(
    routine: Routine, source: Source, number: int, exercises: _Shelf[Exercise]
) -> Iterator[str]:
    for index, step in enumerate(routine.steps):
        where: Where = ("routines", routine.id, "steps", index)
        for key in ("exercise", "alternative"):
            name = getattr(step, key)
            if name is not None and name not in exercises:
                what = f"there is no exercise {name!r} - {suggestion(name, exercises)}"
                yield source.mistake((*where, key), what)
        if step.exercise in exercises:
            exercise, origin, changed_in = exercises[step.exercise]
            place = f"{origin.path}, line {origin.line(('exercises', exercise.id))}"
            # A later folder that changes the exercise can make a correct entry wrong.
            hint = f" The exercise was changed in {place}." if changed_in > number else ""
            for key, what in wrong_changes(step, exercise):
                yield source.mistake((*where, key), what + hint)


def _shared_names(routines: _Shelf[Routine]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for key, (routine, source, _) in routines.items():
        for index, spoken in enumerate(routine.spoken):
            if spoken in owners:
                _, other, _ = routines[owners[spoken]]
                first = f"{other.path}, line {other.line(('routines', owners[spoken]))}"
                part: Where = ("aliases", index - 1) if index else ("name",)
                what = f"{spoken!r} is a name of {owners[spoken]!r} already ({first}) - choose another."
                yield source.mistake(("routines", key, *part), what)
            owners.setdefault(spoken, key)
