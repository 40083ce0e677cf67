"""Run the commands that README and the pages show, as far as a machine without sound and network
can."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"(?ms)^( *)```(sh|diff)\n(.*?)^ *```$")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

MODEL_FOLDER = ROOT / "models" / "vosk-model-small-en-us-0.15"

REALLY = "really"
"""Run as written, in a folder with the files that the pages have told of, and without the user's
own data."""

HELP = "help"
"""Run with --help, and each option that is given is in that help: needs a sound card, a network, a
model or time."""

MAKE = "make"
"""The Makefile has the target."""

ELSEWHERE = "elsewhere"
"""Belongs to the system, or to a tool that is not this project's."""

HOW: Mapping[str, str] = {
    r"voicecoach (history|privacy|export|import|calendar|forget --(day|audio))\b.*": REALLY,
    r"(echo|printf) .* \| voicecoach type\b.*": REALLY,
    r"voicecoach demo check_in --typed\b.*": REALLY,
    r"voicecoach (type|forget --all|lint|run|demo|doctor|devices|recognize|model (fetch|verify))\b.*": HELP,
    r"python benchmarks/\w+\.py\b.*": HELP,
    r"make \w+": MAKE,
    r"(sudo apt|systemctl|journalctl|launchctl|schtasks|pre-commit) .*": ELSEWHERE,
    r"python3 -m venv \.venv|\. \.venv/bin/activate|pip install .*": ELSEWHERE,
    r"cat >> \S+ <<'EOF'": ELSEWHERE,  # the first change, below
    r"pytest -n0 tests/unit/nlu/test_lint\.py": ELSEWHERE,  # the first change, below
}
"""Command (a pattern) -> how it is run. The first row that fits counts; a command in no row
fails."""


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language, without the indentation of a list."""
    found = [(indent, body) for indent, kind, body in FENCE.findall(text) if kind == language]
    return [re.sub(rf"(?m)^{indent}", "", body) for indent, body in found]


def commands_of(block: str) -> Iterator[str]:
    """The commands of a block, a line each; what a here-document holds belongs to its command."""
    until = ""
    for line in block.splitlines():
        if until:
            until = "" if line == until else until
        elif line:
            here = re.search(r"<<'(\w+)'$", line)
            until = here[1] if here else ""
            yield line


COMMANDS = sorted(
    {
        command
        for page in PAGES
        for block in blocks(page.read_text("utf-8"), "sh")
        for command in commands_of(block)
    }
)


def how(command: str) -> str | None:
    return next((way for pattern, way in HOW.items() if re.fullmatch(pattern, command)), None)


def environment(folder: Path) -> dict[str, str]:
    """Programs of this interpreter first, this copy of the package, and nothing of the user's."""
    programs = folder / "programs"
    if not programs.exists():
        programs.mkdir()
        for name, module in (
            ("voicecoach", " -m voicecoach"),
            ("pytest", " -m pytest"),
            ("python", ""),
        ):
            script = programs / name
            script.write_text(
                f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n', encoding="utf-8"
            )
            script.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "COLUMNS": "200",
    }


def run(
    command: str, folder: Path, where: Path, package: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    variables = environment(folder) | {
        "PYTHONPATH": os.pathsep.join([str(package), str(package / "benchmarks")])
    }
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=where,
        env=variables,
        input="y\n",
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_every_command_is_run_in_some_way() -> None:
    assert len(COMMANDS) > 40
    assert [command for command in COMMANDS if how(command) is None] == [], "add a row to HOW"


def test_no_row_is_left_over() -> None:
    for pattern in HOW:
        assert any(re.fullmatch(pattern, command) for command in COMMANDS), pattern


@pytest.mark.skipif(os.name == "nt", reason="the pages show commands of a POSIX shell")
def test_commands_that_need_nothing_run_as_written(tmp_path: Path) -> None:
    where = tmp_path / "here"
    (where / "routines").mkdir(parents=True)
    tutorial = (ROOT / "docs" / "tutorial" / "your-own-routine.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs" / "reference" / "content-format.md").read_text(encoding="utf-8")
    for name, page in (("evening", tutorial), ("morning", reference)):
        example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
        (where / "routines" / f"{name}.yaml").write_text(example, encoding="utf-8")
    mine = [command for command in COMMANDS if how(command) == REALLY]
    first = run(
        "printf 'start quick routine\\n+9 skip the question\\n+300 goodbye\\n' | voicecoach type",
        tmp_path,
        where,
    )
    assert first.returncode == 0, first.stderr
    order = (
        "| voicecoach type",
        "export",
        "import",
        "history",
        "privacy",
        "calendar",
        "demo",
        "forget",
    )
    for command in sorted(
        mine, key=lambda one: next(place for place, word in enumerate(order) if word in one)
    ):
        done = run(command, tmp_path, where)
        expected = (0, 1) if "calendar" in command else (0,)  # 1: there is no reminder
        assert done.returncode in expected, f"{command}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, command


@cache
def help_of(command: str) -> str:
    words = (
        [sys.executable, "-m", *command.split()]
        if command.startswith("voicecoach")
        else command.split()
    )
    words[0] = sys.executable
    done = subprocess.run([*words, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    if (
        "ModuleNotFoundError" in done.stderr
    ):  # what benchmarks of peers need is not installed everywhere
        return (ROOT / words[1]).read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


HELPED = sorted({command for command in COMMANDS if how(command) == HELP})


def test_options_of_all_other_commands_are_in_their_help() -> None:
    calls = {
        command: re.match(r"voicecoach (model )?\w+|python \S+", command) for command in HELPED
    }
    names = {match[0] for match in calls.values() if match}
    with ThreadPoolExecutor(2) as pool:
        helps = dict(zip(names, pool.map(help_of, names), strict=True))
    for command, match in calls.items():
        assert match, command
        for option in re.findall(r"(?<= )(--?[a-z][a-z-]*)", command):
            assert option in helps[match[0]], f"{command}: there is no {option}"


@pytest.mark.parametrize("command", [command for command in COMMANDS if how(command) == MAKE])
def test_the_makefile_has_the_target(command: str) -> None:
    assert f"\n{command.split()[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


# --- the first change ---------------------------------------------------------------------------


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, with the interpreter of the tests."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = re.search(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", text)
    assert lines, target
    return [line.strip().replace("$(BIN)/python", "python") for line in lines[1].splitlines()]


@pytest.mark.skipif(
    os.name == "nt" or not shutil.which("git"), reason="needs git and a POSIX shell"
)
def test_the_first_change_of_contributing_can_be_carried_out_to_the_letter(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    if MODEL_FOLDER.exists():
        (copy / "models" / MODEL_FOLDER.name).symlink_to(MODEL_FOLDER)
    part = CONTRIBUTING.split("## Ten minutes to the first change", 1)[1].split("\n## ", 1)[0]
    edits, checks = part.split("### Check it", 1)
    for diff in blocks(edits, "diff"):
        applied = subprocess.run(
            ["git", "apply"], cwd=copy, input=diff, capture_output=True, text=True
        )
        assert applied.returncode == 0, applied.stderr + diff
    for block in blocks(edits, "sh"):
        for command in recipe("docs") if block == "make docs\n" else [block]:
            done = run(command, tmp_path, copy, package=copy)
            assert done.returncode == 0, done.stdout + done.stderr
    assert "heel raise" in (copy / "docs" / "reference" / "doses.md").read_text(encoding="utf-8")
    named = [command for block in blocks(checks, "sh") for command in commands_of(block)]
    # The tests of all content do what `voicecoach lint` does; without that one they take seconds.
    named = [f"{one} -k 'not all_content'" if one.startswith("pytest") else one for one in named]
    if not MODEL_FOLDER.exists():
        named.remove("voicecoach lint")
    with ThreadPoolExecutor(2) as pool:
        results = dict(
            zip(
                named,
                pool.map(lambda one: run(one, tmp_path, copy, package=copy), named),
                strict=True,
            )
        )
    for command, done in results.items():
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    typed = next(done.stdout for command, done in results.items() if "voicecoach type" in command)
    assert "HowManyLeft" in typed
