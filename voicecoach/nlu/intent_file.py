"""The form of an intents file, and reading one: every mistake is reported with its line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.util import is_template
from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from voicecoach.content.yaml_schema import Content, ContentError, Source, Where, load_with_source

_MOST_NUMBERS = 10_000


class IntentsError(ContentError):
    """Mistakes in an intents file, each in one sentence that says where it is and what to do."""


class NumberRange(Content):
    """A range of numbers. Digits and words are both meant, whatever the file says: spoken numbers
    are words."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    step: int = Field(1, ge=1)
    multiplier: float | None = None
    fractions: Literal["halves", "tenths"] | None = None
    type: Literal["number", "percentage", "temperature"] = "number"
    digits: bool = True
    words: bool = True
    words_language: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> NumberRange:
        if not 0 <= self.last - self.first <= _MOST_NUMBERS:
            raise ValueError(
                f"needs 'from' and up to {_MOST_NUMBERS} above it 'to' - change one of them."
            )
        return self


class Value(Content):
    """What may be said (a template) and what it means (nothing given: what was said)."""

    said: str = Field(alias="in")
    out: Any = None
    context: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


def _as_value(given: object) -> object:
    if not isinstance(given, str):
        return given
    return {"in": given} if is_template(given) else {"in": given, "out": given}


def _as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given


class ValueList(Content):
    """One of: the values of a list, a range of numbers, a wildcard."""

    values: list[Annotated[Value, BeforeValidator(_as_value)]] | None = None
    range: NumberRange | None = None
    wildcard: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> ValueList:
        if (self.values is not None) + (self.range is not None) + self.wildcard != 1:
            raise ValueError("needs 'values', 'range' or 'wildcard' - give exactly one of them.")
        return self


class Gate(Content):
    """The states of the session in which a block counts."""

    state: Annotated[list[str], BeforeValidator(_as_list)] = Field(min_length=1)


class Metadata(Content):
    """What else is to be known about a block; `confirm`: ask back before it is obeyed; `caution`:
    how much surer (nats) the recogniser must be of these sentences, less sure where it is negative;
    `urgent`: ask where it is not sure whether they were said; `rare`: they are said seldom, and
    make no other sentence harder to hear."""

    model_config = ConfigDict(extra="allow")

    confirm: bool = False
    caution: float = Field(0.0, ge=-10, le=10)
    urgent: bool = False
    rare: bool = False


class IntentBlock(Content):
    """Sentences that mean the same and count in the same states."""

    sentences: list[str] = Field(min_length=1)
    slots: dict[str, Any] = Field(default_factory=dict)
    requires_context: Gate | None = None
    expansion_rules: dict[str, str] = Field(default_factory=dict)
    lists: dict[str, ValueList] = Field(default_factory=dict)
    metadata: Metadata = Field(default_factory=Metadata)
    response: str | None = None


class Meaning(Content):
    """An intent."""

    data: list[IntentBlock] = Field(min_length=1)


class IntentFile(Content):
    """A whole file. `questions` are the states that are open questions of their own: what counts
    only there counts in no state but those."""

    language: str
    intents: dict[str, Meaning] = Field(min_length=1)
    questions: list[str] = Field(default_factory=list)
    lists: dict[str, ValueList] = Field(default_factory=dict)
    expansion_rules: dict[str, str] = Field(default_factory=dict)
    skip_words: list[str] = Field(default_factory=list)


def read_intents(path: Traversable) -> tuple[IntentFile, Source]:
    """The intents file at `path` and where things stand in it; IntentsError lists every mistake."""
    try:
        file, source = load_with_source(path, IntentFile)
    except ContentError as error:
        raise IntentsError(error.mistakes) from None
    mistakes = [
        source.mistake(where, why) for where, text in _templates(file) if (why := _unreadable(text))
    ]
    if mistakes:
        raise IntentsError(mistakes)
    return file, source


def _unreadable(template: str) -> str:
    try:
        parse_sentence(template)
    except (ParseError, AssertionError, ValueError, IndexError, RecursionError):
        return f"{template!r} is no template - close every ( [ {{ <, and leave none empty."
    return ""


def _templates(file: IntentFile) -> Iterator[tuple[Where, str]]:
    yield from _shared_templates(file, ())
    for name, intent in file.intents.items():
        for number, block in enumerate(intent.data):
            where: Where = ("intents", name, "data", number)
            yield from _shared_templates(block, where)
            for index, sentence in enumerate(block.sentences):
                yield (*where, "sentences", index), sentence


def _shared_templates(
    holder: IntentFile | IntentBlock, where: Where
) -> Iterator[tuple[Where, str]]:
    for name, rule in holder.expansion_rules.items():
        yield (*where, "expansion_rules", name), rule
    for name, values in holder.lists.items():
        for index, value in enumerate(values.values or ()):
            yield (*where, "lists", name, "values", index), value.said
