"""Languages: their grammatical words, numbers, plural forms, voice and recogniser model.

A language is a folder of content with a `language.yaml`; docs/reference/content-format.md tells
what else is in it.
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
"""The language of a user who has chosen none."""

_CONTENT = resources.files("voicecoach") / "content_data"

_AT_TOP_LEVEL = {("en", "intents.yaml")}
"""Files at the top level of a checkout; a package has them in the folder of their language."""

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

    `function` words carry grammar rather than meaning. The recogniser loses and confuses them most,
    and they say least; negations, directions and question words are not among them. `softeners` are
    polite additions without a meaning of their own. `negations` turn a wish into its opposite.
    `articles` are the function words that never change the meaning of a command.
    """

    function: frozenset[str] = frozenset()
    softeners: frozenset[str] = frozenset()
    negations: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()

    @property
    def small(self) -> frozenset[str]:
        """The function words and the softeners."""
        return self.function | self.softeners


class Numbers(Content):
    """Ways to say numbers, in addition to the number rules (RBNF) of the Unicode consortium.

    In a template `{digit}` is the number of hundreds, `{hundreds}` one of the ways to say them, and
    `{rest}` the number below one hundred that follows.
    """

    rules: tuple[str, ...] = ()
    """The RBNF rules to use; empty: all."""
    also: dict[int, tuple[str, ...]] = Field(default_factory=dict)
    """Further words for single numbers."""
    one_hundred: tuple[str, ...] = ()
    """Ways to say one hundred, alone or before a rest."""
    hundreds: tuple[str, ...] = ()
    """Ways to say 200, 300 to 900, alone or before a rest."""
    beyond: tuple[str, ...] = ()
    """Templates of numbers above 100 that are no multiple of it."""
    short: tuple[str, ...] = ()
    """Templates of 110 to 199 without the word for hundred."""
    apart: Annotated[str, AfterValidator(_expression)] = ""
    """A regular expression for the beginning of a number written in one word.

    A blank is put after each of its groups, since the recogniser knows only the parts.
    """


class Links(Content):
    """Words between two commands in one utterance.

    `joining` words add a command ("and"), `correcting` words replace the one before ("no").
    """

    joining: tuple[str, ...] = ()
    correcting: tuple[str, ...] = ()


class Plurals(Content):
    """The plural rules of a language: a condition for each category of CLDR.

    The category of a number names the form of a counted line. Each condition is an expression of
    `n` as in the header of a gettext catalogue: `n % 10 == 1 && n % 100 != 11`. A category without
    a condition is not used; where no condition holds, the category is `other`. The conditions are
    kept here because babel, which has them for all languages, takes about 100 ms and 11 MB to say
    them (dev machine, babel 2.19); a test compares them with babel's.
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
    """A language; `code` is the name of its folder."""

    code: str = ""
    name: str = ""
    model: str = ""
    """The recogniser's model, by the name from its maker."""
    voices: tuple[str, ...] = ()
    """The coach's voice: its name in eSpeak, then parts of the names in other engines."""
    user_voice: str = ""
    """The voice of the user in the simulated room."""
    sound: Literal["metaphone", "letters"] = "letters"
    """The measure of how similar two words sound; Metaphone is for English."""
    costs: Mapping[str, float] = Field(default_factory=dict)
    """Extra costs (nats) of words that are heard too easily, or (below 0) not easily enough."""
    words: Words = Words()
    links: Links = Links()
    numbers: Numbers = Numbers()
    plurals: Plurals = Plurals()


def languages() -> list[str]:
    """Return the codes of all languages."""
    return sorted(entry.name for entry in _CONTENT.iterdir() if (entry / "language.yaml").is_file())


@cache
def load_language(code: str = DEFAULT) -> Language:
    """Load the language `code`.

    Raises:
        ContentError: There is no such language, or its file has mistakes.
    """
    return load_yaml(content(code, "language.yaml"), Language).model_copy(update={"code": code})


@cache
def language_of(code: str) -> Language:
    """Return the language of an intents file.

    "en-US" is English; an unknown code gives a language without words.
    """
    code = code.split("-")[0]
    return load_language(code) if code in languages() else Language(code=code)


def content(code: str, name: str) -> Traversable:
    """Return the path of a content file, which may be missing.

    Raises:
        ContentError: There is no such language.
    """
    if code not in languages():
        raise ContentError(
            [f"There is no content in language {code!r} - {suggestion(code, languages())}"]
        )
    file = _CONTENT / code / name
    return _CHECKOUT / name if (code, name) in _AT_TOP_LEVEL and not file.is_file() else file
