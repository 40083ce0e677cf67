"""The library: the user's own exercises and routines on top of the built-in ones, and the mistakes
in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.paths import ROOT
from voicecoach.content.library import load_library
from voicecoach.content.yaml_schema import ContentError

LIBRARY = load_library()

HEEL_RAISE = """\
exercises:
  heel-raise:
    name: heel raise
    group: calves
    position: standing
    needs: [wall]
    sides: none
    dose: {kind: hold, seconds: 20, sets: 2}
    setup:
      - Stand at a wall.
    reminder: Stand at the wall.
    cue: Rise slowly.
    feel: You should feel your calves.
    mistake: Rise straight up.
    easier: Rise less.
    harder: Rise more.
    caution: With a cramp, leave it out.
"""

MORNING = """\
routines:
  morning:
    name: Morning routine
    aliases: [sunrise]
    about: A short one for the morning.
    steps:
      - {exercise: walk, seconds: 60, alternative: jog}
      - {exercise: chair-squat, count: 8}
      - {water: true}
"""


def mistakes(folder: Path, **files: str) -> list[str]:
    """What is told about files of the user's (file name without suffix = text), without the
    folder."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_library(folders=[folder])
    return [
        text.replace(f"{folder}/", "").replace(f"{folder}\\", "") for text in caught.value.mistakes
    ]


def test_own_exercises_and_routines_are_added_to_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        HEEL_RAISE + MORNING.replace("chair-squat, count: 8", "heel-raise")
    )
    library = load_library(folders=[tmp_path])
    assert library.exercises.keys() - LIBRARY.exercises.keys() == {"heel-raise"}
    assert ("morning routine", "morning") in library.spoken_routines()
    assert ("leg routine", "leg") in library.spoken_routines()


def test_an_own_entry_replaces_the_built_in_one_of_the_same_id(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        HEEL_RAISE.replace("heel-raise", "bent-knee-calf-stretch")
        + MORNING.replace("morning:", "leg:")
    )
    library = load_library(folders=[tmp_path])
    assert library.exercises["bent-knee-calf-stretch"].name == "heel raise"
    assert library.exercises.keys() == LIBRARY.exercises.keys()
    assert ("leg routine", "leg") not in library.spoken_routines()
    assert library.routines["leg"].name == "Morning routine"


def test_a_later_folder_wins(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.yaml").write_text(MORNING.replace("Morning", name))
    library = load_library(folders=[tmp_path / "first", tmp_path / "second"])
    assert library.routines["morning"].name == "second routine"


def test_other_files_and_a_folder_that_does_not_exist_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy a mat")
    (tmp_path / ".#mine.yaml").write_text("left behind by an editor")
    assert load_library(folders=[tmp_path, tmp_path / "nowhere"]) == LIBRARY


def test_a_number_of_a_step_changes_only_that_part_of_the_dose(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MORNING)
    steps = load_library(folders=[tmp_path]).routines["morning"].steps
    assert [step.changes for step in steps] == [{"seconds": 60}, {"count": 8}, {}]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("seconds: 20", "seconds: 200", "line 8: dose.seconds: must be between 5 and 60, not 200"),
        ("sets: 2", "sets: 9", "line 8: dose.sets: must be between 1 and 5, not 9"),
        ("sets: 2", "set: 2", "line 8: dose.set: is not a known key - did you mean 'sets'?"),
        ("kind: hold", "kind: holds", "line 8: dose.kind: cannot be 'holds' - did you mean 'hold'?"),
        ("calves\n", "shins\n", "line 4: group: cannot be 'shins' - use one of: warm-up, dynamic"),
        ("[wall]", "[wal]", "line 6: needs.#1: cannot be 'wal' - did you mean 'wall'?"),
        ("sides: none", "sides: alternating", "line 8: dose: is a hold, which cannot alternate - "),
        ("Rise slowly.", "Rise 3 times.", "line 12: cue: has the number 3 - write it in words"),
        ("Rise slowly.", "Rise & lower.", "line 12: cue: has '&', which cannot be spoken - "),
        ("Rise slowly.", "'...'", "line 12: cue: says nothing - write what"),
        ("Rise slowly.", "Lift the {leg} heel.", "line 12: cue: has {leg}, which is not known - use"),
        ("Rise slowly.", "Lift the {side} heel.", "line 12: cue: has {side}, but sides is 'none' - "),
        ("Rise slowly.", "'{side} heel up.'", "line 12: cue: has {side}, but sides is 'none' - "),
        ("    cue: Rise slowly.\n", "", "line 2: cue: is missing - add it."),
        ("Stand at a wall.", "Stand at a wall. Look up.", "line 10: setup.#1: has more than one"),
        ("- Stand at a wall.", "[]", "line 9: setup: has too few entries - give at least 1."),
        ("name: heel raise", "name: heel raise 2", "line 3: name: cannot be a spoken name"),
        ("  heel-raise:", "  heel-raise:\n    id: heel", "line 3: id: differs from 'heel-raise'"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_exercise_is_told_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    line, what = told.split(": ", 1)
    assert HEEL_RAISE.count(old) == 1
    found = mistakes(tmp_path, mine=HEEL_RAISE.replace(old, new))
    assert [
        text for text in found if text.startswith(f"mine.yaml, {line}: exercises.heel-raise.{what}")
    ], found


REPETITIONS = """{kind: repetitions, count: 7, phases: [{say: lift, seconds: 2, effort: true}]}"""


@pytest.mark.parametrize(
    ("sides", "dose", "told"),
    [
        ("alternating", REPETITIONS, "line 8: dose: has a count of 7, but the sides alternate - "),
        ("none", REPETITIONS.replace(", effort: true", ""), "line 8: dose.phases: has 0 phases with"),
        ("none", REPETITIONS.replace("2,", "20,"), "line 8: dose.phases.#1.seconds: must be between"),
        ("none", REPETITIONS.replace("lift", "lift both of your heels"), "line 8: dose.phases.#1.say"),
    ],
)  # fmt: skip
def test_a_mistake_in_repetitions_is_told(tmp_path: Path, sides: str, dose: str, told: str) -> None:
    text = HEEL_RAISE.replace("sides: none", f"sides: {sides}").replace(
        "{kind: hold, seconds: 20, sets: 2}", dose
    )
    (found,) = mistakes(tmp_path, mine=text)
    line, what = told.split(": ", 1)
    assert found.startswith(f"mine.yaml, {line}: exercises.heel-raise.{what}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("chair-squat", "char-squat", "line 8: steps.#2.exercise: there is no exercise 'char-squat' - did you mean "),
        ("alternative: jog", "alternative: jogg", "line 7: steps.#1.alternative: there is no exercise"),
        ("count: 8", "seconds: 8", "line 8: steps.#2.seconds: does not fit 'chair-squat', whose dose is repetitions"),
        ("count: 8", "count: 80", "line 8: steps.#2.count: must be between 1 and 30, not 80 - "),
        ("seconds: 60", "seconds: 6", "line 7: steps.#1.seconds: must be between 10 and 1800, not 6 - "),
        ("seconds: 60", "seconds: a minute", "line 7: steps.#1.seconds: must be a whole number, not "),
        ("chair-squat, count: 8", "lateral-lunge-with-arm-circles, count: 7", "line 8: steps.#2.count: has a count"),
        ("{water: true}", "{water: true, seconds: 9}", "line 9: steps.#3: is a water break, which has "),
        ("{water: true}", "{exercise: walk, water: true}", "line 9: steps.#3: must be an exercise or "),
        ("{water: true}", "{}", "line 9: steps.#3: must be an exercise or water: true - "),
        ("{water: true}", "water", "line 9: steps.#3: must be a group of keys, not 'water' - "),
        ("Morning routine", "Leg routine", "line 3: name: 'leg routine' is a name of 'leg' already ("),
        ("sunrise", "Legs", "line 4: aliases.#1: 'legs' is a name of 'leg' already ("),
        ("sunrise", "sunrise, Sunrise", "line 4: aliases.#2: 'sunrise' is a name of 'morning' already ("),
        ("sunrise", "7 am", "line 4: aliases.#1: cannot be a spoken name, '7 am' - use letters"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_routine_is_told_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    line, what = told.split(": ", 1)
    assert MORNING.count(old) == 1
    found = mistakes(tmp_path, mine=MORNING.replace(old, new))
    assert [
        text for text in found if text.startswith(f"mine.yaml, {line}: routines.morning.{what}")
    ], found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("routines:", "routine:", "line 1: routine: is not a known key - did you mean 'routines'?"),
        (
            "  morning:",
            "  Good Morning:",
            "line 2: routines.Good Morning: cannot be an id - use lower-case letters",
        ),
        ("    name: ", "\tname: ", "line 3, column 1: is not valid YAML: "),
        ("A short one", "{a} short one", "line 5, column "),
        (
            "  morning:",
            "  morning: {}\n  morning:",
            "line 2: routines.morning: comes again on line 3 - ",
        ),
    ],
)
def test_a_mistake_in_the_layout_is_told_with_line_and_remedy(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    found = mistakes(tmp_path, mine=MORNING.replace(old, new))
    assert [text for text in found if text.startswith(f"mine.yaml, {told}")], found


def test_a_routine_of_nothing_but_water_is_a_mistake(tmp_path: Path) -> None:
    text = "".join(line for line in MORNING.splitlines(keepends=True) if "exercise:" not in line)
    assert mistakes(tmp_path, mine=text) == [
        "mine.yaml, line 6: routines.morning.steps: has no exercise - add one."
    ]


def test_two_files_of_a_folder_with_the_same_id_are_told(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, a=MORNING, b=MORNING)
    assert found == "b.yaml, line 2: routines.morning: is in a.yaml already - rename or remove one."


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path, a=MORNING.replace("sunrise", "7"), b=HEEL_RAISE.replace("hold", "held"), c=""
    )
    assert [text[:6] for text in found] == ["a.yaml", "b.yaml", "c.yaml"]


def test_an_exercise_that_breaks_a_built_in_routine_is_named_with_its_file(tmp_path: Path) -> None:
    found = mistakes(tmp_path, mine=HEEL_RAISE.replace("heel-raise", "walk"))
    assert found
    assert all(text.endswith("The exercise was changed in mine.yaml, line 2.") for text in found)


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MORNING)
    with pytest.raises(ContentError, match=r"mine\.yaml: cannot be listed - "):
        load_library(folders=[path])


def test_a_language_without_content_is_told_with_those_there_are() -> None:
    with pytest.raises(ContentError, match="no content in language 'xx' - use one of: de, en"):
        load_library("xx")


def test_letters_of_other_languages_and_curly_apostrophes_can_be_spoken(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        HEEL_RAISE.replace("name: heel raise", "name: élevé").replace(
            "Rise slowly.", "Don’t hurry, señor."
        ),
        encoding="utf-8",
    )
    exercise = load_library(folders=[tmp_path]).exercises["heel-raise"]
    assert (exercise.name, exercise.cue) == ("élevé", "Don't hurry, señor.")


def test_the_example_in_the_documentation_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "reference" / "content-format.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    (tmp_path / "morning.yaml").write_text(example, encoding="utf-8")
    library = load_library(folders=[tmp_path])
    assert (
        library.routines["morning"].steps[1].exercise
        in library.exercises.keys() - LIBRARY.exercises.keys()
    )
