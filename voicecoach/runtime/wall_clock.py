"""The clock on the wall, for what alone wants to know it: the journal and the reminders."""

from __future__ import annotations

from datetime import datetime


def wall_clock() -> datetime:
    """The date and the time here, with the zone."""
    return datetime.now().astimezone()
