"""Reads YAML text into plain values, with the line of each and the keys that come twice.

Words mean what they mean in YAML 1.2: `yes`, `off`, `1:30` and dates are text. Anchors, aliases and
tags are refused, so that every value stands where its mistake is reported.
"""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from typing import Any, ClassVar

import yaml

from voicecoach.content.mistakes import ContentError, Where


class _Loader(yaml.SafeLoader):
    """A loader of plain values whose words are those of YAML 1.2."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="an anchor or alias is not allowed", problem_mark=event.start_mark
            )
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(
                problem="a tag is not allowed", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]{0,17})", list("-+0123456789")),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )

_ADVICE = (
    # A part of the parser's message, and what to do about it.
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
    (
        "expected <block end>",
        "line the indentation up, and put text that begins with { or a quote in quotes",
    ),
    ("while scanning an", "put the text in quotes"),
    ("another document", "leave out the second ---"),
    ("anchor or alias", "write the value out, or put the text in quotes"),
    ("a tag is not", "leave out the word with !, or put the text in quotes"),
)


def read_yaml(path: Traversable) -> Tree:
    """Read the file at `path`.

    Raises:
        ContentError: The file cannot be read, or is not valid YAML.
    """
    return Tree(*_parse(path, _read(path)))


def _read(path: Traversable) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ContentError([f"{path}: there is no such file - check its name."]) from None
    except OSError as error:
        raise ContentError(
            [f"{path}: cannot be read - {error.strerror}; choose another file."]
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContentError(
            [f"{path}, line {line}: is not UTF-8 text - save the file as UTF-8."]
        ) from None


def _parse(path: Traversable, text: str) -> tuple[yaml.Node | None, _Loader]:
    try:
        loader = _Loader(text)
        return loader.get_single_node(), loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "line 1"
        begun = f" from line {error.context_mark.line + 1}" if error.context_mark else ""
        problem = ", ".join(
            part for part in (f"{error.context or ''}{begun}", error.problem) if part
        )
        advice = next(
            (advice for sign, advice in _ADVICE if sign in problem),
            "compare it with its neighbours",
        )
        raise ContentError([f"{path}, {place}: is not valid YAML: {problem} - {advice}."]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError(
            [f"{path}, line {line}: has an invisible character - remove it."]
        ) from None
    except RecursionError:
        raise ContentError(
            [f"{path}: is nested too deeply - close the brackets that are open."]
        ) from None


class Tree:
    """The plain values of a file, their lines, and the keys that come twice.

    `data` is the value at the top (None: the file is empty), `lines` has the line of each value,
    and `mistakes` has the place of a wrong key and what is wrong with it.
    """

    def __init__(self, root: yaml.Node | None, loader: _Loader) -> None:
        self.lines: dict[Where, int] = {}
        self.mistakes: list[tuple[Where, str]] = []
        self._loader = loader
        self.data = self._value(root, ()) if root else None

    def _value(self, node: yaml.Node, where: Where) -> object:
        # The line of a value below a key is that of its key, which `_group` has set before.
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._group(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(entry, (*where, index)) for index, entry in enumerate(node.value)]
        return self._loader.construct_object(node)

    def _group(self, node: yaml.MappingNode, where: Where) -> dict[str, object]:
        group: dict[str, object] = {}
        for key, value in node.value:
            here = (*where, str(key.value))
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.mistakes.append(
                    (where, f"has a key on line {line} that is no word - put it in quotes.")
                )
            elif key.value in group:
                self.mistakes.append(
                    (here, f"comes again on line {line} - remove or rename one of them.")
                )
            else:
                self.lines[here] = line
                group[key.value] = self._value(value, here)
        return group
