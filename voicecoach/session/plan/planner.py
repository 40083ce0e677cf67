"""Turn a request into a plan, or explain why there is no such plan.

A plan says what is done, and what is left out and why. Without a plan, the alternatives are
returned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from voicecoach.content.exercise import Exercise
from voicecoach.content.library import Library
from voicecoach.content.routine import RoutineEntry
from voicecoach.session.plan.duration import whole_length
from voicecoach.session.plan.fitting import Dosed, Fitting
from voicecoach.session.plan.muscle_groups import MUSCLES
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.selectors import (
    EVERYTHING,
    WATER,
    is_stretch,
    matches,
    meant,
    muscles_worked,
)
from voicecoach.session.plan.steps import PlanStep, lay_out

LEAST, MOST = 5 * 60.0, 60 * 60.0
"""Shortest and longest session (s) that is planned."""

USUAL = 20 * 60.0
"""Most seconds of a session for the whole leg where no length is asked for."""

FOCUSED = 15 * 60.0
"""Most seconds of a session for a few muscles where no length is asked for."""

FOCUSED_WARM_UP, USUAL_WARM_UP = 120, 180
"""Seconds of walking before a session for a few muscles, and before others."""

SHORTFALL = 0.85
"""Share of the time asked for below which it is said that there is no more to do."""

KINDS = {
    "stretch": ("stretch", "warm-up"),
    "strength": ("strength", "dynamic", "warm-up"),
    "warm-up": ("warm-up", "dynamic"),
}
"""Kind of session -> its groups of exercises (keys of `selectors.matches`).

The warm-up belongs to all of them.
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """Hold a plan: `steps` to do, which are `whole` without the places in `spare`.

    The spare steps can still be brought back.

    Attributes:
        asked: Keys that were left out because the user asked for that.
        absent: Keys that were to be left out and were not there.
        misplaced: Ids of exercises that are not done at the places asked for.
        other_kind: Ids of exercises of a kind that was not asked for.
        unreached: Muscles that nothing works under these wishes.
        no_time: Keys, muscles or ids for which there was no time.
        rested: Ids of strength exercises, left out because strength work was done the day before.
        elsewhere: Parts of the body for which there is nothing.
        short: The plan takes much less time than was asked for.
    """

    wish: PlanRequest
    whole: tuple[RoutineEntry, ...]
    spare: frozenset[int] = frozenset()
    asked: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    misplaced: tuple[str, ...] = ()
    other_kind: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    no_time: tuple[str, ...] = ()
    rested: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    short: bool = False

    @property
    def steps(self) -> tuple[RoutineEntry, ...]:
        """Return the steps to do."""
        return tuple(step for place, step in enumerate(self.whole) if place not in self.spare)


@dataclass(frozen=True, slots=True)
class Declined:
    """Hold the reason why there is no plan.

    `why` is `too short`, `too long`, `elsewhere`, `unreached` (nothing works `muscles` under these
    wishes, but the exercises `instead` would without them), `nothing left`, or `unknown` (routine).
    """

    wish: PlanRequest
    why: str
    muscles: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Hold the exercises that may be done, and the others by the reason why not."""

    allowed: list[Exercise] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    other_kind: list[str] = field(default_factory=list)
    rested: list[str] = field(default_factory=list)


class Planner:
    """Plan routines from the exercises of `library`.

    Args:
        library: The exercises and routines.
        dosed: Gives a plan the doses of the user.
        unwanted: Exercises that are taken only where they are asked for.
        strength_lately: The user did strength work yesterday or today.
        known_exercises: Exercises that need few words.
    """

    def __init__(
        self,
        library: Library,
        dosed: Dosed = tuple,
        *,
        unwanted: Collection[str] = (),
        strength_lately: bool = False,
        known_exercises: Collection[str] = (),
    ):
        self._library = library
        self._unwanted = unwanted
        self._dosed = dosed
        self._strength_lately = strength_lately
        self._familiar = known_exercises

    def plan(self, wish: PlanRequest) -> Planned | Declined:
        """Return the plan for `wish`, or why there is none."""
        if wish.routine is not None and wish.routine not in self._library.routines:
            return Declined(wish, "unknown")
        if why := _unreasonable(wish):
            return Declined(wish, why)
        if wish.routine is None or wish.seconds or wish.muscles:
            return self._fitted(wish)
        return self._from_routine(wish)

    def lay_out(self, planned: Planned) -> tuple[tuple[PlanStep, ...], tuple[PlanStep, ...]]:
        """Return the plan in its doses, and the steps that can be brought back into it.

        The blocks of both are in one order.
        """
        whole = self._dosed(lay_out(planned.whole, self._library))
        plan = tuple(step for step in whole if step.block not in planned.spare)
        return plan, tuple(step for step in whole if step.block in planned.spare)

    # --- a routine as it stands, less what is left out -------------------------------------------

    def _from_routine(self, wish: PlanRequest) -> Planned | Declined:
        steps = self._library.routines[str(wish.routine)].steps
        found = self._sort(wish, self._exercises(steps))
        allowed = {one.id for one in found.allowed}
        whole = [self._without_alternative(step, wish) for step in steps]
        drinks = WATER not in (*wish.without, *wish.today)
        spare = {
            place
            for place, step in enumerate(whole)
            if not (drinks if step.water else step.exercise in allowed)
        }
        spare |= _needless_drinks(whole, spare)
        kept = [step for place, step in enumerate(whole) if place not in spare]
        if all(step.water or self._is_warm_up(step) for step in kept) and len(kept) < len(whole):
            muscles = _muscles_of(self._exercises(steps))
            return (
                self._unreached(wish, muscles)
                if wish.places and muscles
                else Declined(wish, "nothing left")
            )
        return self._planned(wish, whole, found, spare=frozenset(spare))

    def _without_alternative(self, step: RoutineEntry, wish: PlanRequest) -> RoutineEntry:
        if step.alternative in meant((*wish.without, *wish.today), self._library):
            return step.model_copy(update={"alternative": None})
        return step

    def _is_warm_up(self, step: RoutineEntry) -> bool:
        return (
            step.exercise is not None and self._library.exercises[step.exercise].group == "warm-up"
        )

    # --- exercises chosen for a time or for muscles ----------------------------------------------

    def _fitted(self, wish: PlanRequest) -> Planned | Declined:
        routine = self._library.routines.get(str(wish.routine))
        anything = [one for one in self._library.exercises.values() if one.id not in self._unwanted]
        exercises = self._exercises(routine.steps) if routine else anything
        found = self._sort(wish, exercises)
        wanted = wish.muscles or (() if wish.kinds else _muscles_of(exercises))
        reached = {muscle for one in found.allowed for muscle in muscles_worked(one)}
        unreached = tuple(muscle for muscle in wanted if muscle not in reached)
        if wish.muscles and len(unreached) == len(wish.muscles):
            return self._unreached(wish, unreached)
        muscles = tuple(muscle for muscle in wish.muscles if muscle in reached)
        steps = self._fit(
            wish, Fitting(self._library, found.allowed, muscles, self._dosed, self._familiar)
        )
        if not steps:
            return Declined(wish, "too short" if wish.seconds and found.allowed else "nothing left")
        return self._planned(wish, steps, found, unreached=unreached)

    def _fit(self, wish: PlanRequest, fitting: Fitting) -> tuple[RoutineEntry, ...]:
        if wish.seconds:
            return fitting.fit(wish.seconds)
        if wish.muscles:
            return fitting.natural(FOCUSED, FOCUSED_WARM_UP)
        return fitting.natural(USUAL, USUAL_WARM_UP)

    def _unreached(self, wish: PlanRequest, muscles: tuple[str, ...]) -> Declined:
        barred = meant((*wish.without, *wish.today), self._library)
        would = [
            one
            for one in self._library.exercises.values()
            if not set(muscles).isdisjoint(muscles_worked(one))
        ]
        stretches = [one for one in would if is_stretch(one)] or would
        return Declined(
            wish, "unreached", muscles, tuple(one.id for one in stretches if one.id not in barred)
        )

    # --- what both have in common ----------------------------------------------------------------

    def _exercises(self, steps: Sequence[RoutineEntry]) -> list[Exercise]:
        ids = dict.fromkeys(
            name for step in steps for name in (step.exercise, step.alternative) if name
        )
        return [self._library.exercises[name] for name in ids]

    def _sort(self, wish: PlanRequest, exercises: Sequence[Exercise]) -> _Sorted:
        found = _Sorted()
        rest = self._rests(wish, exercises)
        for one in exercises:
            if any(matches(key, one) for key in (*wish.without, *wish.today)):
                found.asked.append(one.id)
            elif wish.places and not any(matches(place, one) for place in wish.places):
                found.misplaced.append(one.id)
            elif wish.kinds and not any(
                matches(key, one) for kind in wish.kinds for key in KINDS[kind]
            ):
                found.other_kind.append(one.id)
            elif rest and one.group == "strength":
                found.rested.append(one.id)
            else:
                found.allowed.append(one)
        return found

    def _rests(self, wish: PlanRequest, exercises: Sequence[Exercise]) -> bool:
        """Return True if strength work is left out today.

        It is not left out where only strength was asked for.
        """
        only = "strength" in wish.kinds or not any(map(is_stretch, exercises))
        return self._strength_lately and not only

    def _planned(
        self,
        wish: PlanRequest,
        whole: Sequence[RoutineEntry],
        found: _Sorted,
        *,
        unreached: tuple[str, ...] = (),
        spare: frozenset[int] = frozenset(),
    ) -> Planned:
        steps = [step for place, step in enumerate(whole) if place not in spare]
        there = set(self._exercises(steps))
        missed = [one for one in found.allowed if one not in there]
        used = frozenset(found.asked)
        length = whole_length(self._dosed(lay_out(steps, self._library)), self._familiar)
        keys = (*wish.without, *wish.today)
        return Planned(
            wish,
            tuple(whole),
            spare,
            asked=tuple(key for key in keys if key == WATER or meant([key], self._library) & used),
            absent=tuple(
                key
                for key in wish.without
                if key != WATER and not meant([key], self._library) & used
            ),
            misplaced=tuple(found.misplaced) if wish.routine else (),
            other_kind=tuple(found.other_kind) if wish.routine else (),
            unreached=unreached,
            no_time=self._no_time(wish, missed, there),
            rested=tuple(found.rested),
            elsewhere=wish.elsewhere,
            short=bool(wish.seconds) and length < SHORTFALL * (wish.seconds or 0),
        )

    def _no_time(
        self, wish: PlanRequest, missed: Sequence[Exercise], there: set[Exercise]
    ) -> tuple[str, ...]:
        """Return what there was no time for.

        Of a routine this is each exercise; otherwise the muscles and kinds that are not there at
        all.
        """
        if wish.routine is not None and wish.seconds and not wish.muscles:
            return tuple(one.id for one in missed if one.group != "warm-up")
        counted = [one for one in (*missed, *there) if is_stretch(one) or wish.muscles]
        done = {muscle for one in counted if one in there for muscle in muscles_worked(one)}
        missing = [
            muscle
            for one in counted
            if one in missed
            for muscle in muscles_worked(one)
            if muscle not in done
        ]
        muscles = [muscle for muscle in missing if not wish.muscles or muscle in wish.muscles]
        kinds = (
            []
            if wish.muscles
            else [
                kind
                for kind in ("dynamic", "strength")
                if any(one.group == kind for one in missed)
                and not any(one.group == kind for one in there)
            ]
        )
        return tuple(dict.fromkeys((*muscles, *kinds)))


def _unreasonable(wish: PlanRequest) -> str:
    """Return why `wish` cannot be met whatever there is; empty where it can."""
    if wish.seconds and wish.seconds < LEAST:
        return "too short"
    if wish.seconds and wish.seconds > MOST:
        return "too long"
    if EVERYTHING in wish.without:
        return "nothing left"
    if wish.elsewhere and not wish.muscles and wish.routine is None:
        return "elsewhere"
    return ""


def _muscles_of(exercises: Iterable[Exercise]) -> tuple[str, ...]:
    groups = {one.group for one in exercises}
    return tuple(muscle for muscle in MUSCLES if muscle in groups)


def _needless_drinks(steps: Sequence[RoutineEntry], spare: Collection[int]) -> set[int]:
    """Return the places of drinks at the begin or after another, without `spare`."""
    needless: set[int] = set()
    worked = False
    for place, step in enumerate(steps):
        if place not in spare:
            if step.water and not worked:
                needless.add(place)
            worked = not step.water
    return needless
