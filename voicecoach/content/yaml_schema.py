"""Load YAML files that people write, and check them by a pydantic model.

A mistake is one sentence with its place and a remedy; entries of a list are counted from one:
`file.yaml, line 12: routines.leg.steps.#4.seconds: must be a whole number, not 'x' - give one such
as 10.`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from voicecoach.content.mistakes import (
    QUOTE,
    ContentError,
    Where,
    explain,
    keys_of,
    suggestion,
    use_one_of,
)
from voicecoach.content.yaml_reader import read_yaml

__all__ = [
    "Content",
    "ContentError",
    "Source",
    "Where",
    "explain",
    "load_with_source",
    "load_yaml",
    "suggestion",
]

T = TypeVar("T", bound=BaseModel)


class Content(BaseModel):
    """Base of all models of files: frozen, and unknown keys are mistakes.

    pydantic builds the validators when the first file is read, since most starts read the models
    from a cache.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True)
class Source:
    """The places of the values in a file: `lines` maps each value to its line (from one)."""

    path: Traversable
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """Return the line of a value, or of the innermost group around it that the file has."""
        return self.lines[self._found(where)]

    def mistake(self, where: Where, what: str) -> str:
        """Return a sentence about the value at `where`.

        Args:
            where: Keys and list positions that lead to the value.
            what: What is wrong, and what to do.
        """
        name = ".".join(part if isinstance(part, str) else f"#{part + 1}" for part in where)
        return f"{self.path}, line {self.line(where)}: {name + ': ' if name else ''}{what}"

    def mistakes(self, error: ValidationError, model: type[BaseModel]) -> list[str]:
        """Return a sentence for each mistake that pydantic found, in the order of the lines."""
        details = error.errors(include_url=False)
        found = [self._found(detail["loc"]) for detail in details]
        sentences = []
        for detail, where in zip(details, found, strict=True):
            # pydantic reports a list with wrong entries as too short as well.
            inner = (loc for loc in found if loc[: len(where)] == where and loc != where)
            if detail["type"] == "too_short" and any(inner):
                continue
            if detail["type"] == "missing":
                where = (*where, detail["loc"][-1])
            elif detail["type"].startswith("union_tag"):
                where = (*where, detail["ctx"]["discriminator"].strip(QUOTE))
            sentences.append((self.line(where), self.mistake(where, explain(detail, model))))
        return [text for _, text in sorted(sentences)]

    def _found(self, loc: Where) -> Where:
        """Return `loc` without the parts that the file lacks: union tags, `[key]`, missing keys."""
        found: Where = ()
        for part in loc:
            if (*found, part) in self.lines:
                found = (*found, part)
        return found


def load_yaml(path: Traversable, model: type[T]) -> T:
    """Load the file at `path` (a Path or a package resource) as a `model`.

    Raises:
        ContentError: With every mistake in the file.
    """
    return load_with_source(path, model)[0]


def load_with_source(path: Traversable, model: type[T]) -> tuple[T, Source]:
    """Load as `load_yaml` does, with the lines of the values, for checks across files."""
    tree = read_yaml(path)
    if tree.data is None:
        keys = keys_of(model)
        raise ContentError([f"{path}: is empty - {use_one_of(keys) if keys else 'fill it in.'}"])
    source = Source(path, tree.lines)
    mistakes = [source.mistake(where, what) for where, what in tree.mistakes]
    try:
        value = model.model_validate(tree.data)
    except ValidationError as error:
        raise ContentError(mistakes + source.mistakes(error, model)) from None
    if mistakes:
        raise ContentError(mistakes)
    return value, source
