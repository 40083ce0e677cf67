"""Tell the time of day.

Only the journal, the reminders and the age of files may depend on it.
"""

from __future__ import annotations

from datetime import datetime


def wall_clock() -> datetime:
    """Return the local date and time, with the zone."""
    return datetime.now().astimezone()
