"""The built-in exercises: their doses follow the reference, and their texts can be spoken."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from tests.support.spoken_texts import command_in, sentences
from voicecoach.content.exercise import Exercise, Hold, Muscles, Repetitions, Timed
from voicecoach.content.library import load_library

LIBRARY = load_library()
EXERCISES = [pytest.param(exercise, id=exercise.id) for exercise in LIBRARY.exercises.values()]
LONGEST_SENTENCE = 14


def texts(exercise: Exercise) -> list[str]:
    fields = ("reminder", "cue", "feel", "mistake", "easier", "harder", "caution")
    return [*exercise.setup, *(getattr(exercise, field) for field in fields)]


@pytest.mark.parametrize(
    ("exercise", "group", "position", "sides"),
    [
        ("walk", "warm-up", "standing", "alternating"),
        ("jog", "warm-up", "standing", "alternating"),
        ("walking-lunge-with-a-twist", "dynamic", "standing", "alternating"),
        ("lateral-lunge-with-arm-circles", "dynamic", "standing", "alternating"),
        ("standing-hamstring-stretch", "hamstrings", "standing", "per side"),
        ("seated-hamstring-stretch", "hamstrings", "chair", "per side"),
        ("lying-hamstring-stretch", "hamstrings", "floor", "per side"),
        ("standing-quad-stretch", "quadriceps", "standing", "per side"),
        ("straight-knee-calf-stretch", "calves", "standing", "per side"),
        ("bent-knee-calf-stretch", "calves", "standing", "per side"),
        ("figure-four-stretch", "glutes", "floor", "per side"),
        ("half-kneeling-hip-flexor-stretch", "hip flexors", "kneeling", "per side"),
        ("knees-to-chest", "lower back", "floor", "none"),
        ("childs-pose", "lower back", "floor", "none"),
        ("chair-squat", "strength", "standing", "none"),
        ("split-lunge", "strength", "standing", "per side"),
        ("plank", "strength", "floor", "none"),
        ("glute-bridge", "strength", "floor", "none"),
    ],
)
def test_every_exercise_of_the_reference_is_there(
    exercise: str, group: str, position: str, sides: str
) -> None:
    found = LIBRARY.exercises[exercise]
    assert (found.group, found.position, found.sides) == (group, position, sides)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_dose_follows_the_reference(exercise: Exercise) -> None:
    dose = exercise.dose
    if exercise.group in get_args(Muscles):
        assert dose == Hold(seconds=30, sets=2)
    elif exercise.id == "plank":
        assert isinstance(dose, Hold)
        assert 5 <= dose.seconds <= 10
        assert dose.sets == 5
    elif exercise.group == "warm-up":
        assert dose == Timed(seconds={"walk": 300, "jog": 120}[exercise.id])
    else:
        assert isinstance(dose, Repetitions)
        least, most = {"split-lunge": (6, 8), "glute-bridge": (8, 12), "chair-squat": (8, 10)}.get(
            exercise.id, (10, 12)
        )
        assert least <= dose.count <= most
        assert sum(phase.effort for phase in dose.phases) == 1


def test_the_chair_squat_lowers_for_three_seconds_and_rises_for_two() -> None:
    dose = LIBRARY.exercises["chair-squat"].dose
    assert isinstance(dose, Repetitions)
    assert [(phase.seconds, phase.effort) for phase in dose.phases] == [(3, False), (2, True)]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_sentences_are_short_and_made_of_words(exercise: Exercise) -> None:
    for sentence in [part for text in texts(exercise) for part in sentences(text)]:
        assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
        assert re.fullmatch(r"[A-Z{][a-zA-Z ,'{}-]*\.", sentence), sentence


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_cue_in_the_middle_of_a_hold_is_over_before_half_way(exercise: Exercise) -> None:
    # It begins after two seconds; half of the shortest hold with a cue is ten; three words take a
    # second.
    if isinstance(exercise.dose, Hold):
        assert len(exercise.cue.split()) <= (10 - 2) * 3


@pytest.mark.parametrize("exercise", EXERCISES)
def test_sides_are_named_only_where_there_are_sides(exercise: Exercise) -> None:
    joined = " ".join(texts(exercise))
    assert not re.search(r"\b(left|right)\b", joined), "say {side} or {other} instead"
    if exercise.sides == "per side":
        assert "{side}" in " ".join(exercise.setup)
        assert "{side}" in exercise.reminder
    else:
        assert "{" not in joined


@pytest.mark.parametrize(
    "text", ["Lie down, wait, and breathe.", "Go back. Stand.", "Next", "Well, my legs."]
)
def test_a_command_in_the_coachs_own_words_is_found(text: str) -> None:
    assert command_in(text)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_part_of_a_sentence_is_a_command(exercise: Exercise) -> None:
    beats = (
        [phase.say for phase in exercise.dose.phases]
        if isinstance(exercise.dose, Repetitions)
        else []
    )
    for text in [exercise.name, *texts(exercise), *beats]:
        assert command_in(text) is None, text
