"""YAML files that people write: read safely, checked by a pydantic model, every mistake told in one sentence.

`file.yaml, line 12: exercises.plank.dose.seconds: must be between 5 and 60, not 3 - give such a number.`
Entries of a list are counted from one and written `#4`. Words mean what they mean in YAML 1.2: `yes`, `off`,
`1:30` and dates are text. Anchors, aliases and tags are refused: every value stands where it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from voicecoach.core.errors import VoicecoachError

T = TypeVar("T", bound=BaseModel)

Where = tuple[str | int, ...]
"""Keys and list positions (from zero) that lead from the top of a file to a value."""


class Content(BaseModel):
    """Base of everything read from a file: frozen, and unknown keys are mistakes. What checks it is built when the
    first file is read, since mostly what was read at an earlier start is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ContentError(VoicecoachError):
    """All mistakes found, one sentence each in `mistakes`, one line each in the message."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True)
class Source:
    """Where the values of a file stand: `lines` maps each of them to its line (from one)."""

    path: Traversable
    lines: Mapping[Where, int]

    def line(self, where: Where) -> int:
        """The line of a value, or of the innermost group that is really there."""
        return self.lines[self._found(where)]

    def mistake(self, where: Where, what: str) -> str:
        """One sentence about the value at `where`; `what` says what is wrong and what to do."""
        name = ".".join(part if isinstance(part, str) else f"#{part + 1}" for part in where)
        return f"{self.path}, line {self.line(where)}: {name + ': ' if name else ''}{what}"

    def mistakes(self, error: ValidationError, model: type[BaseModel]) -> list[str]:
        """What pydantic found, in the order of the lines."""
        details = error.errors(include_url=False)
        found = [self._found(detail["loc"]) for detail in details]
        told = []
        for detail, where in zip(details, found, strict=True):
            # A list with wrong entries is said to be too short as well.
            inner = (loc for loc in found if loc[: len(where)] == where and loc != where)
            if detail["type"] == "too_short" and any(inner):
                continue
            if detail["type"] == "missing":
                where = (*where, detail["loc"][-1])
            elif detail["type"].startswith("union_tag"):
                where = (*where, detail["ctx"]["discriminator"].strip(_QUOTE))
            told.append((self.line(where), self.mistake(where, explain(detail, model))))
        return [text for _, text in sorted(told)]

    def _found(self, loc: Where) -> Where:
        """`loc` without the parts that are not in the file: union tags, `[key]`, missing keys."""
        found: Where = ()
        for part in loc:
            if (*found, part) in self.lines:
                found = (*found, part)
        return found


def load_yaml(path: Traversable, model: type[T]) -> T:
    """The file at `path` (a Path or a package resource) as a `model`; ContentError lists every mistake."""
    return load_with_source(path, model)[0]


def load_with_source(path: Traversable, model: type[T]) -> tuple[T, Source]:
    """As `load_yaml`, with the lines, for checks across files; ContentError lists every mistake."""
    root, loader = _parse(path, _read(path))
    tree = _Tree(loader)
    data = tree.value(root, ()) if root else None
    if data is None:
        keys = _keys(list(_flat(model)))
        raise ContentError([f"{path}: is empty - {_use_one_of(keys) if keys else 'fill it in.'}"])
    source = Source(path, tree.lines)
    mistakes = [source.mistake(where, what) for where, what in tree.mistakes]
    try:
        value = model.model_validate(data)
    except ValidationError as error:
        raise ContentError(mistakes + source.mistakes(error, model)) from None
    if mistakes:
        raise ContentError(mistakes)
    return value, source


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write instead of `word`: the nearest of the known words, or some that come into question."""
    names = list(known)
    near = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=60)  # two letters wrong in five
    if near:
        return f"did you mean '{near[0]}'?"
    return _use_one_of(names if len(names) < 10 else [name for name, *_ in process.extract(word, names)])


def _use_one_of(names: Iterable[str]) -> str:
    return f"use one of: {', '.join(names)}."


# --- reading ---------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="an anchor or alias is not allowed", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="a tag is not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]{0,17})", list("-+0123456789")),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)

_ADVICE = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("cannot start any token", "put the text in quotes"),
    (
        "mapping values are not allowed",
        "check the indentation, and put text that has a colon and a space in quotes",
    ),
    ("expected ':'", "write a colon and a space after the key"),
    ("end of stream", "close the quote or the bracket"),
    ("<stream end>", "close the quote or the bracket"),
    ("expected ','", "put commas between the entries, and close the bracket"),
    ("expected <block end>", "line the indentation up, and put text that begins with { or a quote in quotes"),
    ("while scanning an", "put the text in quotes"),
    ("another document", "leave out the second ---"),
    ("anchor or alias", "write the value out, or put the text in quotes"),
    ("a tag is not", "leave out the word with !, or put the text in quotes"),
)


def _read(path: Traversable) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ContentError([f"{path}: there is no such file - check its name."]) from None
    except OSError as error:
        raise ContentError([f"{path}: cannot be read - {error.strerror}; choose another file."]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContentError([f"{path}, line {line}: is not UTF-8 text - save the file as UTF-8."]) from None


def _parse(path: Traversable, text: str) -> tuple[yaml.Node | None, _Loader]:
    try:
        loader = _Loader(text)
        return loader.get_single_node(), loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "line 1"
        begun = f" from line {error.context_mark.line + 1}" if error.context_mark else ""
        problem = ", ".join(part for part in (f"{error.context or ''}{begun}", error.problem) if part)
        advice = next((advice for sign, advice in _ADVICE if sign in problem), "compare it with its neighbours")
        raise ContentError([f"{path}, {place}: is not valid YAML: {problem} - {advice}."]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError([f"{path}, line {line}: has an invisible character - remove it."]) from None
    except RecursionError:
        raise ContentError([f"{path}: is nested too deeply - close the brackets that are open."]) from None


class _Tree:
    """Turns nodes into plain values, and notes their lines and the keys that come twice."""

    def __init__(self, loader: _Loader) -> None:
        self.lines: dict[Where, int] = {}
        self.mistakes: list[tuple[Where, str]] = []
        self._loader = loader

    def value(self, node: yaml.Node, where: Where) -> object:
        # A value below a key is told by the line of its key, which is set before.
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._group(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*where, index)) for index, entry in enumerate(node.value)]
        return self._loader.construct_object(node)

    def _group(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        group: dict[str, object] = {}
        for key, value in node.value:
            here = (*where, str(key.value))
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.mistakes.append((where, f"has a key on line {line} that is no word - put it in quotes."))
            elif key.value in group:
                self.mistakes.append((here, f"comes again on line {line} - remove or rename one of them."))
            else:
                self.lines[here] = line
                group[key.value] = self.value(value, here)
        return group


# --- explaining ------------------------------------------------------------------------------------------

_QUOTE = "'"

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
    """What is wrong with a value and what to do, for a mistake found by `model` (its `loc` starts there)."""
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
            return f"{what} - {suggestion(word, [name.strip(_QUOTE) for name in choices])}"
        case "union_tag_not_found":
            return f"is missing - {_use_one_of(_literals(options, str(ctx['discriminator']).strip(_QUOTE)))}"
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
    """The types that the model allows at `loc`, and the field there."""
    options: list[Any] = list(_flat(model))
    field: FieldInfo | None = None
    for part in loc:
        inner: list[Any] = []
        for option in options:
            if _is_model(option):
                field = option.model_fields.get(part, field)
                inner += [option.model_fields[part].annotation] if part in option.model_fields else []
            else:
                inner += [arg for arg in get_args(option) if arg is not Ellipsis][-1:]
        # What is no field of a model is the tag of a union: it narrows the types down and leads nowhere.
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
    return list(dict.fromkeys(key for option in options if _is_model(option) for key in option.model_fields))


def _literals(options: list[Any], key: str) -> list[str]:
    fields = [option.model_fields[key].annotation for option in options if _is_model(option)]
    return [str(value) for field in fields if get_origin(field) is Literal for value in get_args(field)]
