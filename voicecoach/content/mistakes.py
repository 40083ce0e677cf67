"""Mistakes in content files: what is wrong with a value, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from voicecoach.core.errors import VoicecoachError

Where = tuple[str | int, ...]
"""Keys and list positions (from zero) that lead from the top of a file to a value."""

SUGGESTION_MIN_RATIO = 60
"""Least similarity (0..100) of a suggested word: two wrong letters in five."""


class ContentError(VoicecoachError):
    """All mistakes that were found: a sentence each in `mistakes`, a line each in the message."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return what to write instead of `word`: the most similar known word, or a choice of them."""
    names = list(known)
    near = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=SUGGESTION_MIN_RATIO)
    if near:
        return f"did you mean '{near[0]}'?"
    return use_one_of(
        names if len(names) < 10 else [name for name, *_ in process.extract(word, names)]
    )


def use_one_of(names: Iterable[str]) -> str:
    """Return the advice to use one of `names`."""
    return f"use one of: {', '.join(names)}."


QUOTE = "'"
"""The mark that pydantic puts around names in its errors."""

_EXPECTED = {
    "int": ("a whole number", "give one such as 10"),
    "float": ("a number", "give one such as 2.5"),
    "string": ("text", "put it in quotes if it is meant as text"),
    "bool": ("true or false", "write one of the two"),
    "model": ("a group of keys", "put its keys below it, indented"),
    "dict": ("a group of keys", "put its keys below it, indented"),
    "list": ("a list", "begin each entry with a dash"),
    "tuple": ("a list", "begin each entry with a dash"),
}


def explain(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong with a value and what to do.

    Args:
        error: A mistake that pydantic found.
        model: The model that found it, where the `loc` of the error starts.
    """
    kind, given, ctx = error["type"], error["input"], error.get("ctx", {})
    options, field = _find(model, error["loc"])
    match kind:
        case "missing":
            return "is missing - add it."
        case "value_error":
            return str(ctx["error"])
        case "extra_forbidden":
            return f"is not a known key - {suggestion(str(error['loc'][-1]), _keys(options))}"
        case "literal_error" | "enum" | "union_tag_invalid":
            word = str(ctx.get("tag", given))
            choices = re.split(", | or ", str(ctx.get("expected") or ctx["expected_tags"]))
            what = "has no value" if word == "None" else f"cannot be {_shown(word)}"
            return f"{what} - {suggestion(word, [name.strip(QUOTE) for name in choices])}"
        case "union_tag_not_found":
            return f"is missing - {use_one_of(_literals(options, str(ctx['discriminator']).strip(QUOTE)))}"
        case "too_short":
            return f"has too few entries - give at least {ctx['min_length']}."
        case "too_long":
            return f"has too many entries - give at most {ctx['max_length']}."
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            wanted = _range(field) or error["msg"].removeprefix("Input should be ")
            return f"must be {wanted}, not {given} - give such a number."
    base, _, reason = kind.partition("_")
    if base in _EXPECTED and reason in ("type", "attributes_type", "parsing", "from_float"):
        expected, advice = _EXPECTED[base]
        if given is None:
            return f"has no value - give {expected}."
        return f"must be {expected}, not {_shown(given)} - {advice}."
    return f"is not valid ({error['msg'][0].lower()}{error['msg'][1:]}) - change it."


def _shown(value: object) -> str:
    names: dict[object, str] = {list: "a list", dict: "a group of keys"}
    text = repr(value) if isinstance(value, str) else str(value)
    return names.get(type(value), text if len(text) <= 40 else text[:37] + "...")


def _range(field: FieldInfo | None) -> str:
    metadata = field.metadata if field else ()
    low = next((item.ge for item in metadata if hasattr(item, "ge")), None)
    high = next((item.le for item in metadata if hasattr(item, "le")), None)
    return f"between {low} and {high}" if low is not None and high is not None else ""


def _find(model: type[BaseModel], loc: Where) -> tuple[list[Any], FieldInfo | None]:
    """Return the types that the model allows at `loc`, and the field there."""
    options: list[Any] = list(_flat(model))
    field: FieldInfo | None = None
    for part in loc:
        inner: list[Any] = []
        for option in options:
            if _is_model(option):
                field = option.model_fields.get(part, field)
                inner += (
                    [option.model_fields[part].annotation] if part in option.model_fields else []
                )
            else:
                inner += [arg for arg in get_args(option) if arg is not Ellipsis][-1:]
        # A part that is no field is the tag of a union: it selects types, and leads no deeper.
        options = [option for each in inner for option in _flat(each)] or _tagged(options, part)
    return options, field


def _tagged(options: list[Any], tag: object) -> list[Any]:
    def fits(option: Any) -> bool:
        return any(tag in get_args(field.annotation) for field in option.model_fields.values())

    return [option for option in options if _is_model(option) and fits(option)] or options


def _flat(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _flat(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for arg in get_args(annotation):
            yield from _flat(arg)
    elif _is_model(annotation) and issubclass(annotation, RootModel):
        yield from _flat(annotation.model_fields["root"].annotation)
    else:
        yield annotation


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and not get_origin(option) and issubclass(option, BaseModel)


def _keys(options: list[Any]) -> list[str]:
    return list(
        dict.fromkeys(key for option in options if _is_model(option) for key in option.model_fields)
    )


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the keys that a file of `model` may have at its top."""
    return _keys(list(_flat(model)))


def _literals(options: list[Any], key: str) -> list[str]:
    fields = [option.model_fields[key].annotation for option in options if _is_model(option)]
    return [
        str(value) for field in fields if get_origin(field) is Literal for value in get_args(field)
    ]
