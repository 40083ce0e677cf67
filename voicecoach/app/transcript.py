"""Write the log for people (a transcript) and for programs (JSON lines)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from voicecoach.core.session_events import SecondPassed

if TYPE_CHECKING:  # whoever writes lines need not wait for the coach
    from voicecoach.engine.coach import LogEvent


def clock(seconds: float) -> str:
    """Format a time as minutes, seconds and tenths: 02:07.5."""
    minutes, tenths = divmod(round(max(0.0, seconds) * 10), 600)
    return f"{minutes:02d}:{tenths / 10:04.1f}"


def transcript_line(entry: LogEvent) -> str | None:
    """Return a line for people: time, speaker, content.

    None for an entry that people need not see.
    """
    data = entry.data
    match entry.kind:
        case "said" if data["tone"]:
            who, what = "coach", f"({data['tone']} tone)"
        case "said":
            who, what = "coach", str(data["text"])
        case "user":
            who, what = "user", str(data["text"])
        case "sound":
            who, what = "room", f"({data['text']})"
        case "heard":
            who, what = "heard", _understood(entry)
        case "state":
            who, what = "state", f"{data['from']} -> {data['to']}"
        case "notice":
            who, what = "device", str(data["text"])
        case _:
            return None
    return f"{clock(entry.at)}  {who:<6} {what}"


def _understood(entry: LogEvent) -> str:
    data = entry.data
    if data["verdict"] == "reject":
        return f'"{data["text"]}": not obeyed, {data["reason"]}'
    slots = data["slots"]
    assert isinstance(slots, dict)
    inside = ", ".join(f"{name}={value}" for name, value in slots.items())
    intent = f"{data['intent']}({inside})" if inside else str(data["intent"])
    doubt = "asks whether it was " if data["verdict"] == "ask" else ""
    return f'"{data["text"]}": {doubt}{intent}, {data["reason"]}'


def json_line(entry: LogEvent) -> str | None:
    """Return a line for programs; None for an entry that only the journal needs."""
    if isinstance(entry.event, SecondPassed):
        return None
    return json.dumps(
        {"t": round(entry.at, 4), "event": entry.kind, **entry.data}, ensure_ascii=False
    )


def writer(
    write: Callable[[str], object], form: Callable[[LogEvent], str | None] = transcript_line
) -> Callable[[LogEvent], None]:
    """Return a listener that writes each entry in `form`, a line each."""

    def watch(entry: LogEvent) -> None:
        line = form(entry)
        if line is not None:
            write(line + "\n")

    return watch
