"""The shape of the code: who may import whom, and who may look at the clock or print."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import voicecoach

PACKAGE = Path(voicecoach.__file__).parent
WINGS = ("audio", "asr", "nlu", "session", "tts", "history")
SHARED = ("voicecoach.events", "voicecoach.language", "voicecoach.yamlfile")
"""What a wing may import of voicecoach besides itself."""

CLOCKS = ("time.sleep", "time.time", "time.monotonic", "time.perf_counter", "datetime.now", "datetime.today")
MAY_KNOW_THE_TIME = (
    "hearing_thread.py",
    "cli.py",
    "commands.py",
    "wall.py",
    "audio/ticker.py",
    "audio/device.py",
    "audio/microphone.py",
    "audio/speaker.py",
    "audio/lines.py",
    "audio/called.py",
    "audio/polled.py",
)
"""The outermost edge: the commands, the sound card, and what stands in for the card's clock."""

MAY_PRINT = ("cli.py", "commands.py", "journal_commands.py", "model_commands.py")
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
    """Names of the functions called: `print`, `time.sleep`, `datetime.now` (from any module's `datetime`)."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


def is_or_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("name", [name for name in FILES if name.split("/")[0] in WINGS])
def test_a_wing_imports_itself_and_what_is_shared(name):
    wing = f"voicecoach.{name.split('/')[0]}"
    own = [imported for imported in imports(tree(name)) if is_or_in(imported, "voicecoach")]
    strangers = [one for one in own if not any(is_or_in(one, module) for module in (wing, *SHARED))]
    assert strangers == []


def test_what_is_shared_imports_no_wing():
    for name in ("events.py", "language.py", "yamlfile.py"):
        wings = [one for one in imports(tree(name)) if any(is_or_in(one, f"voicecoach.{wing}") for wing in WINGS)]
        assert wings == [], name


@pytest.mark.parametrize("name", [name for name in FILES if name not in MAY_KNOW_THE_TIME])
def test_time_is_the_count_of_samples(name):
    module = tree(name)
    assert [call for call in calls(module) if call in CLOCKS] == []
    assert [one for one in imports(module) if one in CLOCKS] == [], "not by the back door either"


@pytest.mark.parametrize("name", [name for name in FILES if name not in MAY_PRINT])
def test_only_the_commands_print(name):
    found = set(calls(tree(name)))
    assert not found & {"print", "click.echo", "click.secho", "stdout.write", "stderr.write"}


def test_every_wing_is_looked_at():
    assert {name.split("/")[0] for name in FILES if "/" in name} >= set(WINGS)
