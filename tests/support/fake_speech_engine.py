"""Stand-ins for the speech process, and waiting for it."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

RATE = 48_000
PATIENCE = 60.0
"""Watchdog (s) where nothing is to hang: machines that run tests can be very busy."""

BROKEN = (sys.executable, "-c", "raise SystemExit(1)")

STAND_IN = """
    # Speaks the worker's protocol with a sine instead of a voice: 0.1 s a letter. It notes its
    # process id and every text. What a test wants to go wrong, goes wrong in `trouble`; if that
    # returns true, nothing is said.
    import json, math, os, pathlib, struct, sys, time, wave
    home = pathlib.Path(__file__).parent
    lives = home / "lives"
    lives.open("a").write(f"{os.getpid()}\\n")
    life = len(lives.read_text().split())

    def render(text, path, share=1.0):
        tone = [int(9000 * math.sin(i / 5)) for i in range(int(1600 * len(text) * share))]
        with wave.open(path, "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(struct.pack(f"<{len(tone)}h", *tone))

    def trouble(text, path):
        return False

    #TROUBLE

    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "render" and not trouble(request["text"], request["path"]):
            render(request["text"], request["path"])
            (home / "said").open("a").write(request["text"] + "\\n")
        print("{}", flush=True)
"""


def script(folder: Path, code: str) -> tuple[str, ...]:
    """A command that runs this code in a child process."""
    path = folder / "child.py"
    path.write_text(textwrap.dedent(code), encoding="utf-8")
    return (sys.executable, str(path))


def stand_in(folder: Path, trouble: str = "") -> tuple[str, ...]:
    """A command for a stand-in child. `trouble` is the body of its function of that name; `life`
    counts from 1."""
    body = (
        "def trouble(text, path):\n" + textwrap.indent(textwrap.dedent(trouble), " ")
        if trouble
        else ""
    )
    return script(folder, textwrap.dedent(STAND_IN).replace("#TROUBLE", body))


def until(met: Callable[[], bool]) -> None:
    """Wait for another process or thread."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


GATE = """
while not (home / "open").exists():
    time.sleep(0.005)
"""
