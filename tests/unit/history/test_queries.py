"""What the journal tells of the sessions before: what to carry on with, and how it goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.journal_builder import NOON, Clock, all_rows, lead
from voicecoach.app.components import App
from voicecoach.core.past_sessions import Comparison
from voicecoach.core.session_events import SecondPassed
from voicecoach.history.database import open_database
from voicecoach.history.journal import Journal
from voicecoach.history.journal_writer import JournalWriter
from voicecoach.history.queries import JournalQueries, streak

STRETCH = {
    "exercise": "straight-knee-calf-stretch",
    "muscles": "calves",
    "kind": "hold",
    "side": "left",
    "set": 1,
    "block": 1,
    "level": "usual",
    "planned": 30,
    "done": 30,
    "seconds": 30.0,
}


class Diary:
    """A journal that is filled in by hand."""

    def __init__(self, path: Path) -> None:
        self.database = open_database(path)
        self.journal = Journal(self.database)
        self.clock = Clock()
        self.past = JournalQueries(self.database, self.clock)

    def session(
        self,
        *,
        days_ago: float = 0,
        outcome: str = "done",
        before: int | None = None,
        **work: object,
    ) -> None:
        self.journal.begin(self.clock.now - timedelta(days=days_ago), "leg routine")
        self.journal.plan("[]")
        if before is not None:
            self.journal.pain(0.0, "before", before, None, None)
        self.journal.work(1.0, {**STRETCH, **work})
        self.journal.passed(60.0, 3)
        if outcome:
            self.journal.end(outcome)


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    found = Diary(tmp_path / "journal.db")
    yield found
    found.database.close()


# --- what was broken off ------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["stopped", ""], ids=["stopped", "the power failed"])
def test_a_session_that_was_broken_off_today_can_be_carried_on_with(
    diary: Diary, outcome: str
) -> None:
    diary.session(days_ago=0.5, outcome=outcome)
    found = diary.past.unfinished()
    assert found is not None
    assert (found.routine, found.plan, found.step) == ("leg routine", "[]", 3)


def test_what_is_older_than_a_day_is_over(diary: Diary) -> None:
    diary.session(days_ago=1.1, outcome="stopped")
    assert diary.past.unfinished() is None


@pytest.mark.parametrize("outcome", ["done", "red flag"])
def test_what_is_done_or_ended_in_alarm_is_not_carried_on_with(diary: Diary, outcome: str) -> None:
    diary.session(days_ago=0.1, outcome=outcome)
    assert diary.past.unfinished() is None


def test_what_was_dropped_is_not_offered_again(diary: Diary) -> None:
    diary.session(days_ago=0.1, outcome="stopped")
    diary.journal.drop()
    assert diary.past.unfinished() is None


def test_where_nothing_was_done_there_is_nothing_to_carry_on_with(diary: Diary) -> None:
    diary.session(days_ago=0.1, outcome="stopped", done=0, seconds=0.0)
    assert diary.past.unfinished() is None


def test_only_the_last_session_is_offered(diary: Diary) -> None:
    diary.session(days_ago=0.3, outcome="stopped")
    diary.session(days_ago=0.1)
    assert diary.past.unfinished() is None


def test_a_clock_that_was_put_back_an_hour_loses_nothing(diary: Diary) -> None:
    diary.session(outcome="stopped")
    diary.clock.pass_on(hours=-1)
    assert diary.past.unfinished() is not None


def test_the_order_of_sessions_is_that_of_time_whatever_their_zones(diary: Diary) -> None:
    diary.journal.begin(datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Pacific/Auckland")), "earlier")
    diary.journal.plan("[1]")
    diary.journal.begin(datetime(2026, 3, 10, 1, tzinfo=ZoneInfo("America/New_York")), "later")
    diary.journal.plan("[2]")
    last = diary.past.last()
    assert last is not None
    assert last.routine == "later"


# --- strength on alternate days -----------------------------------------------------------------


@pytest.mark.parametrize(("days_ago", "rests"), [(0, True), (1, True), (2, False)])
def test_strength_is_rested_for_until_the_day_after_tomorrow(
    diary: Diary, days_ago: int, rests: bool
) -> None:
    diary.session(days_ago=days_ago, muscles="strength", exercise="chair-squat", kind="repetitions")
    assert diary.past.strength_lately() is rests


def test_strength_that_was_left_out_is_not_rested_for(diary: Diary) -> None:
    diary.session(days_ago=1, muscles="strength", done=0, seconds=0.0)
    assert not diary.past.strength_lately()


# --- how it goes --------------------------------------------------------------------------------


@given(
    days=st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1))),
    today=st.dates(date(2026, 1, 1), date(2026, 3, 2)),
)
def test_a_streak_is_the_days_in_a_row_up_to_today_or_yesterday(
    days: set[date], today: date
) -> None:
    length = streak(days, today)
    last = today if today in days else today - timedelta(days=1)
    assert all(last - timedelta(days=number) in days for number in range(length))
    assert last - timedelta(days=length) not in days
    assert streak(days | {today}, today) >= length, "training today never breaks it"


@given(
    moments=st.lists(st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20)), max_size=12),
    now=st.datetimes(datetime(2026, 4, 1), datetime(2026, 4, 20)),
    where=st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"]
    ),
)
def test_days_are_those_of_the_place_daylight_saving_or_not(
    moments: list[datetime], now: datetime, where: str
) -> None:
    zone = ZoneInfo(where)
    database = sqlite3.connect(":memory:", isolation_level=None)
    from voicecoach.history.database import MIGRATIONS

    for script in MIGRATIONS:
        database.executescript(script)
    journal = Journal(database)
    for moment in moments:
        journal.begin(moment.replace(tzinfo=zone), "leg routine")
        journal.work(0.0, STRETCH)
        journal.end("done")
    progress = JournalQueries(database, lambda: now.replace(tzinfo=zone)).progress()
    assert progress.sessions == len(moments)
    assert progress.streak == streak({moment.date() for moment in moments}, now.date())
    week = [
        moment
        for moment in moments
        if timedelta() <= now.date() - moment.date() < timedelta(days=7)
    ]
    assert progress.this_week == len(week)
    database.close()


def test_a_session_in_which_nothing_was_done_counts_for_nothing(diary: Diary) -> None:
    diary.session(done=0, seconds=0.0)
    assert diary.past.progress().sessions == 0


def test_pain_before_the_first_sessions_is_compared_with_the_last_ones(diary: Diary) -> None:
    for number, rating in enumerate([6, 6, 5, 4, 3, 3]):
        diary.session(days_ago=10 - number, before=rating)
    pain = diary.past.progress().pain
    assert pain is not None
    assert pain.first == pytest.approx(17 / 3)
    assert pain.last == pytest.approx(10 / 3)


def test_two_numbers_are_no_trend(diary: Diary) -> None:
    for number, rating in enumerate([9, 1]):
        diary.session(days_ago=2 - number, before=rating)
    assert diary.past.progress().pain is None


def test_what_has_become_easier_is_what_is_done_harder_now(diary: Diary) -> None:
    diary.session(days_ago=5, level="easier")
    diary.session(days_ago=5, level="usual", exercise="plank")
    diary.session(days_ago=1, level="usual")
    diary.session(days_ago=1, level="easier", exercise="plank")
    assert diary.past.progress().easier == ("straight-knee-calf-stretch",)


def test_the_hold_that_has_grown_most_is_told(diary: Diary) -> None:
    diary.session(days_ago=5, seconds=20.0)
    diary.session(days_ago=5, seconds=30.0, exercise="other")
    diary.session(days_ago=1, seconds=40.0)
    diary.session(days_ago=1, seconds=33.0, exercise="other")
    assert diary.past.progress().longer == Comparison(20.0, 40.0, "straight-knee-calf-stretch")


def test_what_was_imported_later_but_done_earlier_comes_first(diary: Diary) -> None:
    for number, rating in enumerate([3, 3]):
        diary.session(days_ago=2 - number, before=rating, seconds=40.0, level="usual")
    for number, rating in enumerate([7, 7]):
        diary.session(days_ago=9 - number, before=rating, seconds=20.0, level="easier")
    progress = diary.past.progress()
    assert progress.pain == Comparison(7.0, 3.0)
    assert progress.easier == ("straight-knee-calf-stretch",)
    assert progress.longer == Comparison(20.0, 40.0, "straight-knee-calf-stretch")


def test_a_journal_that_cannot_be_read_does_not_end_the_session(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    diary.database.execute("DROP TABLE work")
    assert diary.past.progress().sessions == 0
    assert "the journal cannot be read" in caplog.text


def test_a_moment_without_a_zone_is_refused(diary: Diary) -> None:
    with pytest.raises(ValueError, match="zone"):
        diary.journal.begin(datetime(2026, 1, 1), "leg routine")


def test_a_recorder_outside_a_session_writes_no_work(diary: Diary) -> None:
    class Entry:
        at, kind, data = 1.0, "second", {"step": 0, "work": STRETCH}
        event = SecondPassed(0, None, STRETCH)

    JournalWriter(diary.journal).write([(Entry(), NOON.astimezone(UTC))])
    assert diary.database.execute("SELECT count(*) FROM work").fetchone() == (0,)


# --- by voice -----------------------------------------------------------------------------------

BROKEN_OFF = ("start quick routine", "+3 two", "+3 next", "+20 ready", "+8 stop")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_on_starting_the_place_is_told_and_yes_carries_on_there(app: App, file: Path) -> None:
    clock = Clock()
    lead(app, file, clock, *BROKEN_OFF)
    clock.pass_on(hours=3)
    said = lead(app, file, clock, "+16 yes", "+40 ready", "+30 stop")
    assert "Last time you stopped at standing hamstring stretch, left leg." in said
    assert any(text == "Here comes the rest of it. Quick routine." for text in said)
    assert not any("Walk" in text for text in said)
    (session,) = all_rows(file, "session")
    assert session["day"] == "2026-03-10"
    holds = [row for row in all_rows(file, "work") if row["kind"] == "hold"]
    assert [(row["side"], row["outcome"]) for row in holds][:2] == [
        ("left", "partly"),
        ("left", "done"),
    ]


def test_who_says_no_is_not_asked_again(app: App, file: Path) -> None:
    lead(app, file, Clock(), *BROKEN_OFF)
    assert any("All right" in text for text in lead(app, file, Clock(), "+16 no"))
    assert not any("Last time" in text for text in lead(app, file, Clock(), "+16 help"))


def test_it_can_be_carried_on_with_later_too(app: App, file: Path) -> None:
    lead(app, file, Clock(), *BROKEN_OFF)
    said = lead(app, file, Clock(), "+60 pick up where we left off", "+10 stop")
    assert any(text == "Here comes the rest of it. Quick routine." for text in said)


def test_once_another_session_has_begun_the_old_one_is_past(app: App, file: Path) -> None:
    lead(app, file, Clock(), *BROKEN_OFF)
    said = lead(app, file, Clock(), "start stretch routine", "+3 next", "+2 red flag", "+2 stop")
    assert said
    with_nothing = lead(app, file, Clock(), "+30 no", "+4 carry on", "+6 help")
    assert any("nothing to carry on with" in text for text in with_nothing)


def test_the_last_session_can_be_had_once_more(app: App, file: Path) -> None:
    lead(app, file, Clock(), "something short for my calves", "+5 two", "+30 stop")
    said = lead(app, file, Clock(), "+16 no", "+6 the same as last time", "+8 two", "+20 stop")
    assert any("Session for the calves" in text for text in said)
    assert "It is the one from last time." in said


def test_without_a_last_session_that_is_said(app: App, file: Path) -> None:
    assert any(
        "I know of no session" in text
        for text in lead(app, file, Clock(), "the same as last time", "+9 help")
    )


def test_an_exercise_that_is_no_more_makes_nothing_to_carry_on_with(app: App, file: Path) -> None:
    lead(app, file, Clock(), *BROKEN_OFF)
    database = open_database(file)
    database.execute(
        "UPDATE session SET plan = replace(plan, 'standing-hamstring-stretch', 'levitation')"
    )
    database.close()
    assert not any("Last time" in text for text in lead(app, file, Clock(), "+16 help"))


# --- what needs no full explanation any more ----------------------------------------------------


@pytest.mark.parametrize(("days_ago", "knows"), [(0, True), (29, True), (31, False)])
def test_an_exercise_is_familiar_for_a_month(diary: Diary, days_ago: int, knows: bool) -> None:
    diary.session(days_ago=days_ago)
    assert diary.past.known_exercises() == ({"straight-knee-calf-stretch"} if knows else set())


def test_what_was_not_done_to_its_end_is_explained_once_more(diary: Diary) -> None:
    diary.session(done=12, seconds=12.0)
    assert diary.past.known_exercises() == set()
