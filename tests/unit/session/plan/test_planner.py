"""Plans for whatever is wished: in a sound order, of the length asked for, and nothing left out
unsaid."""

from __future__ import annotations

from functools import partial
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.session_driver import LIBRARY, LINES
from voicecoach.content.exercise import Exercise, Hold, Repetitions
from voicecoach.session.plan.age_doses import for_age
from voicecoach.session.plan.duration import whole_length
from voicecoach.session.plan.muscle_groups import MUSCLES
from voicecoach.session.plan.planner import SHORTFALL, Declined, Planned, Planner
from voicecoach.session.plan.request import PlanRequest, request_from
from voicecoach.session.plan.selectors import is_down, is_stretch, matches, meant, muscles_worked
from voicecoach.session.plan.steps import PlanStep, WorkStep, make_plan
from voicecoach.session.script.plan_summary import PlanWords

WORDS = PlanWords(LIBRARY, LINES)
KEYS = ("lunge", "squat", "plank", "bridge", "walk", "jog", "stretch", "strength", "dynamic", "warm-up", "floor",
        "kneeling", "chair", "standing", "water", "calves", "lower back", "figure-four", "childs-pose")  # fmt: skip

WISHES = st.builds(
    PlanRequest,
    routine=st.none() | st.sampled_from(sorted(LIBRARY.routines)),
    seconds=st.none() | st.integers(5, 60).map(lambda minutes: 60.0 * minutes),
    muscles=st.lists(st.sampled_from(MUSCLES), max_size=2, unique=True).map(tuple),
    places=st.lists(st.sampled_from(["standing", "chair", "floor"]), max_size=1).map(tuple),
    kinds=st.lists(st.sampled_from(["stretch", "strength", "warm-up"]), max_size=1).map(tuple),
    without=st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(tuple),
)


def planned(wish: PlanRequest, *, age: int | None = None, strength_lately: bool = False) -> Planned:
    found = Planner(LIBRARY, partial(for_age, years=age), strength_lately=strength_lately).plan(
        wish
    )
    assert isinstance(found, Planned), found
    return found


def steps(found: Planned, age: int | None = None) -> tuple[PlanStep, ...]:
    return Planner(LIBRARY, partial(for_age, years=age)).lay_out(found)[0]


def exercises(found: Planned) -> list[Exercise]:
    return [LIBRARY.exercises[step.exercise] for step in found.steps if step.exercise]


def minutes(found: Planned) -> float:
    return whole_length(steps(found)) / 60


def told(found: Planned | Declined) -> str:
    cues = WORDS.refusal(found) if isinstance(found, Declined) else WORDS.remarks(found)
    return " ".join(cue.text for cue in cues)


def refused(wish: PlanRequest) -> str:
    found = Planner(LIBRARY).plan(wish)
    assert isinstance(found, Declined), found
    return told(found)


# --- whatever is wished -------------------------------------------------------------------------


def rank(exercise: Exercise, *, last: bool) -> int:
    if is_stretch(exercise):
        return 3
    order = {"warm-up": 4 if last else 0, "dynamic": 1, "strength": 2}
    return order[exercise.group]


def check(found: Planned) -> None:
    done = exercises(found)
    wish = found.wish
    ranks = [rank(one, last=number == len(done) - 1 > 0) for number, one in enumerate(done)]
    assert ranks == sorted(ranks), "warm-up, dynamic work, strength, stretches, walk"
    trips = [down for down, _ in groupby(map(is_down, done)) if down]
    assert len(trips) <= 1, "one trip to the floor"
    for one in done:
        assert not any(matches(key, one) for key in wish.without)
        assert not wish.places or any(matches(place, one) for place in wish.places)
    assert not any(one.water and other.water for one, other in pairwise(found.steps))


def check_sides(plan: tuple[PlanStep, ...]) -> None:
    for _, block in groupby(plan, lambda step: step.block):
        work = [step for step in block if isinstance(step, WorkStep)]
        if work and work[0].exercise.sides == "per side":
            sets = [
                [(step.side, step.dose) for step in work[at : at + 2]]
                for at in range(0, len(work), 2)
            ]
            assert all([side for side, _ in pair] == ["left", "right"] for pair in sets)
            assert all(pair[0][1] == pair[1][1] for pair in sets), "both sides in full"


def check_told(found: Planned) -> None:
    """Whatever one might have expected is done or spoken of."""
    wish, there = found.wish, {one.id for one in exercises(found)}
    said = told(found)
    accounted = (
        there
        | meant((*found.asked, *found.no_time), LIBRARY)
        | {*found.misplaced, *found.other_kind, *found.rested}
    )
    if wish.routine and not wish.muscles:
        expected = {step.exercise for step in LIBRARY.routines[wish.routine].steps if step.exercise}
        assert expected <= accounted
    for muscle in wish.muscles:
        worked = any(muscle in muscles_worked(LIBRARY.exercises[one]) for one in there)
        assert worked or muscle in (*found.unreached, *found.no_time)
    for key in wish.without:
        name = WORDS.labels([key]).rpartition(" the ")[2].removeprefix("the ")
        assert name in said or key in found.asked, key
    if (
        found.no_time
        or found.unreached
        or found.rested
        or found.asked
        or found.misplaced
        or found.other_kind
    ):
        assert said


@settings(max_examples=400, deadline=None)
@given(WISHES, st.sampled_from([None, 40, 70]), st.booleans())
def test_whatever_is_wished_the_plan_is_sound_or_there_is_a_reason(
    wish: PlanRequest, age: int | None, strength: bool
) -> None:
    planner = Planner(LIBRARY, partial(for_age, years=age), strength_lately=strength)
    found = planner.plan(wish)
    if isinstance(found, Declined):
        assert told(found)
        return
    plan, spare = planner.lay_out(found)
    check(found)
    check_sides(plan)
    check_told(found)
    assert any(isinstance(step, WorkStep) for step in plan)
    assert {step.block for step in plan}.isdisjoint(step.block for step in spare)
    if wish.seconds:
        assert whole_length(plan) <= 1.15 * wish.seconds
        assert found.short or whole_length(plan) >= SHORTFALL * wish.seconds


@pytest.mark.parametrize("routine", LIBRARY.routines)
def test_a_routine_that_is_asked_for_as_it_is_comes_as_it_is(routine: str) -> None:
    found = planned(PlanRequest(routine=routine))
    assert steps(found) == make_plan(LIBRARY.routines[routine], LIBRARY)
    assert told(found) == ""


# --- lengths ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [5, 7, 10, 15, 20, 30, 45, 60])
def test_a_session_takes_as_long_as_was_asked_for(asked: int) -> None:
    assert minutes(planned(PlanRequest(seconds=60.0 * asked))) == pytest.approx(asked, rel=0.15)
    assert minutes(planned(PlanRequest(seconds=60.0 * asked, kinds=("stretch",)))) == pytest.approx(
        asked, rel=0.15
    )


def test_with_more_time_each_muscle_gets_its_minute() -> None:
    seconds = dict.fromkeys(MUSCLES, 0.0)
    for step in steps(planned(PlanRequest(seconds=3000.0))):
        if isinstance(step, WorkStep) and is_stretch(step.exercise) and step.side != "right":
            seconds[step.exercise.group] += step.seconds
    assert min(seconds.values()) >= 60


def test_a_short_session_for_one_muscle_is_short_and_for_that_muscle() -> None:
    found = planned(request_from({"size": "short", "muscle": "calves"}))
    assert minutes(found) < 8
    assert [one.group for one in exercises(found)] == ["warm-up", "calves", "calves", "warm-up"]
    assert WORDS.title(found.wish) == "session for the calves"
    assert told(found) == ""


def test_of_a_very_short_session_it_is_said_what_there_is_rather_than_what_there_is_not() -> None:
    assert (
        told(planned(PlanRequest(seconds=300.0)))
        == "There was only time for the standing hamstring stretch."
    )


def test_where_there_is_no_more_to_do_that_is_said() -> None:
    found = planned(PlanRequest(seconds=3600.0, places=("floor",)))
    assert found.short
    assert "That is all I have for it." in told(found)


@pytest.mark.parametrize(
    ("seconds", "answer"),
    [
        (
            120.0,
            "Two minutes is too short for a session. The shortest that I plan takes five minutes.",
        ),
        (
            10800.0,
            "Three hours is too long for one session. The longest that I plan takes sixty minutes.",
        ),
    ],
)
def test_a_length_beyond_reason_is_declined_with_what_there_is(seconds: float, answer: str) -> None:
    assert refused(PlanRequest(seconds=seconds)) == answer


# --- places, muscles, kinds ---------------------------------------------------------------------


def test_what_is_not_done_at_the_place_is_left_out_and_said_in_one_breath() -> None:
    found = planned(PlanRequest(routine="leg", places=("standing",)))
    assert told(found) == "I left out everything on the floor."
    assert {one.position for one in exercises(found)} == {"standing"}


def test_nobody_who_cannot_kneel_is_sent_onto_hands_and_knees() -> None:
    found = planned(PlanRequest(muscles=("lower back", "hip flexors"), without=("kneeling",)))
    assert not any(one.kneels for one in exercises(found))
    assert "childs-pose" not in {one.id for one in exercises(found)}
    assert "everything on the knees" in told(found)


def test_without_a_walk_one_is_asked_to_be_gentle() -> None:
    assert "so be gentle at first" in told(planned(PlanRequest(places=("floor",))))


def test_where_nothing_works_a_muscle_it_is_said_what_would() -> None:
    assert refused(PlanRequest(muscles=("lower back",), places=("standing",))) == (
        "Nothing standing works the lower back. On the floor, I have the knees to chest and the child's pose."
    )
    assert "Standing, I have the straight knee calf stretch" in refused(
        PlanRequest(routine="calves", places=("floor",))
    )
    assert refused(PlanRequest(muscles=("calves",), kinds=("strength",))).startswith(
        "Nothing of that kind works the calves."
    )


def test_a_muscle_that_nothing_works_there_is_named_and_the_others_are_done() -> None:
    found = planned(PlanRequest(muscles=("lower back", "calves"), places=("standing",)))
    assert told(found) == "Nothing standing works the lower back."
    assert {one.group for one in exercises(found)} == {"warm-up", "calves"}


def test_parts_of_the_body_that_nothing_works_are_named_with_those_that_are_known() -> None:
    assert refused(PlanRequest(elsewhere=("arms",))).startswith(
        "I have nothing for the arms. What I know is the hamstrings"
    )
    assert (
        told(planned(PlanRequest(elsewhere=("arms",), muscles=("calves",))))
        == "I have nothing for the arms."
    )


def test_only_strength_has_a_warm_up_and_no_stretch() -> None:
    groups = [one.group for one in exercises(planned(PlanRequest(kinds=("strength",))))]
    assert groups[0] == groups[-1] == "warm-up"
    assert {"dynamic", "strength"} <= set(groups) <= {"warm-up", "dynamic", "strength"}


# --- leaving out --------------------------------------------------------------------------------


def test_what_was_left_out_is_said_in_the_words_in_which_it_was_asked() -> None:
    found = planned(PlanRequest(routine="leg", without=("lunge", "plank")))
    assert told(found) == "I left out the lunges and the plank."
    assert not meant(["lunge", "plank"], LIBRARY) & {one.id for one in exercises(found)}


def test_what_was_left_out_earlier_today_stays_out() -> None:
    found = planned(PlanRequest(routine="leg", today=("plank",)))
    assert told(found) == "I left out the plank."
    assert told(planned(PlanRequest(routine="quick", today=("plank",)))) == ""


def test_what_was_not_there_in_the_first_place_is_said_to_be_so() -> None:
    assert (
        told(planned(PlanRequest(routine="quick", without=("plank",))))
        == "There was no plan for the plank anyway."
    )


@pytest.mark.parametrize("without", [("everything",), ("stretch",), ("standing", "chair", "floor")])
def test_where_nothing_is_left_that_is_said(without: tuple[str, ...]) -> None:
    assert refused(PlanRequest(routine="stretch", without=without)).startswith(
        "Then nothing is left to do."
    )


def test_a_routine_without_its_walk_offers_no_jog_in_its_place() -> None:
    found = planned(PlanRequest(routine="leg", without=("jog",)))
    assert found.steps[0].exercise == "walk"
    assert found.steps[0].alternative is None
    assert told(found) == "I left out the jog."


# --- the day before, and age --------------------------------------------------------------------


def test_strength_work_is_for_alternate_days_unless_it_is_all_that_is_asked_for() -> None:
    found = planned(PlanRequest(routine="leg"), strength_lately=True)
    assert "strength" not in {one.group for one in exercises(found)}
    assert told(found) == "Your muscles rest from the last strength work, so I left that out today."
    assert told(planned(PlanRequest(routine="strength"), strength_lately=True)) == ""
    assert told(planned(PlanRequest(kinds=("strength",)), strength_lately=True)) == ""


def test_older_people_hold_longer_and_repeat_more() -> None:
    young = make_plan(LIBRARY.routines["leg"], LIBRARY) + make_plan(
        LIBRARY.routines["quick"], LIBRARY
    )
    assert for_age(young, None) == for_age(young, 64) == young
    for step in for_age(young, 65):
        if isinstance(step, WorkStep) and isinstance(step.dose, Hold) and is_stretch(step.exercise):
            assert 30 <= step.dose.seconds <= 60
        if (
            isinstance(step, WorkStep)
            and isinstance(step.dose, Repetitions)
            and step.exercise.group == "strength"
        ):
            assert 10 <= step.dose.count <= 15


def test_the_plan_of_an_older_person_still_takes_as_long_as_was_asked_for() -> None:
    found = planned(PlanRequest(seconds=1500.0), age=80)
    assert whole_length(steps(found, age=80)) == pytest.approx(1500, rel=0.15)
