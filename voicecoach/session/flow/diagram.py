"""Draw the session chart as Markdown with a Mermaid diagram.

Usage: `python -m voicecoach.session.flow.diagram FILE`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from voicecoach.content.lines import load_lines
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.script.writer import ScriptWriter

_PAGE = """# States of a session

Drawn from the code of the state chart by `make docs`; a test keeps it up to date.

```mermaid
{chart}
```

- **idle**: no routine is running. After "stop" the session keeps its place: "carry on" is `resume`.
- **checking** asks how the legs are, and waits for an answer (not where the check-in is switched
  off: `unchecked`).
- **announcing** explains the exercise; **positioning** leaves time to get there; **working** counts
  a hold, repetitions or a walk; **resting** is a rest or a drink; **comparing** asks how a new
  stretch was. `script_finished` means that the script of the state has been played to its end.
- **paused** keeps the place; **resuming** says the side and the time left, and the history state
  `place` leads back.
- **alarmed** follows a red flag: the advice is given, and nothing leads on but a new beginning,
  asked for twice.
- Questions ("how long is left") are not in the chart: they are answered over whatever is going on.
"""


def page() -> str:
    """Return the page, without the marks of the active state that the library adds."""
    chart = format(SessionChart(RoutineFlow(ScriptWriter(load_lines()))), "mermaid")
    lines = [line.rstrip() for line in chart.splitlines()]
    return _PAGE.format(
        chart="\n".join(
            line for line in lines if ":::" not in line and "classDef" not in line
        ).rstrip()
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
