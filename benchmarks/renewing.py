"""What a recogniser that is made anew now and then costs, and saves: `python benchmarks/renewing.py
--help`

Recordings of commands, words and talk, one after the other. For each number of readings after which
there is a new recogniser (0: never): by how much the process has grown at most since the first was
made (its own pages, USS), the share of a core that hearing takes, and how often the best reading is
the same as in the first of the ways.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import psutil

from lib.corpus import VARIABLE, data_folder, recordings, subset
from lib.hearing import the_app
from lib.mixing import read
from lib.report import Row, table, write_json
from voicecoach.asr.decoder import vosk_recognizer as asr
from voicecoach.core.audio import HEARING_RATE
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.process_tuning import give_back_memory

KINDS = ("voices", "words", "chatter")

LONGEST = 6.0
"""Seconds that are heard of one recording."""

LOOK_EVERY = 25
"""Readings from one look at the memory to the next."""

NEVER = sys.maxsize


@dataclass(frozen=True, slots=True)
class Found:
    """Of one way: bytes, share of a core, and the readings."""

    grown: int
    share: float
    readings: list[str]


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Recordings of each kind.",
)
@click.option(
    "--after",
    type=click.IntRange(0),
    default=(0, asr.READINGS, 50, 1),
    multiple=True,
    show_default=True,
    help="Readings; may be given several times.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    help="Of the recordings that are drawn, and their order.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None, limit: int, after: tuple[int, ...], seed: int, json_file: Path | None
) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(
            1, mp_context=spawn, max_tasks_per_child=1
        ) as pool:  # each has memory of its own
            found = {
                number: pool.submit(heard, folder, limit, number, seed).result() for number in after
            }
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error
    reference = next(iter(found.values())).readings
    rows = [row for number, one in found.items() for row in _rows(number, one, reference)]
    click.echo(table(rows))
    if json_file:
        write_json(json_file, "renewing", rows, seed, {"limit": limit})


def _rows(number: int, found: Found, reference: list[str]) -> list[Row]:
    case, count = f"after {number}" if number else "never", len(reference)
    same = sum(one == other for one, other in zip(found.readings, reference, strict=True)) / count
    return [
        Row(case, "grown_mb", found.grown / 1e6, "MB", count),
        Row(case, "core_share", found.share, "", count),
        Row(case, "same", same, "", count),
    ]


def heard(folder: Path, limit: int, after: int, seed: int) -> Found:
    """Return the cost and the readings of one configuration."""
    give_back_memory()
    asr.READINGS = after or NEVER
    drawn = [one.path for kind in KINDS for one in subset(recordings(folder / kind), limit, seed)]
    if not drawn:
        raise VoicecoachError(
            f"there is no recording in {', '.join(KINDS)} of {folder}; put some there."
        )
    np.random.default_rng(seed).shuffle(drawn)
    app = the_app(None)
    recognizer = app.model.recognizer(app.grammar, app.costs)
    memory = [_own_memory()]
    readings, used, seconds = [], 0.0, 0.0
    for number, path in enumerate(drawn, start=1):
        samples = read(path)[: round(LONGEST * HEARING_RATE)]
        began = time.process_time()
        recognizer.feed(samples)
        readings.append(recognizer.finish().text)
        used += time.process_time() - began
        seconds += len(samples) / HEARING_RATE
        if number % LOOK_EVERY == 0:
            memory.append(_own_memory())
    return Found(max(memory) - memory[0], used / seconds, readings)


def _own_memory() -> int:
    return int(psutil.Process().memory_full_info().uss)


if __name__ == "__main__":
    sys.exit(main())
