"""What do the sound streams alone cost, and how late is what is heard? `python
benchmarks/streams.py --help`

The sound card's edge of the loop with nothing behind it, on a sound server with null sinks, for
latencies that are asked of the drivers: the share of a core, the round trip (of a click, by a wire
from speaker to microphone), and what was lost. `called back`: by PortAudio, as with other systems
than Linux.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import click
import numpy as np

from lib.devices import round_trip, sound_card
from lib.report import Row, table, write_json
from voicecoach.audio.device import open_stream
from voicecoach.audio.device.sound_card import SoundCard
from voicecoach.core.audio import BLOCK_SECONDS
from voicecoach.core.errors import VoicecoachError

LATENCIES = (0.02, 0.03, 0.04, 0.06)
"""Seconds asked for."""

WAYS = {"": open_stream.BLOCKING_HOST_APIS, ", called back": ()}
"""How sound gets through, and the host APIs that the loop itself reads and writes then."""

SETTLING, SECONDS = 4.0, 10.0
"""Until the delays are known, and of the measurement."""


@click.command(help=__doc__)
@click.option(
    "--seed", default=0, show_default=True, help="For the table; nothing here is drawn at random."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(seed: int, json_file: Path | None) -> None:
    """Print the table."""
    try:
        with sound_card() as server:
            if server is None:
                click.echo("skipped: it needs a sound server; `make system` installs one.")
                return
            server.hear_the_speaker()
            rows = [row for way in WAYS for latency in LATENCIES for row in measured(latency, way)]
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "streams", rows, seed)
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def measured(latency: float, way: str) -> Iterator[Row]:
    """Return the streams' cost with this latency (s)."""
    with (
        patch.object(open_stream, "BLOCKING_HOST_APIS", WAYS[way]),
        SoundCard(latency=latency) as device,
    ):
        _exchange(device, SETTLING)
        before, began, used = device.losses, time.perf_counter(), time.process_time()
        _exchange(device, SECONDS)
        share = (time.process_time() - used) / (time.perf_counter() - began)
        after, late = device.losses, round_trip(device)
    case = f"{1000 * latency:g} ms{way}"
    yield Row(case, "core_share", share, "", 1)
    yield Row(case, "round_trip_ms", 1000 * late, "ms", 1)
    yield Row(
        case,
        "lost_ms",
        1000 * (after.silent - before.silent + after.padded - before.padded),
        "ms",
        1,
    )


def _exchange(device: SoundCard, seconds: float) -> None:
    silence = np.zeros(device.block, dtype=np.float32)
    for _ in range(round(seconds / BLOCK_SECONDS)):
        device.process_block(silence)


if __name__ == "__main__":
    sys.exit(main())
