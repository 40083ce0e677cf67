"""Provide the texts of the history in a language, from its content file.

Dates and numbers are written as the language writes them.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, Field

from voicecoach.content.language import DEFAULT, content, language_of
from voicecoach.content.yaml_schema import Content, load_yaml


def _filled_in(texts: dict[str, str]) -> dict[str, str]:
    for key, text in texts.items():
        try:
            list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(
                f"has an unmatched bracket in {key!r} - write placeholders as {{name}}."
            ) from error
    return texts


Keyed = Annotated[dict[str, str], AfterValidator(_filled_in)]
"""Key -> a text with `{placeholders}`."""

Months = Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
Weekdays = Annotated[tuple[str, ...], Field(min_length=7, max_length=7)]


class HistoryFile(Content):
    """Describe a language's `history.yaml`."""

    decimal: str
    thousands: str
    months: Months
    short_months: Months
    weekdays: Weekdays
    """Short ones, of two or three letters; Monday is the first."""
    dates: Keyed
    """`day`, `day_of_month` and `month`, each of {day}, {month}, {short} and {year}."""
    muscles: dict[str, str]
    """Group of exercises -> what it is called."""
    texts: Keyed


def _by_its_id(exercise: str) -> str:
    return exercise.replace("-", " ")


class Texts:
    """Hold the texts of one language.

    `name` returns the name of an exercise (an id) in it.
    """

    def __init__(
        self, file: HistoryFile, language: str = DEFAULT, name: Callable[[str], str] = _by_its_id
    ):
        self._file = file
        self.plurals = language_of(language).plurals
        self.language = language
        self.exercise = name

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of `key` with its placeholders filled in."""
        return self._file.texts[key].format(**values)

    def counted(self, key: str, number: int) -> str:
        """Return `number` and a unit in the language's plural form: "1 day", "2 days"."""
        return self(f"{key}.{self.plurals.category(number)}", n=self.number(number))

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Format a number; None becomes an empty text."""
        if value is None:
            return ""
        marks = {",": self._file.thousands, ".": self._file.decimal}
        return "".join(marks.get(letter, letter) for letter in f"{value:,.{decimals}f}")

    def day(self, day: date) -> str:
        """Format a day with its year: "10 March 2026"."""
        return self._date("day", day)

    def day_of_month(self, day: date) -> str:
        """Format a day without its year, in short: "10 Mar"."""
        return self._date("day_of_month", day)

    def month(self, day: date, *, short: bool = False) -> str:
        """Format the month of a day with its year: "March 2026"; in short "Mar 2026"."""
        return self._date("short_month" if short else "month", day)

    def month_name(self, day: date) -> str:
        """Return the abbreviated name of a day's month, about three letters long."""
        return self._file.short_months[day.month - 1]

    def weekday(self, number: int) -> str:
        """Return the abbreviated name of a day of the week; 0 is Monday."""
        return self._file.weekdays[number]

    def muscles(self, group: str) -> str:
        """Return the name of a group of exercises."""
        return self._file.muscles.get(group, group)

    def _date(self, form: str, day: date) -> str:
        names = {"month": self._file.months[day.month - 1], "short": self.month_name(day)}
        return self._file.dates[form].format(day=day.day, year=day.year, **names)


@cache
def _file(language: str) -> HistoryFile:
    return load_yaml(content(language, "history.yaml"), HistoryFile)


def load_texts(language: str = DEFAULT, name: Callable[[str], str] = _by_its_id) -> Texts:
    """Load the texts of `language`.

    Raises:
        ContentError: There is a mistake; the message names its file and line.
    """
    return Texts(_file(language), language, name)
