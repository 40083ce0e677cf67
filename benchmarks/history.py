"""How soon does the coach answer from a long history? `python benchmarks/history.py --help`

Years of a session a day, of the routines that come with it, are put into a journal; then it is
timed how long the coach's answers, the page with charts and the other ways to see it take. Page,
terminal and export are those of the commands, from the start of the program to its end. With --day:
when does an idle coach remind, through a day?
"""

from __future__ import annotations

import os
import subprocess
import sys
import time as clock
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from lib.report import Row, table, write_json
from voicecoach.app.builders import silent_coach
from voicecoach.app.components import App
from voicecoach.app.settings import Settings
from voicecoach.app.typed import FAST_RATE, hear_typed
from voicecoach.content.library import load_library
from voicecoach.engine.coach import LogEvent
from voicecoach.history.database import open_database
from voicecoach.history.journal import Journal
from voicecoach.history.journal_access import open_journal
from voicecoach.history.queries import JournalQueries
from voicecoach.history.report import report
from voicecoach.session.plan.serialization import plan_to_json, work_done
from voicecoach.session.plan.steps import PlanStep, WorkStep, make_plan

TIMES = 5
"""How often each is done; the median counts."""

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)

_ANSWERS = {"reminder.water": "i had one", "reminder.exercises": "not now"}

ANSWERED_AFTER = 45.0
"""Seconds from a reminder to its answer, on the day that is led through."""


@click.command(help=__doc__)
@click.option(
    "--years", default=10, show_default=True, type=click.IntRange(1, 50), help="Of a session a day."
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--day",
    is_flag=True,
    help="Lead an idle coach through 24 hours instead, which takes some minutes.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(*, years: int, seed: int, day: bool, json_file: Path | None) -> None:
    """Print the table."""
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "voicecoach" / "journal.db"
        if day:
            rows = list(_day(path))
        else:
            fill(path, 365 * years, seed)
            rows = list(_rows(path, f"{years} years"))
    click.echo(table(rows))
    if json_file:
        write_json(json_file, "history", rows, seed, {"years": years})


def fill(path: Path, days: int, seed: int) -> None:
    """Write a session on each of a number of days."""
    rng = np.random.default_rng(seed)
    library = load_library()
    plans = [(routine.name, make_plan(routine, library)) for routine in library.routines.values()]
    database = open_database(path)
    journal = Journal(database)
    with journal.together():
        for day in range(days):
            name, plan = plans[int(rng.integers(len(plans)))]
            journal.begin(NOW - timedelta(days=days - day), name)
            journal.plan(plan_to_json(plan))
            journal.pain(0.0, "before", int(rng.integers(0, 8)), None, None)
            seconds = _work(journal, plan)
            journal.pain(seconds, "after", int(rng.integers(0, 6)), None, None)
            journal.passed(seconds, len(plan))
            journal.end("done")
            journal.water(NOW - timedelta(days=days - day))
    database.close()


def _work(journal: Journal, plan: tuple[PlanStep, ...]) -> float:
    seconds = 0.0
    for step in plan:
        if isinstance(step, WorkStep):
            journal.work(seconds, work_done(step, step.seconds))
            journal.step_done()
            seconds += step.seconds + 15.0
    return seconds


def _rows(path: Path, case: str) -> Iterator[Row]:
    database = open_database(path)
    past = JournalQueries(database, lambda: NOW)
    environment = {**os.environ, "XDG_DATA_HOME": str(path.parent.parent)}

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "voicecoach", *arguments]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    page = str(path.with_name("history.html"))
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("open", lambda: open_database(path).close()),
        ("answer_progress", past.progress),
        ("answer_unfinished", past.unfinished),
        ("answer_strength", past.strength_lately),
        ("figures", lambda: report(database, NOW.date())),
        ("page", lambda: run("history", "--html", page)),
        ("picture", lambda: run("history", "--png", str(path.with_name("history.png")))),
        ("terminal", lambda: run("history")),
        ("export", lambda: run("export", "-")),
    )
    for metric, ask in asked:
        yield Row(
            case, f"{metric}_s", float(np.median([_seconds(ask) for _ in range(TIMES)])), "s", TIMES
        )
    yield Row(case, "size_mb", path.stat().st_size / 1e6, "MB", 1)
    database.close()


def _day(path: Path) -> Iterator[Row]:
    """Run from midnight to midnight.

    Somebody drinks a minute after each reminder of water, and puts off the exercises.
    """
    began, said, answers = (
        NOW.replace(hour=0),
        list[tuple[datetime, str]](),
        deque[tuple[float, str]](),
    )
    app = App()
    app.settings = Settings(remind_at=(time(17),))

    def watch(entry: LogEvent) -> None:
        line = entry.data.get("line") if entry.kind == "said" else None
        if line in _ANSWERS:
            said.append((began + timedelta(seconds=entry.at), line))
            answers.append((entry.at + ANSWERED_AFTER, _ANSWERS[line]))

    started = clock.perf_counter()
    with open_journal(path, lambda: began + timedelta(seconds=coach.now)) as journal_access:
        coach = silent_coach(
            app, FAST_RATE, journal_access, lambda seconds: began + timedelta(seconds=seconds)
        )
        coach.listeners.append(watch)
        coach.begin()
        silence = np.zeros(coach.block, dtype=np.float32)
        while coach.now < 24 * 3600:
            coach.process_block(silence)
            if answers and answers[0][0] <= coach.now:
                hear_typed(coach, answers.popleft()[1])
    took = clock.perf_counter() - started
    for at, line in said:
        click.echo(f"{at:%H:%M:%S} {line}")
    with closing(open_database(path)) as database:  # which checks it
        (glasses,) = database.execute("SELECT count(*) FROM water").fetchone()
    water = [at.time() for at, line in said if line == "reminder.water"]
    night = sum(not app.settings.day.begin <= at < app.settings.day.end for at in water)
    for metric, value in (
        ("water_reminders", len(water)),
        ("of_them_at_night", night),
        ("exercise_reminders", len(said) - len(water)),
        ("glasses", glasses),
    ):
        yield Row("idle day", metric, value, "", 1)
    yield Row("idle day", "took_s", took, "s", 1)


def _seconds(ask: Callable[[], object]) -> float:
    began = clock.perf_counter()
    ask()
    return clock.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
