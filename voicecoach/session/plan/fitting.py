"""Choose exercises and their sets to fit a length of time, and order them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import zip_longest

from voicecoach.content.exercise import Exercise, Hold, Repetitions
from voicecoach.content.library import Library
from voicecoach.content.routine import RoutineEntry
from voicecoach.session.plan.duration import OPENING, seconds_from
from voicecoach.session.plan.muscle_groups import MUSCLES
from voicecoach.session.plan.selectors import is_down, is_stretch, muscles_worked
from voicecoach.session.plan.steps import PlanStep, lay_out

ENOUGH = 60
"""Seconds of stretch that a muscle needs on each side (Garber 2011)."""

MOST_SETS = 4
"""Repeats beyond which a stretch brings no further gain (Garber 2011)."""

MOST_STRENGTH_SETS = 2

WALK = 30
"""Walks are as long as a multiple of this (s)."""

WARM_UP_SHARE = 0.12
LEAST_WARM_UP, GOOD_WARM_UP, MOST_WARM_UP = 60, 300, 600
LEAST_COOL_DOWN, GOOD_COOL_DOWN, MOST_COOL_DOWN = 30, 180, 300
"""Seconds of walking: the warm-up takes five to ten minutes where there is time."""

DRINK_FROM = 20 * 60.0
"""Seconds of a session from which on there is a break to drink in it."""

IMPORTANCE = ("hamstrings", "calves", "quadriceps", "glutes", "hip flexors", "lower back")
"""Muscles of the whole leg in the order in which a short session takes care of them."""

Dosed = Callable[[tuple[PlanStep, ...]], tuple[PlanStep, ...]]
"""Gives a plan the doses of whom it is for."""

Offer = tuple[Exercise, int]
"""An exercise and how many sets of it."""


class Fitting:
    """Fit exercises of `pool` into a length of time.

    `muscles` are those asked for, none for the whole leg; exercises in `known_exercises` need few
    words.
    """

    def __init__(
        self,
        library: Library,
        pool: Sequence[Exercise],
        muscles: Sequence[str],
        dosed: Dosed,
        known_exercises: Collection[str] = (),
    ):
        self._library = library
        self._known_exercises = known_exercises
        self._muscles = muscles
        self._dosed = dosed
        self._warm_up = next((one for one in pool if one.group == "warm-up"), None)
        self._pool = [one for one in pool if one.group != "warm-up"]
        self._jog = next(
            (one for one in pool if one.group == "warm-up" and one is not self._warm_up), None
        )

    def fit(self, seconds: float) -> tuple[RoutineEntry, ...]:
        """Return as much as fits into `seconds`, filled up by walking.

        Empty if no exercise fits.
        """
        walks = self._walks(seconds)
        chosen = self._chosen(
            [*self._needed(), *self._beyond()], seconds - OPENING - self._cost(walks)
        )
        if not chosen:
            return ()
        left = seconds - OPENING - self._cost([*walks, *chosen])
        return self._arranged(chosen, self._stretched(walks, left), seconds)

    def natural(self, most: float, warm_up: int) -> tuple[RoutineEntry, ...]:
        """Return what every muscle needs and no more, in at most `most` seconds.

        It begins with `warm_up` seconds of walking.
        """
        walks = self._walks_of(warm_up, 2 * LEAST_COOL_DOWN)
        chosen = self._chosen(self._needed(), most - OPENING - self._cost(walks))
        return self._arranged(chosen, walks, self._cost([*walks, *chosen])) if chosen else ()

    # --- what, in the order of importance --------------------------------------------------------

    def _needed(self) -> Iterator[Offer]:
        """Return what brings every muscle to its minute, with work where there is some."""
        dynamic = [
            (one, _sets(one))
            for one in self._pool
            if one.group == "dynamic" and self._asked_for(one)
        ]
        strength = [
            (one, _sets(one))
            for one in self._pool
            if one.group == "strength" and self._asked_for(one)
        ]
        if self._muscles:
            yield from self._minutes(self._muscles)
            yield from dynamic
            yield from strength
            return
        mains = [(one, 1) for muscle in IMPORTANCE for one in self._stretches(muscle)[:1]]
        yield from mains[:3]
        yield from dynamic[:1]
        yield from strength[:1]
        yield from mains[3:]
        yield from dynamic[1:]
        yield from strength[1:]
        yield from self._minutes(IMPORTANCE)

    def _minutes(self, muscles: Iterable[str]) -> Iterator[Offer]:
        """Return the stretches that bring each muscle to its minute.

        One stretch of each muscle comes before the second of any.
        """
        rows = [list(self._minute(self._stretches(muscle))) for muscle in muscles]
        yield from (offer for row in zip_longest(*rows) for offer in row if offer)

    def _minute(self, stretches: Sequence[Exercise]) -> Iterator[Offer]:
        seconds = 0
        for sets in range(1, MOST_SETS + 1):
            for one in stretches:
                if seconds >= ENOUGH:
                    return
                yield one, sets
                seconds += one.dose.seconds if isinstance(one.dose, Hold) else ENOUGH

    def _beyond(self) -> Iterator[Offer]:
        """Return more of the same, for users who have the time."""
        stretches = [one for muscle in self._muscles or MUSCLES for one in self._stretches(muscle)]
        yield from ((one, 1) for one in stretches)
        yield from (
            (one, MOST_STRENGTH_SETS)
            for one in self._pool
            if one.group == "strength" and self._asked_for(one)
        )
        yield from ((one, sets) for sets in range(2, MOST_SETS + 1) for one in stretches)

    def _stretches(self, muscle: str) -> list[Exercise]:
        return [one for one in self._pool if one.group == muscle]

    def _asked_for(self, exercise: Exercise) -> bool:
        return not self._muscles or not set(self._muscles).isdisjoint(muscles_worked(exercise))

    # --- how much --------------------------------------------------------------------------------

    def _chosen(self, offers: Iterable[Offer], limit: float) -> list[RoutineEntry]:
        """Return those of `offers` that fit into `limit` seconds together."""
        chosen: dict[str, RoutineEntry] = {}
        for exercise, sets in offers:
            before = chosen.get(exercise.id)
            if before and before.sets and before.sets >= sets:
                continue
            step = RoutineEntry(exercise=exercise.id, sets=sets if _has_sets(exercise) else None)
            costs = self._cost([step]) - (self._cost([before]) if before else 0.0)
            if costs <= limit:
                chosen[exercise.id] = step
                limit -= costs
        return list(chosen.values())

    def _cost(self, steps: Iterable[RoutineEntry]) -> float:
        return seconds_from(self._dosed(lay_out(steps, self._library)), 0, self._known_exercises)

    # --- walks -----------------------------------------------------------------------------------

    def _walks(self, seconds: float) -> tuple[RoutineEntry, ...]:
        warm_up = _clamped(WARM_UP_SHARE * seconds, LEAST_WARM_UP, GOOD_WARM_UP)
        return self._walks_of(warm_up, _clamped(seconds / 20, LEAST_COOL_DOWN, GOOD_COOL_DOWN))

    def _walks_of(self, warm_up: int, cool_down: int) -> tuple[RoutineEntry, ...]:
        if self._warm_up is None:
            return ()
        jog = self._jog.id if self._jog else None
        return (
            RoutineEntry(exercise=self._warm_up.id, seconds=warm_up, alternative=jog),
            RoutineEntry(exercise=self._warm_up.id, seconds=cool_down),
        )

    def _stretched(self, walks: tuple[RoutineEntry, ...], left: float) -> tuple[RoutineEntry, ...]:
        """Return `walks` made longer by up to `left` seconds.

        What does good comes first, then what does no harm.
        """
        for limits in ((GOOD_WARM_UP, GOOD_COOL_DOWN), (MOST_WARM_UP, MOST_COOL_DOWN)):
            longer = []
            for walk, most in zip(walks, limits, strict=False):
                assert walk.seconds is not None
                more = max(0, min(most - walk.seconds, int(left) // WALK * WALK))
                left -= more
                longer.append(walk.model_copy(update={"seconds": walk.seconds + more}))
            walks = tuple(longer)
        return walks

    # --- in which order --------------------------------------------------------------------------

    def _arranged(
        self, chosen: Sequence[RoutineEntry], walks: Sequence[RoutineEntry], seconds: float
    ) -> tuple[RoutineEntry, ...]:
        body = arranged(chosen, self._library)
        if seconds >= DRINK_FROM:
            body = _with_drink(body, self._library)
        return (*walks[:1], *body, *walks[1:])


def arranged(steps: Iterable[RoutineEntry], library: Library) -> list[RoutineEntry]:
    """Order steps soundly: dynamic work, strength, stretches; one trip to the floor.

    Strength on the floor comes before all stretches, so that the trip begins with it, and ends with
    the stretches on the floor; standing stretches come last. Without strength on the floor,
    standing stretches come first, and the floor after them.
    """
    steps = list(steps)
    works = [library.exercises[str(step.exercise)] for step in steps]
    down_to_work = any(is_down(one) and not is_stretch(one) for one in works)
    rising = ("floor", "kneeling", "chair", "standing")
    falling = ("standing", "chair", "kneeling", "floor")

    def place(step: RoutineEntry) -> tuple[int, int, int]:
        exercise = library.exercises[str(step.exercise)]
        stretch = is_stretch(exercise)
        kind = 2 if stretch else 1 if exercise.group == "strength" else 0
        order = rising if stretch and down_to_work else falling
        muscle = MUSCLES.index(exercise.group) if stretch else 0
        return kind, order.index(exercise.position), muscle

    return sorted(steps, key=place)


def _with_drink(body: Sequence[RoutineEntry], library: Library) -> list[RoutineEntry]:
    """Insert a break to drink into `body`.

    It comes after the last standing work, before the stretches or the floor.
    """
    exercises = [library.exercises[str(step.exercise)] for step in body]
    after = (
        sum(1 for one in exercises if not is_stretch(one) and not is_down(one)) or len(body) // 2
    )
    return [*body[:after], RoutineEntry(water=True), *body[after:]]


def _sets(exercise: Exercise) -> int:
    """Return the number of sets of a work exercise to begin with."""
    return exercise.dose.sets if isinstance(exercise.dose, Hold) else 1


def _has_sets(exercise: Exercise) -> bool:
    return isinstance(exercise.dose, Hold | Repetitions)


def _clamped(seconds: float, least: int, most: int) -> int:
    return min(most, max(least, round(seconds / WALK) * WALK))
