"""What does the coach cost while it listens and speaks? `python benchmarks/footprint.py --help`

`voicecoach run` as a user starts it, on a sound server with null sinks, with the echo of its voice
at its microphone (by the speaker's clock; with `--two-clocks` by another one, as where the
microphone is a device of its own): the time until it says that it listens, at the first start after
the sound server's own, which has to wake its devices (`first`), and the median of some more; then
the processor time of all its processes and the most memory that they hold together, while it leads
a routine and nobody else speaks (`leading`), with what of its own voice it heard as words, and
obeyed; and with commands and talk at its microphone all the while (`talk`); and the sound that was
lost since the coach came too late (`silent`, `padded`, `dropped`). With `--busy` another process
has as much to do as one core can, meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import psutil
import soundfile

from counting import busy_cores
from lib.corpus import VARIABLE, data_folder, recordings, subset
from lib.devices import sound_card
from lib.mixing import read
from lib.report import Row, table, write_json
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError

GREETING, STARTING = 9.0, 3.0
"""Seconds until the coach has greeted, and until it has understood which routine is wanted."""

STARTS = 5
"""Starts after the first one."""

SECONDS = 45.0
"""Of each measurement."""

MEMORY_EVERY = 5.0
"""Seconds between two looks at the memory. Each goes through all pages, and would disturb what is
measured if it came often."""

PATIENCE = 60.0
"""Seconds in which it must listen."""

ECHO = ("source=spk.monitor", "sink=micfeed", "latency_msec=60")
"""The coach's own voice comes back at full level to a microphone with a clock of its own."""

PAUSE = 2.0
"""Seconds between two recordings."""

ROUTINE = "start stretching routine"


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option("--busy", is_flag=True, help="Beside a process that never rests.")
@click.option("--two-clocks", is_flag=True, help="Speaker and microphone are two devices.")
@click.option("--seed", default=0, show_default=True, help="Of the recordings that are drawn.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None, busy: bool, two_clocks: bool, seed: int, json_file: Path | None
) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        with busy_cores(int(busy)), sound_card() as server, TemporaryDirectory() as temporary:
            if server is None:
                click.echo("skipped: it needs a sound server; `make system` installs one.")
                return
            start, talk = Path(temporary) / "start.wav", Path(temporary) / "talk.wav"
            soundfile.write(start, _start(folder), HEARING_RATE)
            soundfile.write(talk, _talk(folder, seed), HEARING_RATE)
            if two_clocks:
                server.control("load-module", "module-loopback", *ECHO)
            else:
                server.hear_the_speaker()
            first, *others = [ready(Path(temporary) / str(number)) for number in range(1 + STARTS)]
            rows = [Row("start", "first_s", first, "s", 1)]
            rows.append(Row("start", "ready_s", float(np.median(others)), "s", len(others)))
            with Live(Path(temporary) / "live") as live:
                live.ready()
                time.sleep(GREETING)
                server.play_to_microphone(start)
                time.sleep(STARTING)
                before = live.utterances()
                if "accept" not in before:
                    raise VoicecoachError(f'"{ROUTINE}" was not understood; run it again.')
                rows += live.cost("leading", SECONDS)
                rows += _of_itself(live.utterances()[len(before) :])
                player = server.play_to_microphone(talk)
                rows += [*live.cost("talk", SECONDS), *live.lost()]
                player.kill()
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "footprint", rows, seed, {"busy": busy, "two_clocks": two_clocks})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _start(folder: Path) -> Samples:
    found = [one for one in recordings(folder / "voices") if one.text == ROUTINE]
    if not found:
        raise VoicecoachError(
            f'there is no recording of "{ROUTINE}" in {folder / "voices"}; put one there.'
        )
    return read(found[0].path)


def _of_itself(verdicts: Sequence[str]) -> Iterator[Row]:
    """Return the utterances while nobody else spoke, and those that were obeyed."""
    yield Row("leading", "heard_of_itself", len(verdicts), "", 1)
    yield Row("leading", "obeyed_of_itself", verdicts.count("accept"), "", 1)


def _talk(folder: Path, seed: int) -> Samples:
    """Return a mix of commands and talk."""
    some = [
        *subset(recordings(folder / "voices"), 12, seed),
        *subset(recordings(folder / "chatter"), 12, seed),
    ]
    pause = np.zeros(round(PAUSE * HEARING_RATE), dtype=np.float32)
    return np.concatenate([part for one in some for part in (pause, read(one.path))])


def ready(folder: Path) -> float:
    """Return the seconds until it listens, with its settings and log in `folder`."""
    with Live(folder) as live:
        return live.ready()


class Live:
    """`voicecoach run`, and what its processes take."""

    def __init__(self, folder: Path):
        self._log = folder / "events.jsonl"
        (folder / "voicecoach").mkdir(parents=True)
        (folder / "voicecoach" / "settings.yaml").write_text("check_in: false\n", encoding="utf-8")
        self._environment = os.environ | {"XDG_CONFIG_HOME": str(folder)}
        self._command = [sys.executable, "-m", "voicecoach", "run", "--log", str(self._log)]

    def __enter__(self) -> Live:
        self._began = time.perf_counter()
        self._process = psutil.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._tree():
            process.kill()
        self._process.wait()

    def ready(self) -> float:
        """Return the seconds from its start until it greets, and with that listens."""
        while time.perf_counter() - self._began < PATIENCE:
            if self._process.poll() is not None:
                raise VoicecoachError(
                    "`voicecoach run` ended by itself; run it by hand to see why."
                )
            if self._log.exists() and any(
                json.loads(line).get("event") == "said" for line in self._lines()
            ):
                return time.perf_counter() - self._began
            time.sleep(0.01)
        raise VoicecoachError(
            f"`voicecoach run` did not listen within {PATIENCE:.0f} s; run it by hand to see why."
        )

    def cost(self, case: str, seconds: float) -> Iterator[Row]:
        """Share of a core and most memory within so many seconds."""
        began, before, peak = time.perf_counter(), self._processor_time(), 0
        while time.perf_counter() - began < seconds:
            time.sleep(MEMORY_EVERY)
            peak = max(peak, sum(_own_memory(process) for process in self._tree()))
        used = self._processor_time() - before
        yield Row(case, "core_share", used / (time.perf_counter() - began), "", 1)
        yield Row(case, "peak_mb", peak / 1e6, "MB", 1)

    def lost(self) -> Iterator[Row]:
        """Return the sound lost until the coach last logged its devices.

        It logs them after ten seconds, and then each minute.
        """
        told = [json.loads(line) for line in self._lines()]
        devices = [one for one in told if one.get("event") == "devices"]
        if devices:
            for what in ("silent", "padded", "dropped"):
                yield Row("sound", f"{what}_ms", 1000 * devices[-1][what], "ms", 1)
            yield Row("sound", "round_trip_ms", 1000 * devices[-1]["round_trip"], "ms", 1)

    def utterances(self) -> list[str]:
        """Return the verdict on each utterance so far."""
        told = [json.loads(line) for line in self._lines()]
        return [one["verdict"] for one in told if one.get("event") == "heard"]

    def _lines(self) -> list[str]:
        return [
            line
            for line in self._log.read_text(encoding="utf-8").splitlines(keepends=True)
            if line.endswith("\n")
        ]

    def _tree(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]

    def _processor_time(self) -> float:
        return sum(sum(process.cpu_times()[:2]) for process in self._tree())


def _own_memory(process: psutil.Process) -> int:
    """Return the process's own memory in bytes; 0 where it has ended.

    A process may end at any time, since each sentence is spoken in a fork.
    """
    try:
        return int(process.memory_full_info().uss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    sys.exit(main())
