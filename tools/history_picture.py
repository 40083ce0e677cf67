"""Make the picture of the history page: `python tools/history_picture.py FILE.png`.

Typed demo sessions fill a journal in a temporary folder; Chromium then draws the page that
`voicecoach history --html` writes from it. The user's own journal is not touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

WIDTH_PX, HEIGHT_PX = 900, 925
DAYS = (
    0,
    1,
    3,
    4,
    6,
    8,
    10,
    11,
    13,
    15,
    17,
    18,
    20,
    22,
    24,
    25,
    27,
    29,
    31,
    32,
    34,
    36,
    38,
    39,
    41,
)
"""Days on which the demo user exercises, counted from the first. The last one is today."""

CHROMIUM_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

SESSION = """
import sys
from datetime import datetime
import voicecoach.app.live
from voicecoach.cli.main import main
now = datetime.fromisoformat(sys.argv.pop(1))
voicecoach.app.live.wall_clock = lambda: now
main(["type", "--fast", "--quiet"])
"""
"""Runs a typed session as if it began at the time given."""


def typed_lines(number: int) -> str:
    """Return the lines that the demo user types in session `number`.

    The legs get better over the weeks.
    """
    before, after = max(0, 3 - number // 8), max(0, 2 - number // 8)
    routine = ("quick", "hamstring", "calf")[number % 3]
    return f"+9 start {routine} routine\n+9 {before}\n+900 help\n+5 {after}\n+9 goodbye\n"


def main() -> None:
    """Write the picture to the file named on the command line."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if len(sys.argv) != 2 or not chromium:
        raise SystemExit("usage: python tools/history_picture.py FILE.png (needs Chromium)")
    target = Path(sys.argv[1]).resolve()
    first = datetime.now(UTC) - timedelta(days=DAYS[-1])
    with TemporaryDirectory() as name:
        folder = Path(name)
        home = {"XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
        environment = {**os.environ, **home}
        for number, day in enumerate(DAYS):
            when = (first + timedelta(days=day)).isoformat()
            command = [sys.executable, "-c", SESSION, when]
            lines = typed_lines(number)
            subprocess.run(
                command,
                input=lines,
                text=True,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        page = folder / "history.html"
        history = [sys.executable, "-m", "voicecoach", "history", "--html", str(page)]
        subprocess.run(history, env=environment, check=True)
        draw = [chromium, *CHROMIUM_OPTIONS, f"--user-data-dir={folder / 'browser'}"]
        draw += [f"--window-size={WIDTH_PX},{HEIGHT_PX}", f"--screenshot={target}", page.as_uri()]
        subprocess.run(draw, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
