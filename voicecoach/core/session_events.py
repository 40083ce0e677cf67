"""Define the events of a session worth remembering, one frozen class each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RoutineStarted:
    """Report that a routine of `steps` steps was begun."""

    routine: str
    steps: int


@dataclass(frozen=True, slots=True)
class RoutineResumed:
    """Report that the routine that was broken off is carried on with."""


@dataclass(frozen=True, slots=True)
class RoutineDone:
    """Report that the routine was done to its end."""

    routine: str


@dataclass(frozen=True, slots=True)
class RoutineStopped:
    """Report that the routine was broken off."""

    routine: str


@dataclass(frozen=True, slots=True)
class RoutineDropped:
    """Report that the user declined to carry on with the broken-off routine."""


@dataclass(frozen=True, slots=True)
class StepDone:
    """Report that a step was done to its end."""

    exercise: str
    side: str | None
    set_number: int


@dataclass(frozen=True, slots=True)
class StepLeftOut:
    """Report a step that was left out, wholly or in part.

    `work` is the part that was done (`serialization.work_done`).
    """

    exercise: str
    side: str | None
    reason: Literal["pain", "asked for"]
    work: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LegsRated:
    """Report how the legs feel before or after a routine, from 0 (fine) to 10."""

    when: Literal["before", "after"]
    rating: int


@dataclass(frozen=True, slots=True)
class PainReported:
    """Something hurt during a routine; None is what the user did not tell."""

    rating: int | None
    sharp: bool
    place: str | None
    exercise: str | None
    side: str | None


@dataclass(frozen=True, slots=True)
class RedFlagRaised:
    """Report that the user said something that may mean danger.

    `advice` is the class of the advice.
    """

    advice: str
    text: str


@dataclass(frozen=True, slots=True)
class PreferenceChanged:
    """Report changed preferences: name of the setting -> value."""

    changes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AgeTold:
    """Report the user's age in years."""

    years: int


@dataclass(frozen=True, slots=True)
class ExerciseChosen:
    """Report that an exercise is done at another level from now on, or left out."""

    exercise: str
    way: str


@dataclass(frozen=True, slots=True)
class WaterDrunk:
    """Report that a glass of water was drunk."""


@dataclass(frozen=True, slots=True)
class ReminderSet:
    """Report that the user wants a daily reminder of the exercises at `at` (hh:mm)."""

    at: str


@dataclass(frozen=True, slots=True)
class RemindersCancelled:
    """Report that the user wants no more reminders.

    `settings` are the declined times (hh:mm) of the reminders in the settings.
    """

    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReminderSettingsChanged:
    """Report that the settings' times differ from those cancelled by voice."""


@dataclass(frozen=True, slots=True)
class SecondPassed:
    """Report that a second of a routine has passed, at step number `step`.

    `plan` is the plan as JSON where it has changed since the last of these events, `work` what has
    been done of the step that is being counted. Both are None otherwise.
    """

    step: int
    plan: str | None = None
    work: Mapping[str, object] | None = None


UserEvent = (
    LegsRated
    | PainReported
    | RedFlagRaised
    | PreferenceChanged
    | AgeTold
    | ExerciseChosen
    | WaterDrunk
    | ReminderSet
    | RemindersCancelled
    | ReminderSettingsChanged
)
RoutineEvent = (
    RoutineStarted
    | RoutineResumed
    | RoutineDone
    | RoutineStopped
    | RoutineDropped
    | StepDone
    | StepLeftOut
    | SecondPassed
)
SessionEvent = RoutineEvent | UserEvent


def log_entry(event: SessionEvent) -> tuple[str, dict[str, object]]:
    """Return the kind and the data under which `event` stands in the log."""
    match event:
        case RoutineStarted(routine, steps):
            return "routine started", {"routine": routine, "steps": steps}
        case RoutineResumed():
            return "routine resumed", {}
        case RoutineDone(routine):
            return "routine done", {"routine": routine}
        case RoutineStopped(routine):
            return "routine stopped", {"routine": routine}
        case RoutineDropped():
            return "routine dropped", {}
        case StepDone(exercise, side, set_number):
            return "step done", {"exercise": exercise, "side": side, "set": set_number}
        case StepLeftOut(exercise, side, reason, work):
            return "left out", {"exercise": exercise, "side": side, "reason": reason, "work": work}
        case SecondPassed(step, plan, work):
            optional = {"plan": plan, "work": work}
            return "second", {
                "step": step,
                **{name: value for name, value in optional.items() if value is not None},
            }
        case _:
            return _log_entry_of_user(event)


def _log_entry_of_user(event: UserEvent) -> tuple[str, dict[str, object]]:
    """Return kind and data of an event that tells of the user and not of the routine."""
    match event:
        case LegsRated(when, rating):
            return "pain", {"when": when, "rating": rating}
        case PainReported(rating, sharp, place, exercise, side):
            what = {
                "rating": rating,
                "sharp": sharp,
                "place": place,
                "exercise": exercise,
                "side": side,
            }
            return "pain", {"when": "during", **what}
        case RedFlagRaised(advice, text):
            return "red flag", {"advice": advice, "text": text}
        case PreferenceChanged(changes):
            return "preference", dict(changes)
        case AgeTold(years):
            return "age", {"years": years}
        case ExerciseChosen(exercise, way):
            return "way", {"exercise": exercise, "way": way}
        case WaterDrunk():
            return "water", {}
        case ReminderSet(at):
            return "reminder", {"at": at}
        case RemindersCancelled(settings):
            return "reminders off", {"settings": list(settings)}
        case ReminderSettingsChanged():
            return "settings changed", {}
