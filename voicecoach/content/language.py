"""What belongs to a language besides its texts: the words that carry its grammar, its numbers, its voice and its model.

A language is a folder of content with a `language.yaml`; docs/languages.md tells what else is in it.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from voicecoach.content.yaml_schema import Content, ContentError, load_yaml, suggestion

DEFAULT = "en"
"""The language where none is asked for."""

_CONTENT = resources.files("voicecoach") / "content_data"

_AT_TOP_LEVEL = {("en", "intents.yaml")}
"""Files that a checkout has at its top level, for all to read; an installed package has them in the folder of their
language."""

_CHECKOUT = Path(__file__).parents[2]


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression, {error} - correct it.") from None
    return text


@cache
def _compiled(condition: str) -> Callable[[int], int]:
    return gettext.c2py(condition)


def _plural_condition(text: str) -> str:
    try:
        _compiled(text)
    except ValueError as error:
        raise ValueError(f"is no condition on n, {error} - write one such as n == 1.") from None
    return text


Condition = Annotated[str, AfterValidator(_plural_condition)]


class Words(Content):
    """Words with a part in grammar.

    `function` carry grammar rather than meaning: they are lost and mistaken for one another most, and say least
    (negations, directions and question words are not among them). `softeners` are added without meaning more.
    `negations` turn a wish into its opposite. `articles` are the function words that never matter.
    """

    function: frozenset[str] = frozenset()
    softeners: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()

    @property
    def small(self) -> frozenset[str]:
        """Function words and softeners."""
        return self.function | self.softeners


class Numbers(Content):
    """How numbers are said beyond what the rules of the Unicode consortium (RBNF) tell; `{digit}` is how many hundreds
    there are, `{hundreds}` one of the ways to say these, `{rest}` what is beyond them."""

    rules: tuple[str, ...] = ()
    """The RBNF rules to use; none given: all."""
    also: dict[int, tuple[str, ...]] = Field(default_factory=dict)
    one_hundred: tuple[str, ...] = ()
    hundreds: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    """From a hundred and ten to a hundred and ninety nine."""
    apart: Annotated[str, AfterValidator(_expression)] = ""
    """The beginning of a number written in one word, as a regular expression: a blank is put after each of its groups,
    since the recogniser knows only the parts."""


class Links(Content):
    """What people say between two commands in one breath: `joining` ("and"), or `correcting` what they said before
    ("no")."""

    joining: tuple[str, ...] = ()
    correcting: tuple[str, ...] = ()


class Plurals(Content):
    """Conditions under which a number takes each plural category of CLDR, which names the form of a counted line.

    Each is an expression of `n` as in the header of a gettext catalogue: `n % 10 == 1 && n % 100 != 11`. A category
    without a condition is not used; where no condition holds, the category is `other`. The conditions are kept here
    because babel, which has them for all languages, takes about 100 ms and 11 MB to say them (dev machine, babel
    2.19); a test compares them with babel's.
    """

    zero: Condition | None = None
    one: Condition | None = None
    two: Condition | None = None
    few: Condition | None = None
    many: Condition | None = None

    @property
    def categories(self) -> frozenset[str]:
        """All plural categories that the language uses."""
        return frozenset(self.model_dump(exclude_none=True)) | {"other"}

    def category(self, number: int) -> str:
        """Return the plural category of `number`."""
        for name, condition in self:
            if condition is not None and _compiled(condition)(number):
                return name
        return "other"


class Language(Content):
    """A language. `code` is the name of its folder."""

    code: str = ""
    name: str = ""
    model: str = ""
    """The recogniser's model, by the name that its maker gives it."""
    voices: tuple[str, ...] = ()
    """The coach's voice: eSpeak's name first, then parts of the names that other engines have for good ones."""
    user_voice: str = ""
    """The voice of the user in the simulated room."""
    sound: Literal["metaphone", "letters"] = "letters"
    """What tells how alike two words sound; Metaphone is for English."""
    costs: Mapping[str, float] = Field(default_factory=dict)
    """Words that the recogniser hears too easily or not easily enough, and what they cost more (nats)."""
    words: Words = Words()
    links: Links = Links()
    numbers: Numbers = Numbers()
    plurals: Plurals = Plurals()


def languages() -> list[str]:
    """The languages that there are."""
    return sorted(entry.name for entry in _CONTENT.iterdir() if (entry / "language.yaml").is_file())


@cache
def load_language(code: str = DEFAULT) -> Language:
    """The language `code`; ContentError in one sentence when there is none, or with the mistakes in its file."""
    return load_yaml(content(code, "language.yaml"), Language).model_copy(update={"code": code})


@cache
def language_of(code: str) -> Language:
    """The language of an intents file, which may be any: "en-US" is English, and of an unknown one nothing is known."""
    code = code.split("-")[0]
    return load_language(code) if code in languages() else Language(code=code)


def content(code: str, name: str) -> Traversable:
    """A file of the content of a language, which need not be there; ContentError when there is no such language."""
    if code not in languages():
        raise ContentError([f"There is no content in language {code!r} - {suggestion(code, languages())}"])
    file = _CONTENT / code / name
    return _CHECKOUT / name if (code, name) in _AT_TOP_LEVEL and not file.is_file() else file
