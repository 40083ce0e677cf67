"""Does the coach grow, or slow down, in eight hours? `python benchmarks/soak.py --help`

It leads one routine after the other in a simulated room, through its own canceller, ears, mixer and
journal. Recordings of commands, talk and noises are heard there, with silence between them; a
routine is started whenever there is none. Nothing that it says is on the disk before. For each
simulated hour: the memory (RSS) of it and of its speech process in the end, the processor time that
a block of 20 ms takes, and that of those blocks in which something was understood.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import psutil
from tqdm import tqdm

from lib.corpus import VARIABLE, Recording, data_folder, recordings, subset
from lib.hearing import the_app, typed
from lib.mixing import read
from lib.report import Row, table, write_json
from voicecoach.app.live import MINUTE
from voicecoach.audio.echo.control import make_echo_control
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Hearing
from voicecoach.history.journal_access import JournalAccess, open_journal
from voicecoach.playback.clip_source import EagerSource
from voicecoach.runtime.process_tuning import give_back_gaps, give_back_memory
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.session import Session
from voicecoach.simulation.room import Room, RoomSettings
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.synthesizer import Synthesizer
from voicecoach.tts.voice_switch import VoiceList

RATE = 48_000
"""Rate (Hz) of the simulated loudspeaker."""

BEGAN = datetime(2026, 6, 1, 9, tzinfo=UTC)

OF_EACH = 60
"""Recordings of each kind that are heard again and again."""

LONGEST = 10.0
"""Seconds of a noise."""

BETWEEN = (6.0, 30.0)
"""Seconds between two things that are heard."""

OFTEN = {"command": 0.5, "talk": 0.2, "noise": 0.15, "nothing": 0.15}
"""How often each is what is heard next."""

WARM_UP = 0.25
"""Hours that do not count in the growth of memory: everything is loaded in the course of it."""

_LOOK = 300.0
"""Seconds between two looks at the memory."""

_ENDS = ("Goodbye",)
"""Commands after which there is no coach any more."""

_ANSWERS = {"idle": "StartRoutine", "checking": "Rating", "paused": "Resume"}
"""What is said to a coach that waits for it."""


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True),
    default=8.0,
    show_default=True,
    help="Simulated.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(data: Path | None, hours: float, seed: int, json_file: Path | None) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        rows = list(measured(sounds_in(folder, seed), hours, seed))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "soak", rows, seed, {"hours": hours})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


# --- what is heard ------------------------------------------------------------------------------


def sounds_in(folder: Path, seed: int) -> dict[str, list[Samples]]:
    """Return sounds by kind: an intent, or talk, or noise.

    All of them are in memory before anything is measured.
    """
    found: dict[str, list[Samples]] = {"talk": [], "noise": []}
    for recording in _drawn(folder / "voices", seed):
        meaning = typed(recording.text)
        if meaning and meaning.intent not in _ENDS:
            found.setdefault(meaning.intent, []).append(read(recording.path))
    for kind, name in (("talk", "chatter"), ("noise", "noise")):
        found[kind] = [
            read(one.path)[: round(LONGEST * HEARING_RATE)] for one in _drawn(folder / name, seed)
        ]
    if "StartRoutine" not in found:
        raise VoicecoachError(
            f"there is no recording in {folder / 'voices'} that starts a routine; put one there."
        )
    return found


def _drawn(folder: Path, seed: int) -> list[Recording]:
    found = recordings(folder)
    starts = [
        one for one in found if one.text.startswith("start")
    ]  # few, and nothing happens without
    return [*subset(found, OF_EACH, seed), *subset(starts, OF_EACH, seed)]


class Visitors:
    """Draws what is heard next."""

    def __init__(self, sounds: Mapping[str, Sequence[Samples]], seed: int):
        self._sounds = sounds
        self._commands = [kind for kind in sounds if kind not in ("talk", "noise")]
        self._rng = np.random.default_rng(seed)

    def pause(self) -> float:
        """Return the seconds until the next sound."""
        return float(self._rng.uniform(*BETWEEN))

    def sound(self, state: str) -> Samples | None:
        """Draw a sound for a coach in `state`; None for silence."""
        kind = str(self._rng.choice(list(OFTEN), p=list(OFTEN.values())))
        answer = _ANSWERS.get(state, "")
        if kind == "command":
            kind = answer if answer in self._sounds else str(self._rng.choice(self._commands))
        found = self._sounds.get(kind)
        return found[int(self._rng.integers(len(found)))] if found else None


# --- what is measured ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Times:
    """Hold the processor seconds of many measurements: median and 99th percentile."""

    median: float
    p99: float
    count: int

    @classmethod
    def of(cls, seconds: Samples) -> Times:
        """Summarise the times of all measurements; NaN where there is none."""
        if not len(seconds):
            return cls(np.nan, np.nan, 0)
        return cls(float(np.median(seconds)), float(np.percentile(seconds, 99)), len(seconds))


@dataclass(frozen=True, slots=True)
class Hour:
    """Hold the observations of one hour.

    They are the memory (bytes) of the coach and of its speech process, and the journal's size at
    the hour's end; the times of a block, and of a block in which something was understood; routines
    begun; and the seconds that the hour took. No more than that is kept, so that the memory
    measured is the coach's.
    """

    resident: int
    speech: int
    journal: int
    blocks: Times
    decided: Times
    routines: int
    took: float


class Soak:
    """A coach in a room, for hours."""

    def __init__(self, stack: ExitStack, sounds: Mapping[str, Sequence[Samples]], seed: int):
        app = the_app(None)
        self._now = 0.0
        self._journal = Path(stack.enter_context(TemporaryDirectory())) / "journal.db"
        journal_access = stack.enter_context(open_journal(self._journal, self._wall))
        clips = ClipCache(Path(stack.enter_context(TemporaryDirectory())))
        voice = stack.enter_context(Synthesizer(app.coach_voice, RATE, clips))
        ring = VoiceList(app.coach_voice, lambda another: Synthesizer(another, RATE, clips))
        source = EagerSource(voice, RATE, stack.enter_context(closing(ring)))
        session = Session(
            app.library,
            app.lines,
            past=journal_access.past,
            alone=not journal_access.taken,
            times=DayTimes(),
        )
        hearing = Hearing(app.utterance_detector(), make_echo_control())
        self._room = Room(RATE, RoomSettings(seed=seed))
        self._coach = Coach(RATE, session, source, app.understand, hearing, clock=_at)
        self._watch(journal_access)
        self._visitors = Visitors(sounds, seed)
        self._next = self._visitors.pause()
        self._out = np.zeros(self._coach.block, dtype=np.float32)
        self._heard = self._routines = 0
        self.memory: list[tuple[float, int]] = []
        self._coach.begin()

    def hour(self, seconds: float) -> Hour:
        """Run for `seconds`, an hour or less, and return its figures."""
        count = round(seconds / BLOCK_SECONDS)
        blocks, decided = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=bool)
        began, routines = time.perf_counter(), self._routines
        for number in range(count):
            if number % MINUTE == 0:
                give_back_gaps()
            before = self._heard
            blocks[number] = self._block()
            decided[number] = self._heard > before
            if self._coach.finished:
                raise VoicecoachError(
                    f"the coach left after {self._coach.now:.0f} s; leave out what made it leave."
                )
        took = time.perf_counter() - began
        resident = psutil.Process().memory_info().rss
        speech = sum(child.memory_info().rss for child in psutil.Process().children())
        journal = sum(
            file.stat().st_size for file in self._journal.parent.glob(f"{self._journal.name}*")
        )
        times = Times.of(blocks), Times.of(blocks[decided])
        return Hour(resident, speech, journal, *times, self._routines - routines, took)

    def _block(self) -> float:
        """Process one block, and return the coach's processor seconds for it."""
        now = self._now = self._coach.now
        if now >= self._next:
            sound = self._visitors.sound(self._coach.session.state)
            ended = now if sound is None else self._room.user_says(sound)
            self._next = ended + self._visitors.pause()
        if now >= _LOOK * len(self.memory):
            self.memory.append((now / 3600, psutil.Process().memory_info().rss))
        microphone = self._room.process_block(self._out)
        began = time.process_time()
        self._out = self._coach.process_block(microphone)
        return time.process_time() - began

    def _watch(self, journal_access: JournalAccess) -> None:
        self._coach.listeners.extend((journal_access.watch, self._note))

    def _note(self, entry: LogEvent) -> None:
        self._heard += entry.kind == "heard"
        self._routines += entry.kind == "routine started"

    def _wall(self) -> datetime:
        return _at(self._now)


def _at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def measured(sounds: Mapping[str, Sequence[Samples]], hours: float, seed: int) -> Iterator[Row]:
    """Return the rows of the table."""
    give_back_memory()
    with ExitStack() as stack:
        soak = Soak(stack, sounds, seed)
        found = []
        parts = [1.0] * int(hours) + [hours % 1] * (hours % 1 > 0)
        for part in tqdm(parts, unit=" hours"):
            found.append(soak.hour(part * 3600))
    for number, hour in enumerate(found, start=1):
        yield from _rows(f"hour {number}", hour)
    yield from whole(found, soak.memory, hours)


def _rows(case: str, hour: Hour) -> Iterator[Row]:
    yield Row(case, "rss_mb", hour.resident / 1e6, "MB", 1)
    yield Row(case, "speech_mb", hour.speech / 1e6, "MB", 1)
    yield Row(case, "block median_ms", 1000 * hour.blocks.median, "ms", hour.blocks.count)
    yield Row(case, "block p99_ms", 1000 * hour.blocks.p99, "ms", hour.blocks.count)
    if hour.decided.count:
        yield Row(case, "utterance median_ms", 1000 * hour.decided.median, "ms", hour.decided.count)
    yield Row(case, "routines", hour.routines, "", 1)
    yield Row(case, "journal_kb", hour.journal / 1e3, "kB", 1)


def whole(
    found: Sequence[Hour], memory: Sequence[tuple[float, int]], hours: float
) -> Iterator[Row]:
    """Return the change of memory and of computing from the first hour to the last.

    Memory is in bytes over hours.
    """
    first, last = found[0], found[-1]
    late = [one for one in memory if one[0] >= min(WARM_UP, hours / 2)]
    if len(late) > 1:
        at, held = np.array(late, dtype=np.float64).T
        growth = np.polyfit(at, held, 1)[0] / 1e6
        yield Row("whole", "growth_mb_per_hour", float(growth), "MB", len(late))
    yield Row(
        "whole", "block last_to_first", last.blocks.median / first.blocks.median, "", len(found)
    )
    if first.decided.count and last.decided.count:
        slower = last.decided.median / first.decided.median
        yield Row("whole", "utterance last_to_first", slower, "", len(found))
    yield Row(
        "whole", "times_real_time", 3600 * hours / sum(hour.took for hour in found), "", len(found)
    )


if __name__ == "__main__":
    sys.exit(main())
