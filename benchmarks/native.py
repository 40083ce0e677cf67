"""What the recogniser and the detector cost, as the coach loads them and else: `python
benchmarks/native.py --help`

`as it comes`: the detector's library takes as many threads as it likes, and the recogniser's
algebra the kernels that it knows for this processor. `told`: one thread, and the kernels that the
processor can run (`voicecoach/runtime/process_tuning.py`). The recogniser's figure is its share of
a core while it hears, the detector's the processor time of one chunk of 32 ms, in a row and with a
pause before each. `same` is 1 where both tell the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from lib.corpus import VARIABLE, data_folder, recordings, subset
from lib.mixing import read
from lib.report import Row, table, write_json
from voicecoach.core.audio import HEARING_RATE
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime import process_tuning

WAYS = ("as it comes", "told")

CHUNKS, PAUSE = 200, 0.03
"""Chunks of noise for the detector, and the pause before each (s)."""

FED = 512
"""Samples that the recogniser gets at a time."""


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option("--limit", default=60, show_default=True, help="Recordings for the recogniser.")
@click.option("--seed", default=0, show_default=True, help="Of the recordings that are drawn.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
@click.option(
    "--way", type=click.Choice(WAYS), hidden=True, help="Measure this way, in this process."
)
def main(data: Path | None, limit: int, seed: int, json_file: Path | None, way: str | None) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        if way:
            click.echo(json.dumps(measured(way, folder, limit, seed)))
            return
        found = {way: in_a_process_of_its_own(way, folder, limit, seed) for way in WAYS}
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error
    rows = [
        Row(way, metric, float(figures[metric]), unit, count)
        for way, figures in found.items()
        for metric, unit, count in (
            ("recogniser_share", "", limit),
            ("row_us", "us", CHUNKS),
            ("pause_us", "us", CHUNKS),
        )
    ]
    told = [figures["told"] for figures in found.values()]
    rows.append(Row("both", "same", float(told[0] == told[1]), "", limit + CHUNKS))
    click.echo(table(rows))
    if json_file:
        write_json(json_file, "native", rows, seed)


def in_a_process_of_its_own(way: str, folder: Path, limit: int, seed: int) -> dict[str, Any]:
    """Measure one configuration in a new process.

    Libraries read their settings once a process.
    """
    command = [
        sys.executable,
        __file__,
        "--way",
        way,
        "--data",
        str(folder),
        "--limit",
        str(limit),
        "--seed",
        str(seed),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VoicecoachError(f"measuring failed: {done.stderr.strip().splitlines()[-1]}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def measured(way: str, folder: Path, limit: int, seed: int) -> dict[str, Any]:
    """Return the figures of one configuration, and what was recognised."""
    if way == WAYS[0]:
        for name in ("choose_kernels", "prefer_one_thread"):
            setattr(process_tuning, name, lambda: None)
    from voicecoach.app.components import App
    from voicecoach.asr.detection.vad import CHUNK, VoiceActivityDetector

    app = App()
    recognizer = app.model.recognizer(app.grammar, app.costs)
    told: list[str | float] = []
    used = seconds = 0.0
    for one in subset(recordings(folder / "voices"), limit, seed):
        samples, began = read(one.path), time.process_time()
        for at in range(0, len(samples), FED):
            recognizer.feed(samples[at : at + FED])
        told.append(recognizer.finish().text)
        used += time.process_time() - began
        seconds += len(samples) / HEARING_RATE
    figures: dict[str, Any] = {"recogniser_share": used / seconds}
    for metric, pause in (("row_us", 0.0), ("pause_us", PAUSE)):
        detector, random, used = VoiceActivityDetector(), np.random.default_rng(seed), 0.0
        for _ in range(CHUNKS):
            chunk = 0.1 * random.standard_normal(CHUNK, dtype=np.float32)
            time.sleep(pause)
            began = time.process_time()
            told += detector.feed(chunk)
            used += time.process_time() - began
        figures[metric] = 1e6 * used / CHUNKS
    return figures | {"told": told}


if __name__ == "__main__":
    sys.exit(main())
