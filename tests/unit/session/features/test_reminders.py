"""Reminders through the day: of a glass of water and of the exercises, never in the way and never
twice unanswered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.support.journal_builder import NOON, Clock, all_rows
from tests.support.session_driver import LIBRARY, LINES, Talk
from voicecoach.app.builders import silent_coach
from voicecoach.app.components import App
from voicecoach.app.typed import run_fast
from voicecoach.content.lines import load_lines
from voicecoach.core.actions import Action, Note
from voicecoach.core.session_events import (
    RemindersCancelled,
    ReminderSet,
    ReminderSettingsChanged,
    WaterDrunk,
    log_entry,
)
from voicecoach.core.understanding import Command
from voicecoach.engine.coach import LogEvent
from voicecoach.history.database import open_database
from voicecoach.history.journal_access import open_journal
from voicecoach.session.features.reminders import APART, SNOOZE, Reminders, clock_time
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.past import NothingKnown
from voicecoach.session.session import Session


class Known(NothingKnown):
    """A past with a last glass and with reminders."""

    def __init__(
        self, glass: datetime | None = None, at: Iterable[time] = (), declined: Iterable[time] = ()
    ) -> None:
        self._glass, self._at, self._declined = glass, tuple(at), tuple(declined)

    def last_glass(self) -> datetime | None:
        return self._glass

    def reminders(self) -> tuple[time, ...]:
        return self._at

    def declined(self) -> tuple[time, ...]:
        return self._declined

    @property
    def lasting(self) -> bool:
        return True


class Day(Talk):
    """A session that is told the time."""

    def __init__(self, past: Known | None = None, times: DayTimes | None = None) -> None:
        super().__init__()
        self.session = Session(LIBRARY, LINES, past=past or Known(NOON), times=times)

    def at(self, now: datetime) -> str:
        """It is `now`; what the coach says."""
        self._take(self.session.minute(now))
        return self.said

    def nobody_answers(self) -> None:
        self._take(self.session.withdraw_question())


def later(**time_passed: float) -> datetime:
    return NOON + timedelta(**time_passed)


WATER = "glass of water"


# --- water --------------------------------------------------------------------------------------


def test_two_hours_after_the_last_glass_the_next_is_due() -> None:
    day = Day()
    assert day.at(later(minutes=119)) == ""
    assert WATER in day.at(later(minutes=120))


def test_who_has_just_sat_down_is_not_told_to_drink() -> None:
    day = Day(Known())
    assert day.at(NOON) == ""
    assert WATER in day.at(later(minutes=121))


@pytest.mark.parametrize(
    ("intent", "noted"), [("HadWater", True), ("Yes", True), ("No", False), ("NotNow", False)]
)
def test_a_glass_is_noted_when_it_was_drunk(intent: str, noted: bool) -> None:
    day = Day()
    day.at(later(hours=2))
    day.say(intent)
    assert [one for one in day.actions if isinstance(one, Note)] == (
        [Note(WaterDrunk())] if noted else []
    )
    assert day.said


def test_after_a_glass_the_two_hours_begin_anew() -> None:
    day = Day()
    day.at(later(hours=2))
    day.say("HadWater")
    day.at(later(hours=2))
    assert day.at(later(minutes=239)) == ""
    assert WATER in day.at(later(minutes=240))


def test_not_now_is_half_an_hour_later() -> None:
    day = Day()
    day.at(later(hours=2))
    assert "half an hour" in day.say("NotNow").said
    assert day.at(later(hours=2) + SNOOZE - timedelta(minutes=1)) == ""
    assert WATER in day.at(later(hours=2) + SNOOZE)


def test_there_are_never_two_in_a_row_without_an_answer() -> None:
    day = Day()
    day.at(later(hours=2))
    day.nobody_answers()
    assert all(day.at(later(minutes=minutes)) == "" for minutes in range(121, 300, 7))
    day.say("Help")
    assert day.at(later(minutes=310)) == "", "nor right after something else was said"
    assert WATER in day.at(later(minutes=330))


def test_only_within_waking_hours() -> None:
    day = Day(times=DayTimes(time(9), time(20), 60))
    late, early = (
        NOON.replace(hour=20, minute=30),
        NOON.replace(hour=8, minute=59) + timedelta(days=1),
    )
    assert day.at(late) == ""
    assert day.at(early) == ""
    assert WATER in day.at(early + timedelta(minutes=1))


def test_not_today_is_silence_until_tomorrow() -> None:
    day = Day(Known(NOON, [time(17)]))
    day.at(later(hours=2))
    assert "until tomorrow" in day.say("QuietDay").said
    assert all(day.at(later(minutes=minutes)) == "" for minutes in range(121, 700, 7))
    assert WATER in day.at(later(days=1))


@pytest.mark.parametrize(
    "lines", [["StartRoutine"], ["StartRoutine", "Next", "Ready"], ["StartRoutine", "Pause"]]
)
def test_never_in_a_routine(lines: list[str]) -> None:
    day = Day()
    for intent in lines:
        day.say(intent, routine="stretch")
    assert day.at(later(hours=5)) == ""


def test_never_while_something_else_is_asked() -> None:
    day = Day()
    day.at(later(hours=2))
    assert day.at(later(hours=9)) == ""


def test_who_wants_none_gets_none() -> None:
    day = Day(times=DayTimes(water_every=0))
    assert all(day.at(later(minutes=minutes)) == "" for minutes in range(0, 700, 7))


def test_a_glass_that_was_drunk_unasked_counts_too() -> None:
    day = Day()
    day.at(later(minutes=100))
    assert Note(WaterDrunk()) in day.say("HadWater").actions
    day.at(later(minutes=100))
    assert day.at(later(minutes=219)) == ""
    assert WATER in day.at(later(minutes=220))


def test_a_break_to_drink_in_a_routine_is_a_glass() -> None:
    day = Day(times=DayTimes(water_every=60))
    day.at(later(minutes=50))
    day.say("StartRoutine", routine="leg").until("resting")
    assert Note(WaterDrunk()) in day.played().actions
    day.say("Stop")
    assert day.at(later(minutes=75)) == ""
    assert WATER in day.at(later(minutes=135))


def test_a_glass_in_a_routine_counts_from_when_it_was_drunk() -> None:
    day = Day(times=DayTimes(water_every=60))
    day.at(later(minutes=10))
    day.say("StartRoutine", routine="stretch").say("HadWater").say("Stop")
    assert day.at(later(minutes=65)) == ""
    assert WATER in day.at(later(minutes=125))


def test_a_break_that_was_left_is_none() -> None:
    day = Day()
    day.say("StartRoutine", routine="leg").until("resting")
    assert Note(WaterDrunk()) not in day.say("Next").actions


# --- the exercises ------------------------------------------------------------------------------


def test_at_the_time_that_was_set_it_offers_to_begin_once_a_day() -> None:
    day = Day(times=DayTimes(water_every=0))
    assert "eight in the morning" in day.say("SetReminder", hour=8, part="morning").said
    assert Note(ReminderSet("08:00")) in day.actions
    morning = NOON.replace(hour=8) + timedelta(days=1)
    assert day.at(morning - timedelta(minutes=1)) == ""
    assert "It is eight in the morning" in day.at(morning)
    day.say("Yes")
    assert day.state == "announcing"
    day.say("Stop")
    assert day.at(morning + timedelta(minutes=5)) == ""
    assert "leg routine" in day.at(morning + timedelta(days=1))


def test_times_from_the_settings_count_too() -> None:
    day = Day(times=DayTimes(water_every=0, exercises=(time(13),)))
    assert "It is one in the afternoon" in day.at(later(hours=1))


def test_what_was_missed_for_long_is_not_made_up_for() -> None:
    day = Day(Known(NOON, [time(8)]), DayTimes(water_every=0))
    assert day.at(NOON) == ""
    assert "leg routine" in day.at(NOON.replace(hour=8, minute=25) + timedelta(days=1))


def test_the_exercises_can_be_put_off_for_half_an_hour() -> None:
    day = Day(Known(NOON, [time(12)]), DayTimes(water_every=0))
    day.at(NOON)
    day.say("NotNow")
    assert day.at(later(minutes=29)) == ""
    assert "leg routine" in day.at(later(minutes=30))


def test_what_was_put_off_is_put_off_once_and_not_every_day() -> None:
    day = Day(Known(NOON, [time(12)]), DayTimes(water_every=0))
    day.at(NOON)
    day.say("NotNow")
    day.at(later(minutes=30))
    day.say("No")
    assert "leg routine" in day.at(later(days=1))
    day.say("No")
    assert day.at(later(days=1, minutes=30)) == ""


def test_what_was_put_off_is_not_made_up_for_the_day_after() -> None:
    day = Day(Known(NOON, [time(12)]), DayTimes(water_every=0))
    day.at(NOON)
    day.say("NotNow")
    assert day.at(NOON.replace(hour=9) + timedelta(days=1)) == ""


@pytest.mark.parametrize(
    ("at", "asked"),
    [
        (time(19), ["19:00", "19:30"]),
        (time(21), ["21:00", "21:30"]),
        (time(23, 45), ["23:45"]),
    ],
)
def test_who_always_puts_it_off_is_left_alone_at_night(at: time, asked: list[str]) -> None:
    """It is promised to ask again only where it does."""
    day, times, promised = Day(Known(NOON, [at]), DayTimes(water_every=0)), [], []
    for minute in range(12 * 60):
        if day.at(later(minutes=minute)):
            times.append(f"{later(minutes=minute):%H:%M}")
            promised.append("half an hour" in day.say("NotNow").said)
    assert times == asked
    assert promised == [True] * (len(asked) - 1) + [False]


def test_water_is_not_kept_waiting_by_exercises_that_are_put_off() -> None:
    day = Day(Known(NOON - timedelta(hours=2), [time(12)]))
    assert "leg routine" in day.at(NOON)
    day.say("NotNow")
    assert day.at(later(minutes=9)) == ""
    assert WATER in day.at(later(minutes=10))


def test_reminders_can_be_cancelled() -> None:
    day = Day(Known(NOON, [time(13), time(17, 30)]), DayTimes(water_every=0))
    said = day.say("CancelReminders").said
    assert (
        said
        == "From now on I remind you no more at one in the afternoon and half past five in the afternoon."
    )
    assert Note(RemindersCancelled(())) in day.actions
    assert day.at(later(hours=1)) == ""
    assert "no reminder" in day.say("CancelReminders").said


SETTINGS = DayTimes(water_every=0, exercises=(time(13), time(8)))


def test_who_cancels_those_of_the_settings_is_told_for_how_long() -> None:
    day = Day(Known(NOON), SETTINGS)
    assert "until you change the times in your settings" in day.say("CancelReminders").said
    assert Note(RemindersCancelled(("13:00", "08:00"))) in day.actions
    assert day.at(later(hours=1)) == ""
    forgetful = Day(NothingKnown(), SETTINGS)  # type: ignore[arg-type]
    assert "come back when I am started anew" in forgetful.say("CancelReminders").said


def test_who_cancels_is_told_that_water_is_another_thing() -> None:
    day = Day(Known(NOON, [time(13)]))
    assert "Of water I remind you as before" in day.say("CancelReminders").said
    assert WATER in day.at(later(hours=2))


def test_what_was_cancelled_stays_cancelled_as_long_as_the_settings_say_the_same() -> None:
    declined = [time(8), time(13)]
    day = Day(Known(NOON, declined=declined), SETTINGS)
    assert day.at(later(hours=1)) == ""
    assert Note(ReminderSettingsChanged()) not in day.actions
    for times in ((time(13),), (time(13), time(8), time(9))):
        changed = Day(Known(NOON, declined=declined), DayTimes(water_every=0, exercises=times))
        assert changed.at(NOON) == ""
        assert Note(ReminderSettingsChanged()) in changed.actions
        assert "leg routine" in changed.at(later(hours=1))


def test_a_new_time_does_not_bring_back_what_was_cancelled() -> None:
    day = Day(Known(NOON), SETTINGS)
    day.say("CancelReminders").say("SetReminder", hour=2)
    assert day.at(later(hours=1)) == ""
    assert "leg routine" in day.at(later(hours=2))
    again = Day(Known(NOON, [time(13)], declined=SETTINGS.exercises), SETTINGS)
    assert "leg routine" in again.at(later(hours=1)), "set by voice after it was cancelled"


@pytest.mark.parametrize(
    ("slots", "at"),
    [
        ({"hour": 8}, time(8)),
        ({"hour": 8, "part": "evening"}, time(20)),
        ({"hour": 12}, time(12)),
        ({"hour": 12, "part": "morning"}, time(0)),
        ({"hour": 3}, time(15)),
        ({"hour": 7, "minute": 30}, time(7, 30)),
        ({"hour": 6, "minute": 45, "part": "morning"}, time(6, 45)),
        ({}, None),
    ],
)
def test_a_time_is_that_part_of_the_day_in_which_one_is_awake(
    slots: dict[str, object], at: time | None
) -> None:
    assert clock_time(slots) == at


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        (time(8), "eight in the morning"),
        (time(19, 30), "half past seven in the evening"),
        (time(12, 15), "twelve fifteen in the afternoon"),
        (time(0), "twelve in the morning"),
        (time(13), "one in the afternoon"),
        (time(1, 5), "one five in the morning"),
    ],
)
def test_times_are_spoken_as_people_say_them(at: time, spoken: str) -> None:
    assert Day().session.context.feature(Reminders).spoken(at) == spoken


@pytest.mark.parametrize(
    ("at", "spoken"),
    [
        (time(13), "ein Uhr am Nachmittag"),
        (time(13, 30), "ein Uhr dreißig am Nachmittag"),
        (time(1, 5), "ein Uhr fünf am Morgen"),
        (time(8), "acht Uhr am Morgen"),
    ],
)
def test_times_are_spoken_in_german_as_people_say_them(at: time, spoken: str) -> None:
    assert Session(LIBRARY, load_lines("de")).context.feature(Reminders).spoken(at) == spoken


def test_not_now_answers_any_other_offer_with_no() -> None:
    talk = Talk().say("StartRoutine", routine="stretch")
    talk.say("Easier").say("Easier")
    assert talk.session.context.question
    talk.say("NotNow")
    assert talk.session.context.question is None
    assert talk.said


def test_without_a_question_it_is_answered_all_the_same() -> None:
    assert Session(LIBRARY, LINES).command(Command("NotNow"))


# --- for days -----------------------------------------------------------------------------------

MIDNIGHT = NOON.replace(hour=0)
Answer = Callable[[int], str | None]
"""What is said to the reminder of that number, counted from 0; None: nothing."""


def idle(
    file: Path, hours: int, answer: Answer, times: DayTimes | None = None
) -> list[tuple[datetime, bool]]:
    """A coach that leads nothing from midnight on, with a real journal, told the time every minute.
    Somebody answers a minute after each reminder, or lets it pass. When there were reminders, and
    whether of water."""
    reminded: list[tuple[datetime, bool]] = []
    clock = Clock(MIDNIGHT)
    with open_journal(file, clock) as journal_access:
        day = Day(times=times)
        day.session = Session(LIBRARY, LINES, past=journal_access.past, times=times)

        def do(actions: list[Action]) -> None:
            for action in actions:
                if isinstance(action, Note):
                    journal_access.watch(
                        LogEvent(
                            (clock.now - MIDNIGHT).total_seconds(),
                            *log_entry(action.event),
                            action.event,
                        )
                    )

        for minute in range(60 * hours):
            clock.now = MIDNIGHT + timedelta(minutes=minute)
            if day.session.context.question is not None:
                intent = answer(len(reminded) - 1)
                if intent:
                    do(day.session.command(Command(intent)))
                do(day.session.withdraw_question())
                if day.session.in_routine:
                    do(day.session.command(Command("Stop")))
            elif said := day.at(clock.now):
                reminded.append((clock.now, WATER in said))
            do(day.actions)
            day.actions = []
    return reminded


def hours(reminded: list[tuple[datetime, bool]]) -> list[str]:
    return [f"{moment:%H:%M}" for moment, _ in reminded]


def test_who_drinks_each_time_is_reminded_six_times_a_day_and_never_at_night(
    tmp_path: Path,
) -> None:
    file = tmp_path / "journal.db"
    reminded = idle(file, 48, lambda number: "HadWater")
    assert len(reminded) == 12
    assert hours(reminded)[:6] == ["09:00", "11:02", "13:04", "15:06", "17:08", "19:10"]
    assert [moment.day for moment, _ in reminded] == 6 * [10] + 6 * [11]
    assert [row["day"] for row in all_rows(file, "water")] == 6 * ["2026-03-10"] + 6 * [
        "2026-03-11"
    ]
    open_database(file).close()  # which checks it


def test_who_never_answers_is_asked_once_and_no_more(tmp_path: Path) -> None:
    assert hours(idle(tmp_path / "journal.db", 48, lambda number: None)) == ["09:00"]


def test_who_always_puts_it_off_is_asked_every_half_hour_until_the_evening(tmp_path: Path) -> None:
    reminded = idle(tmp_path / "journal.db", 24, lambda number: "NotNow")
    assert (hours(reminded)[0], hours(reminded)[-1]) == ("09:00", "19:30")
    gaps = {later - sooner for (sooner, _), (later, _) in pairwise(reminded)}
    assert gaps == {timedelta(minutes=30)}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_answered_it_is_never_a_nuisance(tmp_path: Path, seed: int) -> None:
    """Of water never at night, nor right after anything else, nor twice without an answer, nor on a
    quiet day."""
    rng = Random(seed)
    answers = [
        rng.choice(["HadWater", "HadWater", "Yes", "NotNow", "No", "QuietDay", None])
        for _ in range(200)
    ]
    file = tmp_path / "journal.db"
    reminded = idle(
        file, 72, answers.__getitem__, DayTimes(water_every=60, exercises=(time(8), time(21)))
    )
    assert len(reminded) > 6
    assert all(time(9) <= moment.time() < time(20) for moment, water in reminded if water)
    for number, ((sooner, first), (later, second)) in enumerate(pairwise(reminded)):
        assert later - sooner >= (timedelta(minutes=30) if first else APART) or not second
        if first and answers[number] == "QuietDay":
            assert later.day > sooner.day
        if first and answers[number] is None:
            assert not second, "until somebody has said something"
    open_database(file).close()


# --- in a whole session -------------------------------------------------------------------------


def through_the_day(app: App, path: Path, clock: Clock, *lines: str) -> list[str]:
    """A typed session whose clock on the wall goes with the sound; what the coach said, with the
    hour."""
    said: list[str] = []
    began = clock.now
    with open_journal(path, clock) as journal_access:
        coach = silent_coach(
            app, 8_000, journal_access, lambda seconds: began + timedelta(seconds=seconds)
        )

        def note(entry: LogEvent) -> None:
            if entry.kind == "said" and entry.data["text"]:
                said.append(f"{began + timedelta(seconds=entry.at):%H:%M} {entry.data['text']}")

        coach.listeners.append(note)
        run_fast(coach, lines)
    return said


def test_through_an_afternoon_it_reminds_and_remembers(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, clock = tmp_path / "journal.db", Clock()
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"water_every": 20}))
    said = through_the_day(
        app, file, clock, "+1190", "+40 i had one", "+600", "+20 remind me at five", "+60"
    )
    assert [line[:5] for line in said if WATER in line] == ["12:20"]
    assert any("every day at five in the afternoon" in line for line in said)
    assert len(all_rows(file, "water")) == 1
    clock.now = NOON.replace(hour=16, minute=59)
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"water_every": 0}))
    said = through_the_day(app, file, clock, "+50", "+60 not now", "+1850")
    asked = [line[:5] for line in said if "time for your legs" in line]
    assert asked == ["17:00", "17:30"]


def test_what_was_cancelled_stays_so_when_the_coach_is_started_again(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, clock = tmp_path / "journal.db", Clock()

    def reminded(settings: tuple[time, ...], *lines: str) -> bool:
        monkeypatch.setattr(
            app, "settings", app.settings.model_copy(update={"remind_at": settings})
        )
        return any(
            "time for your legs" in line for line in through_the_day(app, file, clock, *lines)
        )

    clock.now = NOON.replace(minute=59)
    eight = (time(8), time(13))
    assert reminded(eight, "+90")
    assert not reminded(eight, "cancel my reminders", "+90")
    assert not reminded(eight, "+90")
    assert reminded((time(13),), "+90"), "the settings are others"
    assert reminded(eight, "+90"), "and were so once"
