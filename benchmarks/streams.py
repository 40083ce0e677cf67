"""What do the sound streams alone cost, and how late is what is heard? `python benchmarks/streams.py --help`

The sound card's edge of the loop with nothing behind it, on a sound server with null sinks: for latencies that are
asked of the drivers, and for blocks of theirs (0: as they like) the share of a core, the round trip, and what was lost.
`reading and writing` is PortAudio's other way, without callbacks, for comparison.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import numpy as np

from devices import sound_card
from report import Row, table, write_json
from voicecoach.audio import portaudio, streams
from voicecoach.audio.device import Device
from voicecoach.events import BLOCK_SECONDS, VoicecoachError

WAYS = ((0.06, 0.0), (0.04, 0.0), (0.03, 0.0), (0.025, 0.0), (0.025, 0.01), (0.025, 0.02))
"""Latency (s) asked for, and block (s)."""

RATE, LATENCY = 48_000, 0.03
"""Of the streams without callbacks (Hz, s)."""

SETTLING, SECONDS = 4.0, 10.0
"""Until the delays are known, and of the measurement."""


@click.command(help=__doc__)
@click.option("--seed", default=0, show_default=True, help="For the table; nothing here is drawn at random.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the table here, too.")
def main(seed: int, json_file: Path | None) -> None:
    """Print the table."""
    try:
        with sound_card() as server:
            if server is None:
                click.echo("skipped: it needs a sound server; `make system` installs one.")
                return
            rows = [row for latency, block in WAYS for row in measured(latency, block)]
            rows.append(Row("reading and writing", "core_share", without_callbacks(), "", 1))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "streams", rows, seed)
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def measured(latency: float, block: float) -> Iterator[Row]:
    """What they cost with this latency and block (s)."""
    settings = streams._settings

    def with_block(library: Any, device: Any) -> dict[str, Any]:
        return {**settings(library, device), **({"blocksize": round(48_000 * block)} if block else {})}

    with (
        patch.object(streams, "_settings", with_block),
        patch.object(streams, "_format", _as_usual),
        Device(latency=latency) as device,
    ):
        _exchange(device, SETTLING)
        before, began, used = device.losses, time.perf_counter(), time.process_time()
        _exchange(device, SECONDS)
        share = (time.process_time() - used) / (time.perf_counter() - began)
        after, late = device.losses, device.round_trip
    case = f"{1000 * latency:g} ms, blocks of {1000 * block:g}"
    yield Row(case, "core_share", share, "", 1)
    yield Row(case, "round_trip_ms", 1000 * late, "ms", 1)
    yield Row(case, "lost_ms", 1000 * (after.silent - before.silent + after.padded - before.padded), "ms", 1)


def without_callbacks() -> float:
    """The share of a core that two streams cost which are read and written in turn, in blocks of the coach's length."""
    sounddevice = portaudio.library()
    frames, form = round(RATE * BLOCK_SECONDS), {"samplerate": RATE, "latency": LATENCY, "dtype": "float32"}
    silence = np.zeros((frames, 2), dtype=np.float32)
    with sounddevice.OutputStream(channels=2, **form) as speaker, sounddevice.InputStream(channels=1, **form) as source:

        def pass_on(seconds: float) -> None:
            for _ in range(round(seconds / BLOCK_SECONDS)):
                speaker.write(silence)
                source.read(frames)

        pass_on(SETTLING)
        began, used = time.perf_counter(), time.process_time()
        pass_on(SECONDS)
        return (time.process_time() - used) / (time.perf_counter() - began)


def _as_usual(library: Any, direction: Any, device: Any, settings: dict[str, Any], rates: Any) -> tuple[int, int]:
    """The format, which no block belongs to."""
    return _FORMAT(library, direction, device, {k: v for k, v in settings.items() if k != "blocksize"}, rates)


_FORMAT = streams._format


def _exchange(device: Device, seconds: float) -> None:
    silence = np.zeros(device.block, dtype=np.float32)
    for _ in range(round(seconds / BLOCK_SECONDS)):
        device.exchange(silence)


if __name__ == "__main__":
    sys.exit(main())
