"""The lint of the coach's texts: what is too long, unspeakable or misleading is told with its
place."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.app.components import App
from voicecoach.content.library import load_library
from voicecoach.content.lines import LineFile, Lines
from voicecoach.content.wording import Wording, filled_in, lint_wording, load_wording, written
from voicecoach.content.yaml_schema import ContentError, load_with_source, load_yaml

RULES = load_wording()
LIBRARY = load_library()


def lines_of(folder: Path, text: str) -> Lines:
    path = folder / "lines.yaml"
    path.write_text(f"first: Well.\nspoken: {text!r}\n", encoding="utf-8")
    file, source = load_with_source(path, LineFile)
    return Lines(file.root, source)


def problems_of(folder: Path, text: str) -> list[str]:
    """What is wrong with a line: what follows its place."""
    lines = lines_of(folder, text)
    found = lint_wording((one for one in written(LIBRARY, lines) if one.kind == "line"), RULES)
    place = f"{folder / 'lines.yaml'}, line 2: spoken: "
    assert all(problem.startswith(place) for problem in found)
    return [problem.removeprefix(place) for problem in found]


def test_everything_that_comes_with_the_coach_is_well_worded(app: App) -> None:
    texts = [*written(app.library, app.lines), *filled_in(app.prompts(), app.lines)]
    assert len(texts) > 300
    assert lint_wording(texts, RULES) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "You are safe now.",
            "says 'safe', which sounds as if all were well, which the coach cannot judge",
        ),
        ("No need to worry.", "says 'No need to worry', which sounds as if all were well"),
        ("You should have rested.", "says 'You should have', which lays blame"),
        ("This heals the knee.", "says 'heals', which promises what no coach can"),
        ("Lie supine.", "says 'supine', which is jargon"),
        ("Look at the wall.", "says 'Look at', which needs eyes"),
        ("Hold, relax, etc.", "says 'etc', which is an abbreviation"),
        ("Move it, e.g. forward.", "has the abbreviation 'e.g' - write it out."),
        ("Hold for 20 seconds.", "has the number 20 - write it in words"),
        ("Half of it & more.", "has '&', which cannot be spoken"),
        ("Come (slowly) up.", "has '(', which cannot be spoken"),
        ("Do it NOW.", "has 'NOW' in capitals"),
        ("Sit down, lift a leg and bend it.", "asks for 3 things in the sentence"),
        (f"Well, {'la ' * 9}, {'la ' * 9}.", "has 19 words in the sentence 'Well, la la la"),
        (f"Well, {'la ' * 15}.", "has 15 words without a pause in"),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    found = problems_of(tmp_path, text)
    assert any(one.startswith(problem) for one in found), found


@pytest.mark.parametrize(
    "text",
    [
        "You should feel it in your thigh.",
        "Save your strength.",
        "Let a doctor see it today.",
        "The seat must stand firm.",
        "Call {number}, or sit and wait.",
        "I am here.",
    ],
)
def test_what_only_resembles_it_is_left_alone(tmp_path: Path, text: str) -> None:
    assert problems_of(tmp_path, text) == []


def test_a_sentence_that_becomes_too_long_when_it_is_filled_in_is_found(tmp_path: Path) -> None:
    lines = lines_of(tmp_path, "You will need {things}.")
    assert lint_wording(written(LIBRARY, lines), RULES) == []
    (problem,) = lint_wording(
        filled_in([("spoken", f"You will need {'a mat, ' * 8}a cap.")], lines), RULES
    )
    assert "line 2: spoken: has 21 words in the sentence" in problem


def test_an_exercise_has_to_be_shorter_and_is_told_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "exercises:\n"
        "  sway:\n"
        "    {name: sway, group: warm-up, position: standing, sides: none, dose: {kind: timed, seconds: 60},\n"
        "    setup: [Stand.], reminder: Stand., cue: Sway., feel: Heat., easier: Less., harder: More., caution: No.,\n"
        f"    mistake: 'Well, {'la ' * 7}, {'la ' * 7}.'}}\n",
        encoding="utf-8",
    )
    library = load_library("en", [tmp_path])
    (problem,) = lint_wording(written(library, lines_of(tmp_path, "Well.")), RULES)
    assert f"{tmp_path / 'own.yaml'}, line 5: exercises.sway.mistake: has 15 words" in problem


def test_a_mistake_in_the_rules_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wording.yaml"
    path.write_text(
        "longest: {exercise: 9, line: 9, breath: 9}\ninstruction: '('\nbanned: []\n",
        encoding="utf-8",
    )
    with pytest.raises(
        ContentError, match=r"wording\.yaml, line 2: instruction: is no regular expression"
    ):
        load_yaml(path, Wording)
