"""Exercises and routines: what they are made of, and the library of the built-in ones and the user's."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator

from voicecoach.content.language import DEFAULT, content
from voicecoach.content.yaml_schema import Content, ContentError, Source, Where, explain, load_with_source, suggestion

log = logging.getLogger(__name__)

Muscles = Literal["hamstrings", "quadriceps", "calves", "glutes", "hip flexors", "lower back"]
Group = Literal["warm-up", "dynamic", "strength", Muscles]
Position = Literal["standing", "chair", "kneeling", "floor"]
Thing = Literal["wall", "chair", "mat", "strap", "counter", "cushion"]
Sides = Literal["none", "per side", "alternating"]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_NAME = re.compile(r"(?:(?:^| )[^\W\d_]+(?:'[^\W\d_]*)*)+")
UNSPEAKABLE = re.compile(r"[^\w\s',.;:?!-]|_|(?<!\w)-|-(?!\w)")
"""A character that a voice leaves out, spells or misreads."""


def _speakable(text: str) -> str:
    text = " ".join(text.replace("\u2019", "'").split())
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in ("{side}", "{other}"):
            raise ValueError(f"has {placeholder}, which is not known - use {{side}} or {{other}}.")
    plain = _PLACEHOLDER.sub("left", text)
    if digit := re.search(r"\d+", plain):
        raise ValueError(f"has the number {digit[0]} - write it in words, as it is spoken.")
    if odd := UNSPEAKABLE.search(plain):
        raise ValueError(f"has {odd[0]!r}, which cannot be spoken - write it in words or leave it out.")
    if not re.search(r"\w", plain):
        raise ValueError("says nothing - write what the coach should say.")
    return text


def _one_sentence(text: str) -> str:
    if re.search(r"[.?!](?=\s)", text):
        raise ValueError("has more than one sentence - write one only.")
    return text


def _name(text: str) -> str:
    text = " ".join(text.replace("\u2019", "'").split())
    if not _NAME.fullmatch(text):
        raise ValueError(f"cannot be a spoken name, {text!r} - use letters, apostrophes and spaces only.")
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", text):
        raise ValueError("cannot be an id - use lower-case letters, digits and hyphens.")
    return text


Id = Annotated[str, AfterValidator(_id)]
Name = Annotated[str, AfterValidator(_name)]
Spoken = Annotated[str, AfterValidator(_speakable)]
Sentence = Annotated[Spoken, AfterValidator(_one_sentence)]


class Hold(Content):
    """A position kept for `seconds`, `sets` times (per side)."""

    kind: Literal["hold"] = "hold"
    seconds: int = Field(ge=5, le=60)
    sets: int = Field(default=1, ge=1, le=5)


class Phase(Content):
    """A part of a repetition: a word or two said at its start (`easier` in the easier version), and its length (s). The
    effort is counted."""

    say: Name = Field(max_length=20)
    easier: Name | None = Field(default=None, max_length=20)
    seconds: float = Field(ge=0.5, le=10)
    effort: bool = False


class Repetitions(Content):
    """`count` repetitions at a steady tempo (per side; both sides together when alternating)."""

    kind: Literal["repetitions"] = "repetitions"
    count: int = Field(ge=1, le=30)
    sets: int = Field(default=1, ge=1, le=5)
    phases: tuple[Phase, ...] = Field(min_length=1)

    @field_validator("phases")
    @classmethod
    def _one_effort(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        efforts = sum(phase.effort for phase in phases)
        if efforts != 1:
            raise ValueError(f"has {efforts} phases with effort - give effort: true to exactly one.")
        return phases


class Timed(Content):
    """Something kept up for `seconds`, such as walking."""

    kind: Literal["timed"] = "timed"
    seconds: int = Field(ge=10, le=1800)


Dose = Annotated[Hold | Repetitions | Timed, Field(discriminator="kind")]


class Exercise(Content):
    """An exercise and what the coach can say about it: `{side}` in a text is the working side, `{other}` the
    opposite one; `reminder` stands in for `setup` from the second time on; `needs` is to be at hand; `works` has the
    muscles that it works beside those of its group; `kneels`: there is weight on a knee.
    With an `easier_position` the text `easier` stands for setup and cue, is done with `easier_needs` at hand, and has
    an `easier_caution` or none; else it comes on top of them, and so do these."""

    id: str
    name: Name
    group: Group
    position: Position
    needs: tuple[Thing, ...] = ()
    works: tuple[Muscles, ...] = ()
    kneels: bool = False
    sides: Sides
    dose: Dose
    setup: tuple[Sentence, ...] = Field(min_length=1, max_length=3)
    reminder: Sentence
    cue: Spoken
    feel: Spoken
    mistake: Spoken
    easier: Spoken
    harder: Spoken
    caution: Spoken
    easier_position: Position | None = None
    easier_needs: tuple[Thing, ...] = ()
    easier_caution: Spoken | None = None

    @field_validator("dose")
    @classmethod
    def _dose_fits_sides(cls, dose: Dose, info: ValidationInfo) -> Dose:
        if info.data.get("sides") == "alternating":
            if isinstance(dose, Hold):
                raise ValueError("is a hold, which cannot alternate - write sides: per side.")
            if isinstance(dose, Repetitions) and dose.count % 2:
                raise ValueError(f"has a count of {dose.count}, but the sides alternate - make it even.")
        return dose

    @field_validator("setup", "reminder", "cue", "feel", "mistake", "easier", "harder", "caution", "easier_caution")
    @classmethod
    def _placeholders_fit_sides(cls, text: object, info: ValidationInfo) -> object:
        sides = info.data.get("sides", "per side")
        if sides != "per side" and (found := _PLACEHOLDER.search(str(text))):
            raise ValueError(f"has {found[0]}, but sides is {sides!r} - leave it out, or write sides: per side.")
        return text


class RoutineEntry(Content):
    """A break to drink (`water`), or an exercise with its dose changed by `seconds`, `count` and `sets`;
    `alternative` is the exercise to be had instead, at its own dose."""

    exercise: str | None = None
    alternative: str | None = None
    seconds: int | None = None
    count: int | None = None
    sets: int | None = None
    water: bool = False

    @property
    def changes(self) -> dict[str, int]:
        """The parts of the dose that the step sets itself."""
        return self.model_dump(include={"seconds", "count", "sets"}, exclude_none=True)

    @model_validator(mode="after")
    def _exercise_or_water(self) -> RoutineEntry:
        if self.water == (self.exercise is not None):
            raise ValueError("must be an exercise or water: true - give one of the two.")
        if self.water and self.model_fields_set > {"water"}:
            raise ValueError("is a water break, which has nothing to set - leave the other keys out.")
        return self


class Routine(Content):
    """Exercises in their order. `name` and `aliases` are what the user may call it; `about` describes it."""

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


@dataclass(frozen=True)
class Library:
    """All exercises and routines by id; every step names an exercise that is there. `sources` has the file that each
    exercise comes from, `own` those that the user wrote."""

    exercises: Mapping[str, Exercise]
    routines: Mapping[str, Routine]
    sources: Mapping[str, Source] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def spoken_routines(self) -> list[tuple[str, str]]:
        """What a routine may be called, in lower case, and its id; no name stands for two routines."""
        return [(spoken, routine.id) for routine in self.routines.values() for spoken in routine.spoken]

    def spoken_exercises(self) -> list[tuple[str, str]]:
        """What the user's own exercises are called, in lower case, and their ids. For those built in the intents have
        words, and the first exercise of a name has it."""
        names = {self.exercises[id].name.lower(): id for id in sorted(self.own, reverse=True)}
        return sorted(names.items())

    def with_routine(self, routine: Routine) -> Library:
        """The library with `routine` in it, in the place of another one of its id."""
        return replace(self, routines={**self.routines, routine.id: routine})


class _File(Content):
    exercises: dict[Id, Exercise] = Field(default_factory=dict)
    routines: dict[Id, Routine] = Field(default_factory=dict)

    @field_validator("exercises", "routines", mode="before")
    @classmethod
    def _key_is_the_id(cls, entries: object) -> object:
        if not isinstance(entries, dict):
            return entries
        return {key: {"id": key} | value if isinstance(value, dict) else value for key, value in entries.items()}


T = TypeVar("T", Exercise, Routine)
_Shelf = dict[str, tuple[T, Source, int]]
"""By id: the entry, its file, and the number of the folder it came from (0 is the built-in one)."""


def load_library(language: str = DEFAULT, folders: Sequence[Path] = ()) -> Library:
    """The built-in content of `language` with the user's own on top.

    Every *.yaml or *.yml in `folders` may have `exercises` and `routines`; they replace those of the same id
    in the folders before it and in the built-in content. A folder that does not exist is empty. ContentError
    lists every mistake in every file; then nothing is loaded.
    """
    exercises: _Shelf[Exercise] = {}
    routines: _Shelf[Routine] = {}
    mistakes: list[str] = []
    for number, path in [(0, path) for path in _builtin(language)] + list(own_files(folders)):
        try:
            file, source = load_with_source(path, _File)
        except ContentError as error:
            mistakes += error.mistakes
            continue
        mistakes += _add(exercises, file.exercises, "exercises", source, number)
        mistakes += _add(routines, file.routines, "routines", source, number)
    if not mistakes:
        for entry in routines.values():
            mistakes += _wrong_steps(*entry, exercises)
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
    """The user's own files, each with the number of its folder, from one."""
    for number, folder in enumerate(folders, start=1):
        try:
            paths = sorted(folder.iterdir()) if folder.exists() else []
        except OSError as error:
            raise ContentError([f"{folder}: cannot be listed - {error.strerror}; name another."]) from None
        for path in paths:
            # Names with a dot in front are what editors and file managers leave behind.
            if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."):
                yield number, path


def _add(shelf: _Shelf[T], entries: dict[str, T], kind: str, source: Source, number: int) -> Iterator[str]:
    for key, entry in entries.items():
        if entry.id != key:
            yield source.mistake((kind, key, "id"), f"differs from {key!r}, which is the id - leave it out.")
        if key in shelf:
            _, other, other_number = shelf[key]
            if other_number == number:
                yield source.mistake((kind, key), f"is in {other.path} already - rename or remove one.")
            log.info("%s: %s.%s replaces the one in %s", source.path, kind, key, other.path)
        shelf[key] = (entry, source, number)


def _wrong_steps(routine: Routine, source: Source, number: int, exercises: _Shelf[Exercise]) -> Iterator[str]:
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
            # A step that was right has come to be wrong: its author is not to blame.
            hint = f" The exercise was changed in {place}." if changed_in > number else ""
            for key, what in wrong_changes(step, exercise):
                yield source.mistake((*where, key), what + hint)


def wrong_changes(step: RoutineEntry, exercise: Exercise) -> Iterator[tuple[str, str]]:
    """What `step` changes of the dose of `exercise` that does not fit it: the key, and what is wrong."""
    kind = type(exercise.dose)
    for key, value in step.changes.items():
        if key not in kind.model_fields:
            fitting = " or ".join(name for name in ("seconds", "count", "sets") if name in kind.model_fields)
            yield key, f"does not fit {exercise.id!r}, whose dose is {exercise.dose.kind} - give {fitting}."
            continue
        changed = exercise.model_dump()
        changed["dose"][key] = value
        try:
            Exercise.model_validate(changed)
        except ValidationError as error:
            yield key, explain(error.errors()[0], Exercise)


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
