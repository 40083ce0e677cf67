"""An intents file as it stands on disk: read, checked against the format, every mistake with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from voicecoach.events import VoicecoachError

Key = str | int
Place = tuple[Key, ...]
"""Where something stands in the file: the keys and indices that lead to it."""

_MOST_NUMBERS = 10_000


class IntentsError(VoicecoachError):
    """A mistake in an intents file: one sentence that says where and what."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Range(_Part):
    first: int = Field(alias="from")
    last: int = Field(alias="to")
    step: Annotated[int, Field(gt=0)] = 1
    multiplier: float | None = None
    fractions: Literal["halves", "tenths"] | None = None
    type: Literal["number", "percentage", "temperature"] = "number"

    @model_validator(mode="after")
    def _in_order(self) -> _Range:
        if not 0 <= self.last - self.first <= _MOST_NUMBERS:
            raise ValueError(f"'from' must not be above 'to', nor more than {_MOST_NUMBERS} below it")
        return self


class _Value(_Part):
    said: str = Field(alias="in")
    out: Any = None


class _List(_Part):
    values: list[str | _Value] | None = None
    range: _Range | None = None
    wildcard: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> _List:
        if (self.values is not None) + (self.range is not None) + self.wildcard != 1:
            raise ValueError("a list needs 'values', 'range' or 'wildcard', and only one of them")
        return self


class _Gate(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    state: str | list[str]


class _Block(_Part):
    sentences: Annotated[list[str], Field(min_length=1)]
    slots: dict[str, Any] = {}
    requires_context: _Gate | None = None
    expansion_rules: dict[str, str] = {}
    lists: dict[str, _List] = {}

    @model_validator(mode="after")
    def _gated_one_way(self) -> _Block:
        for key in ("excludes_context", "required_keywords"):
            if key in (self.model_extra or {}):
                raise ValueError(f"{key!r} is not supported: name the states in 'requires_context'")
        return self


class _Intent(_Part):
    data: Annotated[list[_Block], Field(min_length=1)]


class _File(_Part):
    language: str
    intents: Annotated[dict[str, _Intent], Field(min_length=1)]
    lists: dict[str, _List] = {}
    expansion_rules: dict[str, str] = {}
    skip_words: list[str] = []


class IntentFile:
    """The contents of the file at `path` (`raw`), valid in form; IntentsError where they are not."""

    def __init__(self, path: Path):
        self.name = path.name
        self._lines: dict[Place, int] = {}
        self.raw: dict[str, Any] = self._read(path)
        try:
            _File.model_validate(self.raw)
        except ValidationError as invalid:
            raise self._explain(invalid.errors()[0]) from None
        for place, template in _templates(self.raw):
            self._parse(place, template)

    def line(self, place: Place) -> int:
        """The line (from 1) of what stands at `place`, or of the nearest thing around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def error(self, place: Place, problem: str) -> IntentsError:
        """The error to raise for a problem at `place`."""
        return IntentsError(f"{self.name}, line {self.line(place)}: {problem}")

    def _read(self, path: Path) -> Any:
        try:
            loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
            root = loader.get_single_node()
            if root is None:
                raise IntentsError(f"{path.name} is empty: it needs 'language' and 'intents'")
            self._note_lines(root, (), ())
            return loader.construct_document(root)
        except OSError as error:
            raise IntentsError(f"{path} cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError as error:
            raise IntentsError(f"{path} is not text in UTF-8 (byte {error.start})") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise IntentsError(f"{path.name}, line {line}: not valid YAML, {error.problem}") from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise IntentsError(f"{path.name} is not valid YAML: {' '.join(str(error).split())}") from None

    def _note_lines(self, node: yaml.Node, place: Place, around: tuple[yaml.Node, ...]) -> None:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if node in around:  # an alias to what it stands in
            raise self.error(place, "an alias must not refer to what it stands in")
        around = (*around, node)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*place, str(key.value))
                if inner in self._lines:
                    raise IntentsError(
                        f"{self.name}, line {key.start_mark.line + 1}: {key.value!r} stands twice"
                    )
                self._lines[inner] = key.start_mark.line + 1
                self._note_lines(value, inner, around)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._note_lines(value, (*place, index), around)

    def _explain(self, details: ErrorDetails) -> IntentsError:
        place = tuple(key for key in details["loc"] if key != "[key]")
        kind, given = details["type"], details["input"]
        name = ".".join(map(str, place)) or "the file"
        if isinstance(given, bool):
            problem = f"{name} is read as true or false; put quotes around the word"
        elif kind == "missing":
            problem = f"{place[-1]!r} is missing in {'.'.join(map(str, place[:-1])) or 'the file'}"
        elif kind == "extra_forbidden":
            problem = f"intents can be gated by 'state' only, not by {place[-1]!r}"
        elif kind == "value_error":
            problem = str(details["ctx"]["error"])
        else:
            problem = f"{name}: {details['msg'][0].lower()}{details['msg'][1:]}"
        return self.error(place, problem)

    def _parse(self, place: Place, template: str) -> None:
        try:
            parse_sentence(template)
        except (ParseError, AssertionError, ValueError, IndexError, RecursionError):
            problem = f"the template {template!r} cannot be read; is every ( [ {{ < closed, and none empty?"
            raise self.error(place, problem) from None


def _templates(raw: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    yield from _shared_templates(raw, ())
    for name, intent in raw["intents"].items():
        for number, block in enumerate(intent["data"]):
            place: Place = ("intents", name, "data", number)
            yield from _shared_templates(block, place)
            for index, sentence in enumerate(block["sentences"]):
                yield (*place, "sentences", index), sentence


def _shared_templates(holder: dict[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    for name, rule in holder.get("expansion_rules", {}).items():
        yield (*place, "expansion_rules", name), rule
    for name, values in holder.get("lists", {}).items():
        for index, value in enumerate(values.get("values") or ()):
            said = value if isinstance(value, str) else value["in"]
            yield (*place, "lists", name, "values", index), said
