"""Exercises: their doses, their sides, and what the coach says about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from voicecoach.content.spoken_text import PLACEHOLDER, Name, Sentence, Spoken
from voicecoach.content.yaml_schema import Content

Muscles = Literal["hamstrings", "quadriceps", "calves", "glutes", "hip flexors", "lower back"]
Group = Literal["warm-up", "dynamic", "strength", Muscles]
Position = Literal["standing", "chair", "kneeling", "floor"]
Thing = Literal["wall", "chair", "mat", "strap", "counter", "cushion"]
Sides = Literal["none", "per side", "alternating"]


class Hold(Content):
    """A position kept for `seconds`, `sets` times (per side)."""

    kind: Literal["hold"] = "hold"
    seconds: int = Field(ge=5, le=60)
    sets: int = Field(default=1, ge=1, le=5)


class Phase(Content):
    """A part of a repetition.

    `say` is a word or two spoken at its start, `easier` the words of the easier level, `seconds`
    its length. The phase with the `effort` is the one that is counted.
    """

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
            raise ValueError(
                f"has {efforts} phases with effort - give effort: true to exactly one."
            )
        return phases


class Timed(Content):
    """An activity kept up for `seconds`, such as walking."""

    kind: Literal["timed"] = "timed"
    seconds: int = Field(ge=10, le=1800)


Dose = Annotated[Hold | Repetitions | Timed, Field(discriminator="kind")]


class Exercise(Content):
    """An exercise and what the coach can say about it.

    In a text `{side}` is the working side and `{other}` the opposite one. `reminder` replaces
    `setup` from the second time on. `needs` lists things to have at hand, `works` muscles that it
    works besides those of its group; `kneels` means that there is weight on a knee.

    With an `easier_position` the text `easier` replaces setup and cue, `easier_needs` replaces
    `needs`, and `easier_caution` (or none) replaces `caution`. Without one, `easier` and its needs
    and caution are added to them.
    """

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
                raise ValueError(
                    f"has a count of {dose.count}, but the sides alternate - make it even."
                )
        return dose

    @field_validator(
        "setup",
        "reminder",
        "cue",
        "feel",
        "mistake",
        "easier",
        "harder",
        "caution",
        "easier_caution",
    )
    @classmethod
    def _placeholders_fit_sides(cls, text: object, info: ValidationInfo) -> object:
        sides = info.data.get("sides", "per side")
        if sides != "per side" and (found := PLACEHOLDER.search(str(text))):
            raise ValueError(
                f"has {found[0]}, but sides is {sides!r} - leave it out, or write sides: per side."
            )
        return text
