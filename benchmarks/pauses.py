"""For how long do people fall silent between two words? `python benchmarks/pauses.py --help`

The silences within recordings, as the detector hears them, in shares of the gaps between the words
of their labels: how long a silence is no end yet (voicecoach/turns/end_of_turn.py).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from lib.corpus import VARIABLE, Recording, data_folder, recordings, subset
from lib.mixing import Scene, recorded
from lib.report import Row, share, table, write_json
from voicecoach.asr.detection.vad import CHUNK_SECONDS, VoiceActivityDetector
from voicecoach.core.errors import VoicecoachError

SETS = ("coffee", "an4", "voices")

SILENCES = (0.06, 0.1, 0.25, 0.35, 0.6)
"""Seconds."""

SPEECH, SILENT = 0.5, 0.35
"""Probabilities of the detector: speech begins at the first, and ends below the second."""


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="A quick look: at most N recordings a set."
)
@click.option("--seed", default=0, show_default=True, help="Of the recordings that are drawn.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(data: Path | None, limit: int | None, seed: int, json_file: Path | None) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        rows = [
            row
            for name in SETS
            for row in _rows(name, subset(recordings(folder / name), limit, seed))
        ]
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "pauses", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _rows(name: str, found: Sequence[Recording]) -> Iterator[Row]:
    gaps = sum(len(one.text.split()) - 1 for one in found)
    silent = [seconds for one in found for seconds in silences(one.path)]
    for least in SILENCES if gaps else ():
        yield share(
            name, f"silent for {least:g} s", sum(seconds >= least for seconds in silent), gaps
        )


def silences(path: Path) -> Iterator[float]:
    """Return the seconds of each silence between the first and the last speech."""
    probabilities = VoiceActivityDetector().feed(recorded(path, Scene()))
    speech = np.flatnonzero(np.array(probabilities) >= SPEECH)
    run = 0
    for probability in probabilities[speech[0] : speech[-1] + 1] if len(speech) else ():
        if probability >= SILENT and run:
            yield run * CHUNK_SECONDS
        run = run + 1 if probability < SILENT else 0


if __name__ == "__main__":
    sys.exit(main())
