"""The built-in routines: their order, their lengths and their names."""

from __future__ import annotations

from itertools import groupby
from typing import get_args

import pytest

from tests.support.paths import ROOT
from tests.support.spoken_texts import command_in
from voicecoach.content.exercise import Exercise, Muscles
from voicecoach.content.library import load_library
from voicecoach.content.routine import Routine

WORDS = ROOT / "models" / "vosk-model-small-en-us-0.15" / "graph" / "words.txt"
LIBRARY = load_library()
ROUTINES = [pytest.param(routine, id=routine.id) for routine in LIBRARY.routines.values()]
LONGEST_SENTENCE = 14


def exercises_of(routine: Routine) -> list[Exercise]:
    return [LIBRARY.exercises[step.exercise] for step in routine.steps if step.exercise]


@pytest.mark.parametrize("routine", ROUTINES)
def test_a_routine_is_described_in_one_short_sentence_that_is_no_command(routine: Routine) -> None:
    assert len(routine.about.split()) <= LONGEST_SENTENCE
    assert command_in(routine.about) is None


@pytest.mark.parametrize("routine", ROUTINES)
def test_a_routine_goes_from_warm_up_over_work_to_stretches_and_a_walk(routine: Routine) -> None:
    groups = [exercise.group for exercise in exercises_of(routine)]
    assert groups[0] == "warm-up"
    middle = groups[1:-1] if groups[-1] == "warm-up" else groups[1:]
    assert "warm-up" not in middle
    ranks = [{"dynamic": 1, "strength": 2}.get(group, 3) for group in middle]
    assert ranks == sorted(ranks), "dynamic, then strength, then static stretches"


@pytest.mark.parametrize("routine", ROUTINES)
def test_nobody_goes_down_to_the_floor_twice(routine: Routine) -> None:
    def is_down(exercise: Exercise) -> bool:
        return exercise.position in ("kneeling", "floor")

    trips = [list(stay) for down, stay in groupby(exercises_of(routine), is_down) if down]
    assert len(trips) <= 1
    for trip in trips:
        positions = [exercise.position for exercise in trip]
        assert "kneeling" not in positions[1:-1], "kneeling is on the way down or on the way up"


@pytest.mark.parametrize("routine", ROUTINES)
def test_a_slow_walk_is_shorter_than_the_exercise_itself(routine: Routine) -> None:
    last = [step for step in routine.steps if step.exercise][-1]
    if last.exercise == "walk":
        assert last.changes["seconds"] <= 120


def test_the_leg_routine_has_every_muscle_group_dynamic_work_and_strength() -> None:
    groups = {exercise.group for exercise in exercises_of(LIBRARY.routines["leg"])}
    assert groups == {"warm-up", "dynamic", "strength", *get_args(Muscles)}


def test_the_leg_routine_offers_a_jog_and_reminds_to_drink_in_the_middle_and_at_the_end() -> None:
    steps = LIBRARY.routines["leg"].steps
    assert (steps[0].exercise, steps[0].alternative) == ("walk", "jog")
    assert steps[-1].water
    assert any(step.water for step in steps[3:-3])


@pytest.mark.parametrize("muscles", get_args(Muscles))
def test_every_muscle_group_has_a_routine_of_its_own_that_stretches_nothing_else(
    muscles: str,
) -> None:
    routine = LIBRARY.routines[muscles.replace(" ", "-")]
    stretched = {exercise.group for exercise in exercises_of(routine)} & set(get_args(Muscles))
    assert stretched == {muscles}


@pytest.mark.parametrize(
    ("spoken", "routine"),
    [
        ("leg routine", "leg"),
        ("leg exercises", "leg"),
        ("legs", "leg"),
        ("full routine", "leg"),
        ("quick routine", "quick"),
        ("stretch only", "stretch"),
        ("stretching routine", "stretch"),
        ("just stretching", "stretch"),
        ("strength only", "strength"),
        ("strength routine", "strength"),
        ("hamstrings", "hamstrings"),
        ("quads", "quadriceps"),
        ("thighs", "quadriceps"),
        ("calf routine", "calves"),
        ("calves", "calves"),
        ("glutes", "glutes"),
        ("hips", "hip-flexors"),
        ("back routine", "lower-back"),
    ],
)
def test_a_routine_is_known_by_its_names(spoken: str, routine: str) -> None:
    assert dict(LIBRARY.spoken_routines())[spoken] == routine


@pytest.mark.model
@pytest.mark.skipif(not WORDS.exists(), reason="the recogniser's model is not there (make model)")
def test_the_recogniser_knows_every_word_of_every_name() -> None:
    known = {line.split()[0] for line in WORDS.read_text(encoding="utf-8").splitlines()}
    spoken = [name for name, _ in LIBRARY.spoken_routines()]
    spoken += [exercise.name.lower() for exercise in LIBRARY.exercises.values()]
    assert {word for name in spoken for word in name.split()} - known == set()
