"""Put plans into words: their titles, what was left out, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from voicecoach.content.exercise import Exercise
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.script import Cue
from voicecoach.session.plan.muscle_groups import MUSCLES, named_muscle, named_muscles, summary
from voicecoach.session.plan.planner import LEAST, MOST, Declined, Planned
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.selectors import FLOOR, KNEELING, STRETCH, is_stretch, meant

TITLE_LINES = {
    "stretch": "plan.title.stretch",
    "strength": "plan.title.strength",
    "warm-up": "plan.title.warm-up",
}
"""Kind of exercise -> the line with the name of a session of it."""

THING_LINES = {
    "lunge": "thing.lunge",
    "squat": "thing.squat",
    "walk": "thing.walk",
    "jog": "thing.jog",
    "strength": "thing.strength",
    "dynamic": "thing.dynamic",
    "warm-up": "thing.warm-up",
    "stretch": "thing.stretch",
    "floor": "thing.floor",
    "kneeling": "thing.kneeling",
    "chair": "thing.chair",
    "standing": "thing.standing",
    "water": "thing.water",
    "everything": "thing.everything",
}
"""Key of a selection -> the line with what it means."""

PLACE_LINES = {
    "standing": "place.standing",
    "chair": "place.chair",
    "kneeling": "place.kneeling",
    "floor": "place.floor",
}
"""Position -> the line with its name."""

MOST_THINGS = 4
"""Things that are told one by one; of more it is said what there is instead."""

MOST_INSTEAD = 2


class PlanWords:
    """Put plans of exercises of `library` into the words of `lines`."""

    def __init__(self, library: Library, lines: Lines):
        self._library = library
        self._lines = lines

    def title(self, wish: PlanRequest) -> str:
        """Return what the routine is called."""
        if wish.routine is not None:
            return self._library.routines[wish.routine].name
        if wish.muscles:
            return self._lines.phrase("plan.title_muscles", muscles=self._muscles(wish.muscles))
        return self._lines.phrase(
            TITLE_LINES[wish.kinds[0]] if len(wish.kinds) == 1 else "plan.title"
        )

    def label(self, key: str) -> str:
        """Return what a key of `selectors.matches` means, as one says it: "the lunges"."""
        if key in THING_LINES:
            return self._lines.phrase(THING_LINES[key])
        return self._named(
            self._library.exercises[one] for one in sorted(meant([key], self._library))
        )

    def labels(self, keys: Iterable[str]) -> str:
        """Return what several keys mean, as one says it, the muscles together."""
        keys = tuple(dict.fromkeys(keys))
        muscles = self._muscles(key for key in keys if key in MUSCLES)
        told = [self.label(key) for key in keys if key not in MUSCLES]
        if muscles:
            told.append(self._lines.phrase("thing.muscle", muscle=muscles))
        return self._lines.joined(list(dict.fromkeys(told)))

    def remarks(self, planned: Planned) -> tuple[Cue, ...]:
        """Return what to say about a plan before it begins: above all, what was left out."""
        return tuple(self._remarks(planned))

    def refusal(self, declined: Declined) -> tuple[Cue, ...]:
        """Return why there is no plan, and what there is."""
        wish, seconds = declined.wish, self._lines.duration(declined.wish.seconds or 0.0)
        match declined.why:
            case "too short":
                return (
                    self._cue(
                        "plan.too_short", duration=seconds, least=self._lines.duration(LEAST)
                    ),
                )
            case "too long":
                return (
                    self._cue("plan.too_long", duration=seconds, most=self._lines.duration(MOST)),
                )
            case "elsewhere":
                known = self._cue("plan.known_muscles", muscles=named_muscles(self._lines))
                return (
                    self._cue("plan.elsewhere", parts=self._lines.joined(wish.elsewhere)),
                    known,
                )
            case "unreached":
                return tuple(self._unreached(declined))
            case "nothing left":
                return (self._cue("plan.nothing_left"),)
        return (self._cue("routine.none", routines=summary(self._library, self._lines)),)

    # --- inside ----------------------------------------------------------------------------------

    def _remarks(self, planned: Planned) -> Iterator[Cue]:
        if left_out := self._left_out(planned):
            yield self._cue("plan.left_out", things=left_out)
        if planned.rested:
            yield self._cue("plan.rested")
        if planned.no_time:
            yield self._no_time(planned)
        if planned.unreached:
            yield self._cue(
                "plan.unreached",
                nothing=self._nothing(planned.wish),
                muscles=self._muscles(planned.unreached),
            )
        if planned.elsewhere:
            yield self._cue("plan.elsewhere", parts=self._lines.joined(planned.elsewhere))
        if planned.absent:
            yield self._cue("plan.absent", things=self.labels(planned.absent))
        if planned.short:
            yield self._cue("plan.short")
        if not any(one.group == "warm-up" for one in self._exercises(planned)):
            yield self._cue("plan.cold")

    def _left_out(self, planned: Planned) -> str:
        elsewhere = (_place(self._library.exercises[one]) for one in planned.misplaced)
        others = (_kind(self._library.exercises[one]) for one in planned.other_kind)
        return self.labels((*planned.asked, *elsewhere, *others))

    def _no_time(self, planned: Planned) -> Cue:
        if len(planned.no_time) <= MOST_THINGS:
            return self._cue("plan.no_time", things=self.labels(planned.no_time))
        there = [one for one in self._exercises(planned) if one.group != "warm-up"]
        return self._cue("plan.only_time", things=self._named(there))

    def _unreached(self, declined: Declined) -> Iterator[Cue]:
        muscles = self._muscles(declined.muscles)
        yield self._cue("plan.unreached", nothing=self._nothing(declined.wish), muscles=muscles)
        instead = [self._library.exercises[one] for one in declined.instead][:MOST_INSTEAD]
        if instead:
            where = self._lines.joined(
                list(
                    dict.fromkeys(self._lines.phrase(PLACE_LINES[one.position]) for one in instead)
                )
            )
            yield self._cue("plan.instead", where=where, exercises=self._named(instead))

    def _nothing(self, wish: PlanRequest) -> str:
        if wish.places:
            where = self._lines.joined(
                [self._lines.phrase(PLACE_LINES[place]) for place in wish.places]
            )
            return self._lines.phrase("plan.nothing_at", where=where)
        return self._lines.phrase("plan.nothing_of_kind" if wish.kinds else "plan.nothing_else")

    def _muscles(self, muscles: Iterable[str]) -> str:
        return self._lines.joined([named_muscle(muscle, self._lines) for muscle in muscles])

    def _named(self, exercises: Iterable[Exercise]) -> str:
        return self._lines.joined(
            [self._lines.phrase("thing.exercise", exercise=one.name) for one in exercises]
        )

    def _exercises(self, planned: Planned) -> Sequence[Exercise]:
        return [self._library.exercises[step.exercise] for step in planned.steps if step.exercise]

    def _cue(self, line: str, **values: object) -> Cue:
        return Cue(text=self._lines(line, **values), line=line)


def _place(exercise: Exercise) -> str:
    """Return the key of the place where an exercise is done."""
    return FLOOR if exercise.position == KNEELING else exercise.position


def _kind(exercise: Exercise) -> str:
    """Return the key of the kind of an exercise."""
    return STRETCH if is_stretch(exercise) else exercise.group
