"""Remind of a glass of water, and of the exercises, through the day.

The coach only reminds where nothing else goes on, of water within waking hours and never twice
without an answer; "not today" is silence until tomorrow. The wall clock is passed in minute by
minute; this module never reads one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from voicecoach.core.actions import Note, Play
from voicecoach.core.script import Cue
from voicecoach.core.session_events import (
    RemindersCancelled,
    ReminderSet,
    ReminderSettingsChanged,
    WaterDrunk,
)
from voicecoach.session.context import SessionContext
from voicecoach.session.features.planning import start
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.request import PlanRequest

PATIENCE = 60.0
"""Seconds for which an answer to a reminder counts: one may have to swallow first."""

SNOOZE = timedelta(minutes=30)
"""How much later "not now" is."""

APART = timedelta(minutes=10)
"""How long after the exercises water comes at the earliest."""

STILL_TIMELY = timedelta(minutes=30)
"""How late a reminder of the exercises may be: before that a session may be going on."""

TIME_LINES = ("time", "time.half", "time.minutes")
ONE_O_CLOCK_LINES = ("time.one", "time.one.half", "time.one.minutes")
"""Lines of a time on the hour, at half past, and otherwise.

Many languages have another word for one o'clock.
"""

ROUTINE = "leg"
"""What it is offered to begin with."""


class Reminders:
    """Remind of what is due at the user's times of the day."""

    def __init__(self, context: SessionContext):
        times = context.times
        self._context = context
        self._times = times
        declined = set(context.past.declined())
        self._settings_changed = bool(declined) and declined != set(times.exercises)
        wanted = () if declined and not self._settings_changed else times.exercises
        self._stretches = {*context.past.reminders(), *wanted}
        self._reminded: dict[time, date] = {}
        self._put_off: datetime | None = None
        self._exercises_told: datetime | None = None
        self._again = False
        self._last_glass = context.past.last_glass()
        self._snoozed: datetime | None = None
        self._awaiting = False
        self._refreshed = False
        self._quiet: date | None = None
        self._now: datetime | None = None

    # --- the clock -------------------------------------------------------------------------------

    def minute(self, now: datetime) -> None:
        """Remind of what is due `now`. Call it where nothing else goes on."""
        if self._refreshed or (self._now is None and self._last_glass is None):
            self._last_glass = now  # nobody is told to drink after a drink, nor on sitting down
            self._refreshed = False
        if self._settings_changed:  # what was cancelled was what they were before
            self._context.act(Note(ReminderSettingsChanged()))
            self._settings_changed = False
        self._now = now
        if self._quiet == now.date():
            return
        if self._exercise_due(now):
            self._exercises_told = now
            self._remind_of_exercises(now)
        elif self._water_due(now):
            self._remind_of_water()

    def _exercise_due(self, now: datetime) -> bool:
        """Return True if a reminder of the exercises is due and not yet given."""
        again, self._put_off = (
            (self._put_off, None)
            if self._put_off and now >= self._put_off
            else (None, self._put_off)
        )
        fresh = [
            due
            for due in self._stretches
            if _timely(due, now) and self._reminded.get(due) != now.date()
        ]
        self._reminded |= dict.fromkeys(fresh, now.date())
        self._again = again is not None and not fresh
        return bool(fresh) or (
            again is not None and now - again < STILL_TIMELY and again.date() == now.date()
        )

    def _water_due(self, now: datetime) -> bool:
        every = self._times.water_every
        if not every or self._awaiting or not self._times.begin <= now.time() < self._times.end:
            return False
        if self._exercises_told is not None and now - self._exercises_told < APART:
            return False  # one thing after the other
        if self._snoozed is not None:
            return now >= self._snoozed
        assert self._last_glass is not None
        return now - self._last_glass >= timedelta(minutes=every)

    # --- what is said ----------------------------------------------------------------------------

    def _remind_of_water(self) -> None:
        self._awaiting, self._snoozed = True, None
        also = {"HadWater": self.drunk, "NotNow": self.later, "QuietDay": self.quiet}
        self._say(
            "reminder.water",
            Offer(
                self._cue("reminder.water"), self.drunk, self.later, patience=PATIENCE, also=also
            ),
        )

    def _remind_of_exercises(self, now: datetime) -> None:
        routine = self._context.library.routines.get(ROUTINE)
        if routine is None:
            return
        cue = self._cue("reminder.exercises", time=self.spoken(now.time()), routine=routine.name)
        later = {"NotNow": self._exercises_later, "QuietDay": self._not_today}
        self._say(
            "reminder", Offer(cue, self._begin, self._not_today, patience=PATIENCE, also=later)
        )

    def _say(self, name: str, offer: Offer) -> None:
        flow = self._context.flow
        flow.question = offer
        flow.actions.append(Play(flow.writer.flow(name, offer.cue)))

    def _cue(self, line: str, **values: object) -> Cue:
        return self._context.flow.writer.cue(line, **values)

    # --- what is answered ------------------------------------------------------------------------

    def heard(self) -> None:
        """Take note that somebody is there: the next reminder is due in half an hour."""
        if self._awaiting and self._now is not None:
            self._snoozed = self._now + SNOOZE
        self._awaiting = False

    def drunk(self) -> None:
        """Log a glass of water, and say so."""
        self.break_over()
        self._context.flow.reply("water.logged")

    def break_over(self) -> None:
        """Log a glass of water after a break to drink.

        Its time is that of the next call of `minute`.
        """
        self._awaiting, self._snoozed, self._refreshed = False, None, True
        self._context.act(Note(WaterDrunk()))

    def later(self) -> None:
        """Put the reminder of water off."""
        self._awaiting = False
        if self._now is not None:
            self._snoozed = self._now + SNOOZE
        self._context.flow.reply("reminder.later")

    def quiet(self) -> None:
        """Remind of nothing more today."""
        self._quiet = self._now.date() if self._now else None
        self._awaiting = False
        self._context.flow.reply("reminder.quiet")

    def add(self, at: time) -> None:
        """Remind of the exercises every day at `at`."""
        self._stretches.add(at)
        self._context.act(Note(ReminderSet(at.isoformat("minutes"))))
        self._context.flow.reply("reminder.set", time=self.spoken(at))

    def cancel(self) -> None:
        """Stop reminding of the exercises."""
        there, self._stretches, self._put_off = sorted(self._stretches), set(), None
        settings = tuple(at.isoformat("minutes") for at in self._times.exercises)
        flow, lines = self._context.flow, self._context.lines
        flow.actions.append(Note(RemindersCancelled(settings)))
        if not there:
            flow.reply("reminder.none")
            return
        more = []
        if set(there) & set(self._times.exercises):
            more.append(
                "reminder.cancelled.settings"
                if self._context.past.lasting
                else "reminder.cancelled.for-now"
            )
        if self._times.water_every:
            more.append("reminder.water.stays")
        flow.reply(
            "reminder.cancelled", *more, times=lines.joined([self.spoken(at) for at in there])
        )

    def spoken(self, at: time) -> str:
        """Return a time of the day as one says it: "half past seven in the evening"."""
        lines = self._context.lines
        part = (
            "part.morning" if at.hour < 12 else "part.afternoon" if at.hour < 18 else "part.evening"
        )
        form = 1 if at.minute == 30 else 2 if at.minute else 0
        line = (ONE_O_CLOCK_LINES if at.hour % 12 == 1 else TIME_LINES)[form]
        hour = (at.hour - 1) % 12 + 1
        return lines.phrase(line, hour=hour, minute=at.minute, part=lines.phrase(part))

    def _begin(self) -> None:
        start(self._context, PlanRequest(routine=ROUTINE))

    def _exercises_later(self) -> None:
        """Remind once more in half an hour, unless that is at night or tomorrow."""
        assert self._now is not None
        again = self._now + SNOOZE
        if again.date() > self._now.date() or (self._again and again.time() >= self._times.end):
            self._not_today()
            return
        self._put_off = again
        self._context.flow.reply("reminder.later")

    def _not_today(self) -> None:
        self._context.flow.reply("reminder.not-today")


def _timely(due: time, now: datetime) -> bool:
    return timedelta() <= now - datetime.combine(now.date(), due, now.tzinfo) < STILL_TIMELY


def _had_water(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.feature(Reminders).drunk()


def _quiet_day(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.feature(Reminders).quiet()


def _set(context: SessionContext, slots: Mapping[str, object]) -> None:
    at = clock_time(slots)
    if at is None:
        context.flow.reply("reminder.when")
    else:
        context.feature(Reminders).add(at)


def _cancel(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.feature(Reminders).cancel()


def clock_time(slots: Mapping[str, object]) -> time | None:
    """Return the time of the day in `slots`; None where there is none.

    Without a part of the day it is the one in which people are awake: seven to twelve before noon,
    the other hours after it.
    """
    hour, minute = slots.get("hour"), slots.get("minute", 0)
    if not isinstance(hour, int) or not isinstance(minute, int):
        return None
    part = slots.get("part")
    afternoon = part in ("afternoon", "evening") or (part is None and hour % 12 < 7)
    return time(hour % 12 + 12 * afternoon, minute)


HANDLERS = {
    "HadWater": _had_water,
    "QuietDay": _quiet_day,
    "SetReminder": _set,
    "CancelReminders": _cancel,
}
"""Intent -> what it does."""
