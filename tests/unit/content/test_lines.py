"""What the coach says: numbers, times and enumerations as people say them, and no line that nobody
says."""

from __future__ import annotations

import ast
import itertools
import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from voicecoach.content.exercise import Repetitions
from voicecoach.content.library import load_library
from voicecoach.content.lines import LineFile, load_lines
from voicecoach.content.yaml_schema import ContentError, load_yaml
from voicecoach.nlu.intents import load_intents
from voicecoach.nlu.lint import lint_prompts
from voicecoach.nlu.matcher import Matcher
from voicecoach.session.plan.steps import WorkStep, make_plan, rest_before
from voicecoach.session.script.writer import ScriptWriter

LINES = load_lines()
LIBRARY = load_library()


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (1, "one second"),
        (30, "thirty seconds"),
        (59.6, "one minute"),
        (60, "one minute"),
        (75, "one minute and fifteen seconds"),
        (300, "five minutes"),
        (3601, "sixty minutes and one second"),
        (7199, "one hundred nineteen minutes and fifty nine seconds"),
        (7200, "two hours"),
        (10860, "three hours and one minute"),
        (0, "zero seconds"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, spoken: str) -> None:
    assert LINES.duration(seconds) == spoken


def test_numbers_have_no_hyphens_because_the_recogniser_writes_none() -> None:
    assert LINES.number(25) == "twenty five"


def test_things_are_enumerated_with_a_last_and() -> None:
    assert LINES.joined(["a wall", "a chair", "a mat"]) == "a wall, a chair and a mat"
    assert LINES.joined(["a wall"]) == "a wall"


def test_every_sentence_of_a_line_begins_with_a_capital() -> None:
    assert LINES(
        "routine.begin", routine="leg routine", exercises="two exercises", minutes="ten minutes"
    ) == ("Leg routine. Two exercises, in about ten minutes.")


def name_of(line: str) -> str:
    """The id of a line; the name that its plural forms have in common."""
    unit, _, form = line.rpartition(".")
    return unit if f"{unit}.other" in LINES.texts and form in LINES.plurals.categories else line


def literals() -> dict[str, set[str]]:
    """The strings of the code, and the files in which they stand; of an f-string only its first
    part, with {}."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "voicecoach").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                text = str(node.values[0].value) + "{}"
            if isinstance(text, str):
                found.setdefault(text, set()).add(path.name)
    return found


def test_the_id_of_every_line_is_a_literal_of_the_code() -> None:
    assert {name_of(line) for line in LINES.texts} - literals().keys() == set(), (
        "nobody says these lines"
    )


def test_every_id_in_the_code_is_that_of_a_line() -> None:
    names = {name_of(line) for line in LINES.texts}
    groups = {name.split(".")[0] for name in names if "." in name}
    other = {"words.txt"}
    ids = {
        text: where
        for text, where in literals().items()
        if re.fullmatch(r"[a-z]+(?:\.[a-z_{}-]+)+", text)
    }
    unknown = {
        text: where
        for text, where in ids.items()
        if text.split(".")[0] in groups and text not in names | other
    }
    assert unknown == {}, "there are no such lines, or their ids are built at run time"


def test_a_note_says_of_every_line_when_it_is_spoken() -> None:
    notes = load_yaml(files("voicecoach") / "content_data" / "line_notes.yaml", LineFile).root
    names = {name_of(line) for line in LINES.texts}
    assert names - notes.keys() == set(), "these lines have no note"
    assert notes.keys() - names == set(), "these notes have no line"
    for line, note in notes.items():
        assert note[0].isupper(), line
        assert note[-1] == ".", line
        for other in re.findall(r"\b[a-z_-]+(?:\.[a-z_-]+)+\b", note):
            assert other in names or other.endswith(".yaml"), f"{line}: there is no line {other!r}"
    assert list(notes) == list(dict.fromkeys(map(name_of, LINES.texts))), (
        "in the order of the lines"
    )


def test_a_bare_command_in_a_line_is_found() -> None:
    matcher = Matcher(load_intents(None, {"routine": LIBRARY.spoken_routines()}))
    (problem,) = lint_prompts([("bad", "Well done. Next.")], matcher)
    assert "bad" in problem
    assert "Next" in problem


def test_mistakes_in_a_file_of_lines_are_told(tmp_path: Path) -> None:
    path = tmp_path / "lines.yaml"
    path.write_text("greeting: Hello {name\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"lines\.yaml"):
        load_yaml(path, LineFile)


# --- scripts ---


def step(exercise: str, side: str | None = None) -> WorkStep:
    plan = make_plan(LIBRARY.routines["leg"], LIBRARY)
    work = (step for step in plan if isinstance(step, WorkStep))
    return next(step for step in work if step.exercise.id == exercise and step.side == side)


def test_short_holds_count_every_second_and_long_ones_the_last_five() -> None:
    writer = ScriptWriter(LINES)
    plank = [(cue.text, cue.at) for cue in writer.work(step("plank")).cues if cue.kind == "count"]
    assert plank == [(LINES.number(n), float(n)) for n in range(1, 10)]
    long = [
        (cue.text, cue.at)
        for cue in writer.work(step("standing-quad-stretch", "left")).cues
        if cue.kind == "count"
    ]
    assert long == [
        ("Half way", 15.0),
        ("five", 25.0),
        ("four", 26.0),
        ("three", 27.0),
        ("two", 28.0),
        ("one", 29.0),
    ]


def test_a_hold_begins_with_a_rising_tone_and_ends_with_a_falling_one_exactly_after_its_time() -> (
    None
):
    cues = ScriptWriter(LINES).work(step("standing-quad-stretch", "left")).cues
    tones = [(cue.tone, cue.at) for cue in cues if cue.tone]
    assert tones[0][0] == "start"
    assert tones[0][1] < 0
    assert tones[-1] == ("end", 30.0)
    assert all(cue.kind == "keep" for cue in cues if cue.tone)


def test_repetitions_are_counted_on_the_effort_at_a_steady_tempo() -> None:
    squat = step("chair-squat")
    cues = ScriptWriter(LINES).work(squat).cues
    assert isinstance(squat.dose, Repetitions)
    numbers = [cue.at for cue in cues if cue.line == "count"]
    period = squat.seconds / squat.dose.count
    assert len(numbers) == squat.dose.count
    assert [round(b - a, 6) for a, b in itertools.pairwise(numbers)] == [period] * (
        squat.dose.count - 1
    )
    assert [
        cue.text for cue in cues if cue.line in ("repetitions.two_more", "repetitions.last")
    ] == [
        "Two to go",
        "Last one",
    ]


def test_sets_are_rested_between_but_not_sides() -> None:
    plan = make_plan(LIBRARY.routines["leg"], LIBRARY)
    for index, one in enumerate(plan[1:], 1):
        if not isinstance(one, WorkStep) or one.block != plan[index - 1].block:
            continue
        if one.side == "right":
            assert rest_before(plan, index) == 0
        if one.exercise.id == "plank":
            assert rest_before(plan, index) == 10
