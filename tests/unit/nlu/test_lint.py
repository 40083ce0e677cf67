from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.intents import STATES, intents_of, project_intents, project_matcher
from tests.support.paths import ROOT
from voicecoach.app.components import App
from voicecoach.app.content_checks import check_content
from voicecoach.nlu.intents import IntentsError, IntentSet
from voicecoach.nlu.lint import TestSentence, lint, lint_prompts, load_tests

SENTENCES = ROOT / "tests" / "sentences.yaml"

TWO = """
language: en
intents:
  Go:
    data:
      - sentences: ["go [on]", "march"]
        requires_context: {state: [home, away]}
  Come:
    data:
      - sentences: ["come [on]"]
        requires_context: {state: [away]}
lists: {}
skip_words: [please]
"""


@pytest.fixture
def two(tmp_path: Path) -> IntentSet:
    return intents_of(tmp_path, TWO)


def test_the_project_has_no_problems() -> None:
    tests = load_tests(SENTENCES)
    assert lint(project_intents(), None, tests, STATES) == []


@pytest.mark.model
def test_all_content_is_consistent(app: App) -> None:
    assert check_content(app) == []


def test_a_file_without_problems_has_none(two: IntentSet) -> None:
    tests = [
        TestSentence("go", "Go"),
        TestSentence("march", "Go"),
        TestSentence("come on", "Come", {}, ("away",)),
    ]
    assert lint(two, lambda word: True, tests, ("home", "away")) == []


def test_a_word_that_the_recogniser_does_not_know_is_found(two: IntentSet) -> None:
    problems = lint(two, lambda word: word not in ("march", "please"))
    assert problems == [
        "intents.yaml, line 6: the recogniser does not know 'march' (in 'march')",
        "intents.yaml: the recogniser does not know the skip word 'please'",
    ]


def test_a_word_made_of_two_alternatives_is_checked(tmp_path: Path) -> None:
    intents = intents_of(tmp_path, TWO.replace("march", "(march|jog)[ging]"))
    unknown = [
        problem
        for problem in lint(intents, lambda word: word != "marchging")
        if "marchging" in problem
    ]
    assert len(unknown) == 1


def test_a_state_that_there_is_not_is_found(two: IntentSet) -> None:
    assert lint(two, None, states=["away"]) == [
        "intents.yaml, line 6: there is no state 'home'; there are away",
    ]


def test_a_sentence_that_means_two_things_in_one_state_is_found(tmp_path: Path) -> None:
    (problem,) = lint(intents_of(tmp_path, TWO.replace('"come [on]"', '"come", "go on"')), None)
    assert problem == "intents.yaml, lines 6 and 10: 'go on' means Go and Come in the same state"


def test_a_sentence_that_means_two_things_in_different_states_is_none(tmp_path: Path) -> None:
    text = TWO.replace('"come [on]"', '"come", "go on"').replace("[home, away]", "[home]")
    assert lint(intents_of(tmp_path, text), None) == []


def test_a_name_that_stands_for_two_values_is_found(tmp_path: Path) -> None:
    values = "lists: {way: {values: [{in: north, out: n}, {in: north, out: s}]}}"
    intents = intents_of(
        tmp_path, TWO.replace('"march"', '"march {way}"').replace("lists: {}", values)
    )
    (problem,) = lint(intents, None)
    assert "'march north' means Go (way n) and Go (way s)" in problem


def test_a_template_without_a_test_sentence_is_found(two: IntentSet) -> None:
    problems = lint(two, None, [TestSentence("go on", "Go"), TestSentence("come", "Come")])
    assert problems == ["intents.yaml, line 6: no test sentence for 'march' (Go)"]


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        (
            TestSentence("come", "Go", {}, ("away",)),
            "'come' when away should be Go, not Come (exact)",
        ),
        (TestSentence("come", None), "'come' should be no command, not Come (exact)"),
        (TestSentence("go", "Go", {"way": "n"}), "'go' should be Go (way n), not Go (exact)"),
        (
            TestSentence("go", "Go", confirm=True),
            "'go' should be Go, to be confirmed, not Go (exact)",
        ),
        (
            TestSentence("come", "Come", {}, ("away", "home")),
            "'come' when home should be Come, not no command (not now: Come counts only when away)",
        ),
    ],
)
def test_a_test_sentence_that_is_not_understood_as_stated_is_found(
    two: IntentSet, test: TestSentence, problem: str
) -> None:
    covering = [TestSentence("go", "Go"), TestSentence("march", "Go"), TestSentence("come", "Come")]
    assert lint(two, None, [*covering, test]) == [problem]


# --- test sentences -----------------------------------------------------------------------------


def test_test_sentences_are_read(tmp_path: Path) -> None:
    path = tmp_path / "sentences.yaml"
    path.write_text(
        "tests:\n"
        "  - {sentences: [go, no], intent: Go, slots: {n: 7}, states: [home]}\n"
        "  - {sentences: [off], intent: Go, confirm: true}\n"
        "  - sentences: [yes]\n"
    )
    assert load_tests(path) == [
        TestSentence("go", "Go", {"n": 7}, ("home",)),
        TestSentence("no", "Go", {"n": 7}, ("home",)),
        TestSentence("off", "Go", confirm=True),
        TestSentence("yes", None),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "tests: [", "tests:\n  - {sentences: []}", "tests:\n  - {sentences: [go], intnet: Go}"],
)
def test_a_mistake_in_test_sentences_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sentences.yaml"
    path.write_text(text)
    with pytest.raises(IntentsError, match=r"sentences\.yaml"):
        load_tests(path)


def test_there_are_plenty_of_sentences_that_must_not_be_obeyed() -> None:
    assert len([test for test in load_tests(SENTENCES) if test.intent is None]) >= 100


# --- prompts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "problems"),
    [
        ("Stop.", ["a.b: 'Stop.' would be obeyed as Stop"]),
        ("Well, go back. Then we will see!", ["a.b: 'go back' would be obeyed as Back"]),
        ("Take your time - carry on - and breathe", ["a.b: 'carry on' would be obeyed as Resume"]),
        (
            "One calf is swollen and hot.",
            ["a.b: 'One calf is swollen and hot.' could be taken for the red flag RedFlag"],
        ),
        ("And now: skip; or not", ["a.b: 'skip' would be obeyed as Next"]),
        (
            "Hold for ten seconds, please",
            [
                "a.b: 'Hold for ten seconds' would be obeyed as SetHold",
                "a.b: 'Hold for ten seconds, please' would be obeyed as SetHold",
            ],
        ),
    ],
)
def test_a_prompt_that_the_coach_would_obey_is_found(prompt: str, problems: list[str]) -> None:
    assert lint_prompts([("a.b", prompt)], project_matcher()) == problems


def test_prompts_that_only_mention_commands_are_fine() -> None:
    prompts = [
        ("help", "Say ready when you are there, or next one to leave it out."),
        ("pause", "Paused. Say resume when you want to carry on."),
        ("done", "That was the last one. Well done, your legs will thank you."),
        ("count", "Five, four, three, two, one, and release."),
    ]
    assert lint_prompts(prompts, project_matcher()) == []
