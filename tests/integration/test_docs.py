"""What the pages tell people to copy is what the programs take that it is for."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "how-to" / "run-all-day.md").read_text(encoding="utf-8")
UNIT, AGENT, TASK = re.findall(r"```(?:ini|xml)\n(.*?)```", PAGE, re.DOTALL)
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "voicecoach.service"
    unit, changed = re.subn(
        r"(?m)^ExecStart=%h/\S*voicecoach run$", f"ExecStart={sys.executable} run", UNIT
    )
    assert changed == 1
    path.write_text(unit, encoding="utf-8")
    assert verified(path) == ""
    path.write_text(unit.replace("RestartSec=", "RestartSek="), encoding="utf-8")
    assert "RestartSek" in verified(path), "it does look at it"


def verified(unit: Path) -> str:
    """What systemd has to say about a unit."""
    command = [str(ANALYZE), "verify", "--user", "--man=no", str(unit)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(unit.parent)}
    seen = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    return "".join(line for line in seen.stderr.splitlines() if unit.name in line)


def test_launchd_is_told_what_the_page_says() -> None:
    agent = plistlib.loads(AGENT.encode())
    assert f"LaunchAgents/{agent['Label']}.plist" in PAGE, "the file goes by the label"
    assert agent["ProgramArguments"][1:] == ["run"]
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}, "after goodbye it stays away"
    assert set(agent) <= {"Label", "ProgramArguments", "RunAtLoad", "KeepAlive", "ThrottleInterval"}


def test_the_task_of_windows_is_well_formed_and_runs_without_end_on_batteries_too() -> None:
    task = ElementTree.fromstring(TASK)
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert task.tag == f"{space}Task"
    assert [part.tag.removeprefix(space) for part in task] == ["Triggers", "Settings", "Actions"]
    settings = {
        part.tag.removeprefix(space): part.text for part in task.iterfind(f"{space}Settings/*")
    }
    assert settings["DisallowStartIfOnBatteries"] == settings["StopIfGoingOnBatteries"] == "false"
    assert settings["ExecutionTimeLimit"] == "PT0S"
    assert task.findtext(f"{space}Actions/{space}Exec/{space}Arguments") == "run"
