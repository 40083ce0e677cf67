"""Languages: everything of a language is content, and what is missing or wrong in it is told in a
sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel import Locale
from click.testing import CliRunner

import voicecoach
from tests.support.intents import intents_of
from voicecoach.app.settings import load_settings
from voicecoach.cli import main as cli
from voicecoach.content.language import (
    DEFAULT,
    Language,
    Plurals,
    content,
    language_of,
    languages,
    load_language,
)
from voicecoach.content.lines import Lines
from voicecoach.content.yaml_schema import ContentError, Source, load_yaml
from voicecoach.nlu.matcher import Matcher


def test_there_is_english_and_every_language_is_complete() -> None:
    assert "en" in languages()
    for code in languages():
        language = load_language(code)
        assert language.code == code
        assert all((language.name, language.model, language.voices, language.user_voice))
        assert language.words.function
        assert language.words.negations
        assert language.words.articles <= language.words.function


OPTIONAL = {"background.arpa"}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_the_same_files(code: str) -> None:
    def names(of: str) -> set[str]:
        return {entry.name for entry in content(of, "").iterdir()} - OPTIONAL | {"intents.yaml"}

    assert names(code) == names(DEFAULT)
    assert content(code, "intents.yaml").is_file()
    assert content(code, "scenarios").joinpath("leg_routine.yaml").is_file()


def test_a_regional_variant_is_the_language_and_of_an_unknown_one_nothing_is_known() -> None:
    assert language_of("en-US") == load_language("en")
    assert language_of("tlh") == Language(code="tlh")


def test_intents_in_an_unknown_language_are_understood_all_the_same(tmp_path: Path) -> None:
    text = "language: fr\nintents:\n  Next:\n    data:\n      - sentences: [exercice suivant, la suite]\n"
    assert Matcher(intents_of(tmp_path, text)).understand("exercice suivant").intent == "Next"


@pytest.mark.parametrize(
    "command", [["type"], ["lint"], ["demo", "--typed"], ["voices"], ["recognize", "x.wav"]]
)
def test_an_unknown_language_is_told_with_those_there_are(command: list[str]) -> None:
    result = CliRunner().invoke(cli.main, [*command, "--language", "xx"])
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: There is no content in language 'xx' - use one of: ")
    assert "en" in line


@pytest.mark.parametrize(
    ("written", "shown"), [("xx", "'xx'"), ("[en]", "'what is there'"), ("7", "7")]
)
def test_an_unknown_language_in_the_settings_is_told_with_its_line(
    tmp_path: Path, written: str, shown: str
) -> None:
    (tmp_path / "settings.yaml").write_text(f"language: {written}\n", encoding="utf-8")
    with pytest.raises(
        ContentError,
        match=rf"settings\.yaml, line 1: language: cannot be {shown} - use one of: .*en",
    ):
        load_settings(tmp_path / "settings.yaml")


def test_the_language_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("language: en\n", encoding="utf-8")
    assert load_settings(tmp_path / "settings.yaml").language == "en"


def test_a_mistake_in_a_language_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "language.yaml"
    path.write_text("name: Klingon\nnumbers:\n  apart: '('\nsound: growl\n", encoding="utf-8")
    with pytest.raises(ContentError) as mistake:
        load_yaml(path, Language)
    first, second = mistake.value.mistakes
    assert "line 3: numbers.apart: is no regular expression" in first
    assert "line 4: sound: cannot be 'growl'" in second


def test_no_letter_of_a_line_is_made_small_since_german_nouns_are_not() -> None:
    session = Path(voicecoach.__file__).parent / "session"
    files = list(session.rglob("*.py"))
    assert files
    small = re.compile(r"\)\.lower\(\)|\]\.lower\(\)")
    calls = [path.name for path in files if small.search(path.read_text("utf-8"))]
    assert calls == [], "a line within another is lines.phrase(...)"


RUSSIAN = Plurals(
    one="n % 10 == 1 && n % 100 != 11",
    few="n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14)",
    many="1",
)


@pytest.mark.parametrize(
    ("code", "plurals"),
    [*((code, load_language(code).plurals) for code in languages()), ("ru", RUSSIAN)],
)
def test_plural_categories_are_those_of_cldr(code: str, plurals: Plurals) -> None:
    rule = Locale.parse(code).plural_form
    assert {n: plurals.category(n) for n in range(1001)} == {n: rule(n) for n in range(1001)}, (
        rule.rules
    )


def test_a_line_is_counted_in_the_form_of_its_number() -> None:
    forms = {"day.one": "{n} den", "day.few": "{n} dny", "day.other": "{n} dní"}
    lines = Lines(forms, Source(Path("lines.yaml"), {}))
    lines.plurals = Plurals(one="n == 1", few="n >= 2 && n <= 4")
    assert [lines.counted("day", n) for n in (1, 3, 5)] == ["one den", "three dny", "five dní"]


def test_a_mistake_in_a_plural_condition_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "language.yaml"
    path.write_text("name: Klingon\nplurals:\n  one: n is 1\n", encoding="utf-8")
    with pytest.raises(
        ContentError,
        match=r"line 3: plurals\.one: is no condition on n, .* - write one such as n == 1",
    ):
        load_yaml(path, Language)
