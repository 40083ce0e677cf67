"""Who may look at the clock, and who may print. The layers are in pyproject.toml, for
import-linter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import voicecoach

PACKAGE = Path(voicecoach.__file__).parent
CLOCKS = (
    "time.sleep",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "datetime.now",
    "datetime.today",
)
MAY_KNOW_THE_TIME = (
    "engine/threaded_hearing.py",
    "cli/main.py",
    "cli/errors.py",
    "runtime/wall_clock.py",
    "audio/device/ticker.py",
    "audio/device/sound_card.py",
    "audio/device/microphone.py",
    "audio/device/speaker.py",
    "audio/device/stream.py",
    "audio/device/callback_stream.py",
    "audio/device/blocking_stream.py",
)
"""The outermost edge: the commands, the sound card, and what stands in for the card's clock."""

MAY_PRINT = ("cli/main.py", "cli/errors.py", "cli/journal.py", "cli/model.py")
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}


def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def imports(module: ast.Module) -> Iterator[str]:
    """Full names of all that is imported, anywhere in the file."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(module: ast.Module) -> Iterator[str]:
    """Names of the functions called: `print`, `time.sleep`, `datetime.now` (from any module's
    `datetime`)."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


@pytest.mark.parametrize("name", [name for name in FILES if name not in MAY_KNOW_THE_TIME])
def test_time_is_the_count_of_samples(name: str) -> None:
    module = tree(name)
    assert [call for call in calls(module) if call in CLOCKS] == []
    assert [one for one in imports(module) if one in CLOCKS] == [], "not by the back door either"


@pytest.mark.parametrize("name", [name for name in FILES if name not in MAY_PRINT])
def test_only_the_commands_print(name: str) -> None:
    found = set(calls(tree(name)))
    assert not found & {"print", "click.echo", "click.secho", "stdout.write", "stderr.write"}


def test_one_class_has_one_name() -> None:
    places: dict[str, list[str]] = {}
    for name in FILES:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name)
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
