"""Check the wording of the coach's texts.

Sentences are short, with few instructions in each; no word misleads or cannot be spoken.

The rules of a language are content (`wording.yaml`). A mistake names the file and line of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from voicecoach.content.exercise import Exercise, Repetitions
from voicecoach.content.language import DEFAULT, content
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.content.spoken_text import UNSPEAKABLE
from voicecoach.content.yaml_schema import Content, Source, Where, load_yaml

MOST_INSTRUCTIONS = 2
"""Most instructions in a sentence. Two belong together ("lie face up and raise your thigh"); people
forget three."""

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_PAUSE = re.compile(r"[.,;:?!]+(?:\s|$)|\s-\s")
_PLACEHOLDER = re.compile(r"{\w+}")
_WORD = re.compile(r"\S*\w\S*")
_DIGITS = re.compile(r"\d+")
_SHORTENED = re.compile(r"\b\w\.\w")
_SHOWN = 50


def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"is no regular expression, {error} - correct it.") from None


class Longest(Content):
    """The most words in a sentence (of an exercise, of a line) and between two pauses."""

    exercise: int = Field(ge=1)
    line: int = Field(ge=1)
    breath: int = Field(ge=1)


class Banned(Content):
    """Words and phrases, and why they are banned."""

    why: str
    words: tuple[str, ...] = Field(min_length=1)


class Wording(Content):
    """The rules of a language; `instruction` matches where an instruction begins."""

    longest: Longest
    instruction: Annotated[str, AfterValidator(lambda text: _expression(text).pattern)]
    banned: tuple[Banned, ...]


@cache
def load_wording(language: str = DEFAULT) -> Wording:
    """Load the rules of `language`; ContentError names file and line of a mistake."""
    return load_yaml(content(language, "wording.yaml"), Wording)


@dataclass(frozen=True, slots=True)
class Written:
    """A text that the coach speaks, and its place in `source`."""

    text: str
    source: Source
    where: Where
    kind: Literal["exercise", "line"]


def written(library: Library, lines: Lines) -> Iterator[Written]:
    """Yield all texts of lines and exercises as they are written."""
    for line, text in lines.texts.items():
        yield Written(text, lines.source, (line,), "line")
    for exercise in library.exercises.values():
        for where, text in _texts(exercise):
            yield Written(
                text, library.sources[exercise.id], ("exercises", exercise.id, *where), "exercise"
            )


def filled_in(prompts: Iterable[tuple[str, str]], lines: Lines) -> Iterator[Written]:
    """Yield those of `prompts` (id, text) that are lines with filled-in placeholders."""
    for line, text in prompts:
        if line in lines.texts and lines.placeholders(line):
            yield Written(text, lines.source, (line,), "line")


def lint_wording(texts: Iterable[Written], rules: Wording) -> list[str]:
    """Return a sentence for each text that breaks a rule."""
    checker = _Checker(rules)
    return list(
        dict.fromkeys(
            one.source.mistake(one.where, what) for one in texts for what in checker.check(one)
        )
    )


class _Checker:
    def __init__(self, rules: Wording):
        self._rules = rules
        self._instruction = _expression(rules.instruction)
        self._banned = [(_any_of(group.words), group.why) for group in rules.banned]

    def check(self, one: Written) -> Iterator[str]:
        """Yield what is wrong with a text, as clauses that follow its place."""
        yield from _unspeakable(one.text)
        for banned, why in self._banned:
            for found in banned.finditer(_PLACEHOLDER.sub(" ", one.text)):
                yield f"says {found[0]!r}, which {why} - put it in other words."
        most = self._rules.longest.exercise if one.kind == "exercise" else self._rules.longest.line
        for sentence in _SENTENCE_END.split(one.text):
            yield from self._too_much(sentence, most)

    def _too_much(self, sentence: str, most: int) -> Iterator[str]:
        words = len(_WORD.findall(sentence))
        if words > most:
            yield f"has {words} words in the sentence {_shown(sentence)} - make it two; {most} are the most."
        breath = self._rules.longest.breath
        if (
            words <= most
            and (longest := max(len(_WORD.findall(part)) for part in _PAUSE.split(sentence)))
            > breath
        ):
            yield f"has {longest} words without a pause in {_shown(sentence)} - add one; {breath} are the most."
        instructions = len(self._instruction.findall(sentence))
        if instructions > MOST_INSTRUCTIONS:
            what = f"asks for {instructions} things in the sentence {_shown(sentence)}"
            yield f"{what} - make it two; {MOST_INSTRUCTIONS} are the most."


def _texts(exercise: Exercise) -> Iterator[tuple[Where, str]]:
    yield ("name",), exercise.name
    for index, text in enumerate(exercise.setup):
        yield ("setup", index), text
    for key in ("reminder", "cue", "feel", "mistake", "easier", "harder", "caution"):
        yield (key,), getattr(exercise, key)
    if isinstance(exercise.dose, Repetitions):
        for index, phase in enumerate(exercise.dose.phases):
            yield ("dose", "phases", index, "say"), phase.say


def _unspeakable(text: str) -> Iterator[str]:
    plain = _PLACEHOLDER.sub("left", text)
    for digits in _DIGITS.findall(plain):
        yield f"has the number {digits} - write it in words, as it is spoken."
    for odd in dict.fromkeys(UNSPEAKABLE.findall(plain)):
        yield f"has {odd!r}, which cannot be spoken - write it in words or leave it out."
    if shortened := _SHORTENED.search(plain):
        yield f"has the abbreviation {shortened[0]!r} - write it out."
    for word in re.findall(r"\w+", plain):
        if word.isupper() and len(word) > 1:
            yield f"has {word!r} in capitals, which may be spelt - write it in small letters."


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def _shown(sentence: str) -> str:
    return repr(sentence if len(sentence) <= _SHOWN else f"{sentence[: _SHOWN - 3]}...")
