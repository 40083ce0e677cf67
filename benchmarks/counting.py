"""Are counts on the beat? `python benchmarks/counting.py --help`

The coach counts every second of a hold of half a minute, and leads a whole routine; what leaves its
mixer is recorded, and each count and tone is found in the recording by its own sound. The error of
a count is how far it is from where the one before it says that it should be. `loaded` is the hold
in real time, through PortAudio and a sound server, with both cores busy: what the sound server
played is measured.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np

from lib.devices import sound_card
from lib.hearing import the_app
from lib.report import Row, table, write_json
from voicecoach.audio.device.sound_card import SoundCard
from voicecoach.audio.echo.control import NoMicrophone
from voicecoach.core.actions import Action, Play
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.script import Cue, Script
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Hearing, NullListener
from voicecoach.playback.clip_source import EagerSource
from voicecoach.session.session import Session

RATE = 48_000

SECONDS = 30
"""Length of the hold."""

LATENCY = 0.03
"""Seconds that are asked of the sound card, as a session does."""

AROUND = 0.05
"""Seconds before and after where a count should be in which it is looked for."""

GRID = 0.5
"""Seconds: counts are whole multiples of it apart."""

BEATS = frozenset(
    {
        "count",
        "phase",
        "hold.start",
        "timed.start",
        "hold.half",
        "repetitions.two_more",
        "repetitions.last",
    }
)
"""Lines that fall on a beat."""


@click.command(help=__doc__)
@click.option(
    "--latency",
    type=click.FloatRange(0.005, 0.2),
    default=LATENCY,
    show_default=True,
    help="Asked (s).",
)
@click.option(
    "--seed", default=0, show_default=True, help="For the table; nothing here is drawn at random."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(latency: float, seed: int, json_file: Path | None) -> None:
    """Print the table."""
    try:
        rows = [*_rows("hold", rendered_hold()), *_rows("routine", routine("quick"))]
        with sound_card() as server:
            if server is not None:
                with busy_cores(multiprocessing.cpu_count()), server.record_speaker() as recording:
                    takes = live_hold(latency)
                rows += _rows("loaded", found(recording.samples[:, 0], takes))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "counting", rows, seed)
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _rows(case: str, counts: Sequence[Sequence[float]]) -> Iterator[Row]:
    errors = [off_grid(gap) for onsets in counts for gap in np.diff(onsets)]
    yield Row(case, "worst_error_ms", max(errors), "ms", len(errors))
    drifts = [off_grid(onsets[-1] - onsets[0]) for onsets in counts]
    yield Row(case, "drift_ms", max(drifts), "ms", len(drifts))


def off_grid(seconds: float) -> float:
    """Return how far (ms) an interval is from a multiple of GRID."""
    return 1000 * abs(seconds - round(seconds / GRID) * GRID)


# --- what is performed --------------------------------------------------------------------------


class Take:
    """Record what a coach that is typed to has played.

    For each hold or set it has the clips of its beats, when (s) each began by the log, and their
    onsets (frames).
    """

    def __init__(self, session: Session, source: EagerSource):
        self.source = source
        self.coach = Coach(
            RATE, session, source, the_app(None).understand, Hearing(NullListener(), NoMicrophone())
        )
        self.coach.listeners.append(self._note)
        self.counts: list[list[tuple[float, Samples, int]]] = [[]]
        self.coach.begin()

    def type(self, text: str) -> None:
        """Type a line as if the user had said it now."""
        now = self.coach.now
        self.coach.hear(Hypothesis(text, now, now, now, endpoint=Endpoint.TYPED))

    def _note(self, entry: LogEvent) -> None:
        tone, line = entry.data.get("tone"), entry.data.get("line")
        if entry.kind != "said":
            return
        if tone == "start":
            self.counts.append([])
        if tone != "end" and line not in BEATS:
            return
        clip = self.source.tone(tone) if tone else self.source.ready(str(entry.data["text"]))  # type: ignore[arg-type]
        assert clip is not None
        self.counts[-1].append((entry.at, clip.samples, clip.onset))


class Counter(Session):
    """Counts every second of a hold, and does nothing else."""

    def greet(self, *, half_duplex: bool = False) -> list[Action]:  # noqa: ARG002
        """Begin to count."""
        counts = [
            Cue(self.lines.number(second), at=float(second), line="count")
            for second in range(1, SECONDS)
        ]
        cues = (
            Cue("hold", at=0.0, line="count"),
            *counts,
            Cue(tone="end", at=float(SECONDS), kind="keep"),
        )
        return [Play(Script(cues, seconds=SECONDS + 1.0))]

    def script_finished(self) -> list[Action]:
        """Return no further actions when the script is over."""
        return []


def rendered_hold() -> list[list[float]]:
    """Return the onsets (s) of the counts of a hold in the mixer's output."""
    app = the_app(None)
    with app.synthesizer(RATE) as voice:
        take = Take(Counter(app.library, app.lines), EagerSource(voice, RATE))
        return found(_recorded(take, SECONDS + 2.0), take)


def routine(name: str) -> list[list[float]]:
    """Return the onsets (s) of all counts of a routine.

    "Ready" is never said, so that the routine takes its full time.
    """
    app = the_app(None)
    with app.synthesizer(RATE) as voice:
        take = Take(Session(app.library, app.lines), EagerSource(voice, RATE))
        take.type(f"start {name} routine")
        blocks = [take.coach.process_block(_SILENCE)]
        while take.coach.session.state != "idle":
            blocks.append(take.coach.process_block(_SILENCE))
        return found(np.concatenate(blocks), take)


def live_hold(latency: float = LATENCY) -> Take:
    """Play a hold through the sound card in real time, with a latency (s) asked for."""
    app = the_app(None)
    with app.synthesizer(RATE) as voice, SoundCard(latency=latency) as device:
        source = EagerSource(voice, RATE)
        for number in range(1, SECONDS):
            source.ready(app.lines.number(number))
        source.ready("hold")
        take = Take(Counter(app.library, app.lines), source)
        out = np.zeros(device.block, dtype=np.float32)
        while take.coach.now < SECONDS + 2.0:
            device.process_block(out)
            out = take.coach.process_block(_SILENCE)
        return take


_SILENCE = np.zeros(round(HEARING_RATE * 0.02), dtype=np.float32)


def _recorded(take: Take, seconds: float) -> Samples:
    return np.concatenate(
        [take.coach.process_block(_SILENCE) for _ in range(round(seconds / 0.02))]
    )


@contextmanager
def busy_cores(cores: int) -> Iterator[None]:
    """Run a number of processes that never rest."""
    context = multiprocessing.get_context("spawn")
    spinning = [context.Process(target=_spin, daemon=True) for _ in range(cores)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()


def _spin() -> None:
    while True:
        pass


# --- what is found ------------------------------------------------------------------------------


def found(sound: Samples, take: Take) -> list[list[float]]:
    """Find the beats of each hold and set of `take` in its recording.

    Returns acoustic onsets (s). The recording may have begun at any time.
    """
    counts = [count for count in take.counts if len(count) > 1]
    first_at, first_clip, _ = counts[0][0]
    late = _place(sound, first_clip) / RATE - first_at
    return [
        [_onset(sound, at + late, clip, onset) for at, clip, onset in count] for count in counts
    ]


def _onset(sound: Samples, at: float, clip: Samples, onset: int) -> float:
    begin = max(0, round((at - AROUND) * RATE))
    return (
        begin + _place(sound[begin : begin + round(2 * AROUND * RATE) + len(clip)], clip) + onset
    ) / RATE


def _place(sound: Samples, clip: Samples) -> int:
    """Return the place of `clip` in `sound` (frames)."""
    size = len(sound) + len(clip)
    correlation = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(clip, size).conj(), size)
    return int(np.argmax(correlation[: len(sound) - len(clip) + 1]))


if __name__ == "__main__":
    sys.exit(main())
