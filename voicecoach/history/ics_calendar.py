"""Export the reminders of the exercises as a calendar (RFC 5545) for a phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from voicecoach.core.errors import VoicecoachError

LENGTH = timedelta(minutes=20)
"""Of an entry: a leg routine, and getting to the mat."""


def calendar(reminders: Iterable[time], first: date, written: datetime) -> bytes:
    """Return a calendar with a daily entry for each of `reminders` from `first` on.

    Times are local to the phone. `written` is the time of writing.
    """
    try:
        from icalendar import Alarm, Calendar, Event
    except ImportError as error:
        raise VoicecoachError(
            "a calendar needs icalendar; install it with: pip install 'voicecoach[history]'"
        ) from error
    found = Calendar()
    found.add("prodid", "-//voicecoach//reminders//EN")
    found.add("version", "2.0")
    for at in reminders:
        event = Event()
        event.add("uid", f"{at:%H%M}@voicecoach.invalid")
        event.add("dtstamp", written)
        event.add("dtstart", datetime.combine(first, at))
        event.add("duration", LENGTH)
        event.add("rrule", {"freq": "daily"})
        event.add("summary", "Leg routine")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Time for your legs")
        alarm.add("trigger", timedelta())
        event.add_component(alarm)
        found.add_component(event)
    return bytes(found.to_ical())
