"""How soon is a command decided, answered and obeyed? `python benchmarks/latency.py --help`

Recordings of commands are said to the coach in a quiet room, block by block as in a live session.
The end of speech is where the recording itself falls silent. A decision counts from there: the
sound that the coach waits for, and what this machine takes to compute. `reply` adds the coach's own
block and what the sound devices hold (PulseAudio null sinks, where they are installed); `stop` what
of that is played nevertheless, and the fade. In `over the coach` "stop" and "pause" are said while
it reads aloud, in a room with its echo: when it decides, and when the loudspeaker has fallen
silent, which may be before that, since it breaks off for whoever speaks.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click
import numpy as np

from lib.corpus import VARIABLE, Recording, data_folder, recordings, subset
from lib.devices import Held, buffers
from lib.hearing import in_processes, meaning, the_app, typed
from lib.mixing import BEFORE, Scene, read, recorded, speech_end
from lib.report import Row, share, table, write_json
from lib.sets import Selection
from lib.stopping import Hushed, flush, hushes
from voicecoach.asr.decoder.vosk_recognizer import hypothesis
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.turns.continuation import in_the_end

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)

SILENCE_AFTER = 2.0
"""Seconds of the room alone after a recording: Vosk's own endpoint takes up to a second."""

ROOM_DBFS = -75.0
"""Level of the room's noise."""

FADE = 0.005
"""Seconds in which the speaker's ring fades out."""

AT_ONCE = ("Stop", "Pause")


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a recording, and the choice of the endpoint.

    It is heard either to the recogniser's own endpoint or to ours.
    """

    recording: Recording
    vosk: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """Hold the result of a recording.

    It has the intent that was meant, whether that and nothing else was obeyed, how long after the
    end of speech (s) it was, and what part of that was computing.
    """

    intent: str
    right: bool
    seconds: float | None
    computing: float


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="A quick look: at most N recordings a set."
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes; more than one disturb.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None, limit: int | None, seed: int, jobs: int, json_file: Path | None
) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        found = [
            one
            for name in ("voices", "words")
            for one in subset(_commands(folder / name), limit, seed)
        ]
        held = buffers()
        ours = list(
            in_processes(partial(decide, seed), [Said(one) for one in found], jobs, "commands")
        )
        vosk = list(
            in_processes(
                partial(decide, seed), [Said(one, vosk=True) for one in found], jobs, "commands"
            )
        )
        scenes = hushes(Selection(folder, limit=limit, seed=seed))
        flushed = [one for found in in_processes(flush, scenes, jobs, "scenes") for one in found]
        rows = [*_rows(ours, vosk, held), *_hush_rows(flushed, held)]
        click.echo(table(rows))
        if json_file:
            devices = asdict(held) if held else None
            write_json(json_file, "latency", rows, seed, {"limit": limit, "devices": devices})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _commands(folder: Path) -> list[Recording]:
    return [one for one in recordings(folder) if typed(one.text)]


def decide(seed: int, said: Said) -> Decided:
    """Say a recording to the coach's ears."""
    expected = typed(said.recording.text)
    assert expected is not None
    sound = goes_on_quietly(recorded(said.recording.path, Scene()), seed)
    ended = BEFORE + speech_end(read(said.recording.path))
    times: dict[int, tuple[float, float]] = {}
    heard = []
    for at, seconds, utterance in _heard(sound, vosk=said.vosk):
        heard.append(utterance)
        times[id(utterance)] = (at + seconds - ended, seconds)
    settled = in_the_end(heard, _understood)
    obeyed = [
        (one, meaning(what.intent or "", what.slots)) for one, what in settled if what.accepted
    ]
    first, computing = times[id(obeyed[0][0])] if obeyed else (None, 0.0)
    return Decided(expected.intent, [what for _, what in obeyed] == [expected], first, computing)


def goes_on_quietly(sound: Samples, seed: int) -> Samples:
    """Place `sound` in a room that makes hardly any noise.

    The room goes on being quiet afterwards.
    """
    sound = np.concatenate([sound, np.zeros(round(SILENCE_AFTER * HEARING_RATE), dtype=np.float32)])
    noise = np.random.default_rng(seed).standard_normal(len(sound), dtype=np.float32)
    return sound + noise * np.float32(10 ** (ROOM_DBFS / 20))


def _understood(heard: Hypothesis) -> Understanding:
    return the_app(None).understand(heard, None)


def _heard(sound: Samples, *, vosk: bool) -> Iterator[tuple[float, float, Hypothesis]]:
    """Return for each utterance when (s) its last block came, and its computing (s).

    Understanding is included in the computing.
    """
    ear = _VoskEndpoint() if vosk else the_app(None).utterance_detector()
    for start in range(0, len(sound) - BLOCK + 1, BLOCK):
        began = time.perf_counter()
        heard = ear.feed(sound[start : start + BLOCK])
        for one in heard:
            _understood(one)
        seconds = time.perf_counter() - began
        for one in heard:
            yield (start + BLOCK) / HEARING_RATE, seconds, one


class _VoskEndpoint:
    """Hear all sound with the same recogniser and graph, without a detector.

    The recogniser ends utterances by its own rules.
    """

    def __init__(self) -> None:
        app = the_app(None)
        self._recognizer = app.model.recognizer(app.grammar, app.costs)
        self._heard = 0.0
        self._began = 0.0

    def feed(self, block: Samples) -> list[Hypothesis]:
        self._heard += len(block) / HEARING_RATE
        if not self._recognizer.feed(block):
            return []
        reading = self._recognizer.finish()
        began, self._began = self._began, self._heard
        if not reading.text:
            return []
        return [hypothesis(reading, began, (began, self._heard), self._heard, Endpoint.RECOGNIZER)]


def _rows(ours: Sequence[Decided], vosk: Sequence[Decided], held: Held | None) -> Iterator[Row]:
    everything = [one for one in ours if one.right]
    at_once = [one for one in everything if one.intent in AT_ONCE]
    answered = BLOCK_SECONDS + (held.round_trip if held else 0.0)
    for case, mine, more in (
        ("decision", everything, 0.0),
        ("reply", everything, answered),
        ("stop", at_once, _to_silence(held)),
    ):
        if mine:
            yield from _times(case, [1000 * ((one.seconds or 0.0) + more) for one in mine])
    yield Row(
        "decision",
        "computing_ms",
        float(np.median([1000 * one.computing for one in ours])),
        "ms",
        len(ours),
    )
    yield share("decision", "errors", sum(not one.right for one in ours), len(ours))
    times = [1000 * one.seconds for one in vosk if one.right and one.seconds is not None]
    if times:
        yield from _times("vosk endpoint", times)
        yield Row("vosk endpoint", "mean_ms", float(np.mean(times)), "ms", len(times))
    yield share("vosk endpoint", "errors", sum(not one.right for one in vosk), len(vosk))
    if held is not None:
        yield Row("devices", "buffers_ms", 1000 * held.round_trip, "ms", 1)
        yield Row("devices", "left_out_ms", 1000 * held.left_out, "ms", 1)


def _to_silence(held: Held | None) -> float:
    """Return the seconds from a decision until all is silent.

    The speaker's ring is not played to its end.
    """
    return FADE + (held.round_trip - held.left_out if held else 0.0)


def _hush_rows(flushed: Sequence[Hushed], held: Held | None) -> Iterator[Row]:
    case, devices = "over the coach", held.round_trip if held else 0.0
    decided = [1000 * one.decided for one in flushed if one.decided is not None]
    if decided:
        yield from _times(case, decided)
        silent = [
            1000 * (one.decided + _to_silence(held) if one.until_then else one.silent + devices)
            for one in flushed
            if one.decided is not None
        ]
        yield from _times(case, silent, "silent_")
    yield share(case, "errors", sum(one.decided is None for one in flushed), len(flushed))


def _times(case: str, milliseconds: Sequence[float], what: str = "") -> Iterator[Row]:
    yield Row(case, f"{what}median_ms", float(np.median(milliseconds)), "ms", len(milliseconds))
    yield Row(
        case, f"{what}p95_ms", float(np.percentile(milliseconds, 95)), "ms", len(milliseconds)
    )


if __name__ == "__main__":
    sys.exit(main())
