"""The lines that the coach speaks, with numbers and times as people say them."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import cache

from pydantic import RootModel, field_validator
from unicode_rbnf import RbnfEngine

from voicecoach.content.language import DEFAULT, content, language_of
from voicecoach.content.yaml_schema import Source, load_with_source

_SOFT_HYPHEN = "\u00ad"
_PLACEHOLDER = re.compile(r"{(\w+)}")
_SENTENCE_START = re.compile(r"(?:^|[.?!] )[^\W\d_]")

SIDE_LINES = {"left": "side.left", "right": "side.right"}

HOURS_FROM_MINUTES = 120
"""Shortest length of time (minutes) that is said in hours."""


class LineFile(RootModel[dict[str, str]]):
    """The id of each line and its text, with `{placeholders}`."""

    @field_validator("root")
    @classmethod
    def _speakable(cls, lines: dict[str, str]) -> dict[str, str]:
        for line_id, text in lines.items():
            if not text.strip():
                raise ValueError(f"the line {line_id!r} is empty; write what the coach should say")
            try:
                list(string.Formatter().parse(text))
            except ValueError as error:
                raise ValueError(
                    f"the line {line_id!r} has an unmatched bracket; write placeholders as {{name}}"
                ) from error
        return lines


class Lines:
    """The lines of one language; `source` is the file they come from."""

    def __init__(self, texts: dict[str, str], source: Source, language: str = DEFAULT):
        self.texts = texts
        self.source = source
        self.plurals = language_of(language).plurals
        self._engine = RbnfEngine.for_language(language)

    def __call__(self, line: str, /, **values: object) -> str:
        """Return `line` as sentences, with its placeholders filled in; numbers become words."""
        return _SENTENCE_START.sub(lambda start: start[0].upper(), self.phrase(line, **values))

    def phrase(self, line: str, /, **values: object) -> str:
        """Return `line` as a part of a sentence, whose first letter stays as it is written."""
        spoken = {
            key: self.number(value) if isinstance(value, int) else str(value)
            for key, value in values.items()
        }
        return self.texts[line].format(**spoken)

    def number(self, value: int) -> str:
        """Return `value` in words, without hyphens (as the recogniser writes them)."""
        return self._engine.format_number(value).text.replace("-", " ").replace(_SOFT_HYPHEN, "")

    def duration(self, seconds: float) -> str:
        """Return `seconds` as people say it: "two minutes", "one minute and ten seconds".

        From two hours on the length is said in hours.
        """
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60) if minutes >= HOURS_FROM_MINUTES else (0, minutes)
        parts = [self.counted("hour", hours)] if hours else []
        if minutes:
            parts.append(self.counted("minute", minutes))
        if rest or not parts:
            parts.append(self.counted("second", rest))
        return self.joined(parts)

    def about(self, seconds: float) -> str:
        """Return `seconds` to the nearest minute, in words."""
        return self.counted("minute", max(1, round(seconds / 60)))

    def joined(self, items: Sequence[str]) -> str:
        """Return an enumeration: "a chair, a wall and a mat"."""
        if len(items) < 2:
            return "".join(items)
        last_and = self.texts["and"]
        return f"{', '.join(items[:-1])} {last_and} {items[-1]}"

    def sided(self, text: str, side: str | None) -> str:
        """Return `text` with the working side for `{side}` and the opposite one for `{other}`."""
        if side is None:
            return text
        other = "right" if side == "left" else "left"
        return text.format(side=self.side(side), other=self.side(other))

    def side(self, side: str) -> str:
        """Return the word for a side, "left" or "right"."""
        return self.phrase(SIDE_LINES[side])

    def counted(self, unit: str, value: int) -> str:
        """Return `value` with `unit` in its plural form: "one exercise", "three sets"."""
        return self.phrase(f"{unit}.{self.plurals.category(value)}", n=value)

    def placeholders(self, line: str) -> frozenset[str]:
        """Return the names of the placeholders of a line."""
        return frozenset(_PLACEHOLDER.findall(self.texts[line]))


@cache
def load_lines(language: str = DEFAULT) -> Lines:
    """Load the lines of `language`; ContentError names file and line of a mistake."""
    file, source = load_with_source(content(language, "lines.yaml"), LineFile)
    return Lines(file.root, source, language)
