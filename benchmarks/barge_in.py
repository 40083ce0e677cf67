"""Is a person heard while the coach is speaking, and does it hear itself? `python
benchmarks/barge_in.py --help`

The coach reads its real prompts and counts in simulated rooms, through its own canceller, ears and
mixer. Recordings of commands are said over it, without any echo and at four levels of it against
the voice; and it reads everything it can say with nobody there. Every scene has a room, a delay
(40-300 ms), a drift of the clocks (up to 200 ppm either way) and a loudspeaker (linear or driven
into mild distortion) of its own; in every third something moves in the middle.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from lib.corpus import VARIABLE, Recording, data_folder, draw, recordings, subset
from lib.hearing import in_processes, the_app, typed
from lib.report import Row, per_hour, share, table, write_json
from lib.sets import Selection
from lib.talking import Heard, Scene, Spoken, run
from voicecoach.core.errors import VoicecoachError
from voicecoach.simulation.room import RoomSettings

LEVELS = (-10.0, 0.0, 5.0, 10.0)
"""The coach's voice against the user's at the microphone (dB)."""

NO_ECHO = -80.0
"""The coach cannot be heard at the microphone, as with headphones: what is missed here no canceller
can bring back."""

IN_A_SCENE = 5
"""Commands that are said in one room."""

EARLY = 1.5
"""Seconds for which the coach has spoken when the first command comes, where that is early."""

TEXTS_IN_A_SCENE = 60
"""Texts that are read in one room with nobody there."""

COUNTS = tuple(str(number) for number in range(1, 31))

_ALL = (NO_ECHO, *LEVELS)
_AT_ONCE = ("stop", "pause")
_PARTS = ("obeyed", "stop", "early", "alone", "noise")
_METRICS = {"obeyed": "obeyed", "stop": "stop_obeyed", "early": "early_obeyed"}
_DRIVE = 3.0
_DRIFT = 200.0
_DISTANCE = re.compile(r"dist=(\d*\.?\d+)")


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--part",
    "parts",
    type=click.Choice(_PARTS),
    multiple=True,
    help="Only this part; may be repeated.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="A quick look: at most N commands, N texts a level.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None,
    parts: Sequence[str],
    limit: int | None,
    seed: int,
    jobs: int,
    json_file: Path | None,
) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    try:
        chosen = Selection(folder, limit=limit, seed=seed)
        scenes = [scene for part in parts or _PARTS for scene in _scenes(part, chosen)]
        played = list(zip(scenes, in_processes(run, scenes, jobs, "scenes"), strict=True))
        for scene, heard in played:
            for line in _errors(scene, heard):
                click.echo(line)
        rows = list(_rows(played))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "barge_in", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _scenes(part: str, chosen: Selection) -> list[Scene]:
    texts, rooms = texts_and_rooms(chosen)
    match part:
        case "obeyed":
            found = [one for one in chosen.recordings("voices") if typed(one.text)]
            return [
                scene
                for level in _ALL
                for scene in commands_over_prompts("obeyed", level, found, texts, rooms, chosen)
            ]
        case "stop":
            words = [one for one in recordings(chosen.data / "words") if one.text in _AT_ONCE]
            voices = [one for one in recordings(chosen.data / "voices") if one.text in _AT_ONCE]
            found = subset(words + voices, chosen.limit, chosen.seed)
            return [
                scene
                for level in _ALL
                for scene in commands_over_prompts("stop", level, found, texts, rooms, chosen)
            ]
        case "early":
            found = [one for one in chosen.recordings("voices") if typed(one.text)]
            return [
                replace(scene, warm_up=EARLY)
                for level in _ALL
                for scene in commands_over_prompts(
                    "early", level, found, texts, rooms, chosen, in_a_scene=1
                )
            ]
        case "alone":
            everything = [*texts, *COUNTS][: chosen.limit]
            return [
                scene for level in LEVELS for scene in alone(level, everything, rooms, chosen.seed)
            ]
        case _:
            return list(_in_noise(texts, rooms, chosen))


def commands_over_prompts(
    part: str,
    level: float,
    found: Sequence[Recording],
    texts: Sequence[str],
    rooms: Sequence[Recording],
    chosen: Selection,
    in_a_scene: int = IN_A_SCENE,
) -> Iterator[Scene]:
    """Return commands in rooms over prompts and counts, a number in each."""
    mixed = np.random.default_rng(chosen.seed).permutation(len(found))
    for number, first in enumerate(range(0, len(found), in_a_scene)):
        mine = [found[index] for index in mixed[first : first + in_a_scene]]
        commands = tuple(
            Spoken(one.path, expected) for one in mine if (expected := typed(one.text))
        )
        rng = np.random.default_rng(draw(chosen.seed, part, str(number)))
        start = int(rng.integers(len(texts)))
        read = (*texts[start : start + 8], *COUNTS[:12])
        yield replace(_scene(f"{part}/{level:g}", level, rooms, rng), texts=read, commands=commands)


def alone(
    level: float, texts: Sequence[str], rooms: Sequence[Recording], seed: int
) -> Iterator[Scene]:
    """Everything the coach can say, with nobody there."""
    for number, first in enumerate(range(0, len(texts), TEXTS_IN_A_SCENE)):
        rng = np.random.default_rng(draw(seed, "alone", str(number)))
        yield replace(
            _scene(f"alone/{level:g}", level, rooms, rng),
            texts=texts[first : first + TEXTS_IN_A_SCENE],
        )


def _in_noise(
    texts: Sequence[str], rooms: Sequence[Recording], chosen: Selection
) -> Iterator[Scene]:
    """Return prompts with noise and music, and nobody there."""
    for number, noise in enumerate(chosen.recordings("noise")):
        rng = np.random.default_rng(draw(chosen.seed, "noise", str(number)))
        start = int(rng.integers(len(texts)))
        scene = _scene("noise", -10.0, rooms, rng)
        yield replace(scene, texts=texts[start : start + 20], noise=noise.path, noise_dbfs=-40.0)


def _scene(name: str, level: float, rooms: Sequence[Recording], rng: np.random.Generator) -> Scene:
    """Draw a room at random.

    The loudspeaker stands nearer to the microphone than the user.
    """
    near = [one for one in rooms if _distance(one) < 1.0] or list(rooms)
    far = [one for one in rooms if _distance(one) >= 1.0] or list(rooms)
    settings = RoomSettings(
        echo_db=level,
        delay=float(rng.uniform(0.04, 0.3)),
        noise_db=-30.0,
        seed=int(rng.integers(2**31)),
        drive=float(rng.choice([0.0, _DRIVE])),
        drift=float(rng.choice([0.0, 1.0]) * rng.uniform(-_DRIFT, _DRIFT)),
        moves_at=15.0 if rng.random() < 1 / 3 else None,
    )
    first, user, moved = (pool[int(rng.integers(len(pool)))].path for pool in (near, far, near))
    return Scene(name, settings, (first, user, moved), ())


def texts_and_rooms(chosen: Selection) -> tuple[list[str], list[Recording]]:
    """Everything that the coach can say, and the rooms to say it in."""
    found = recordings(chosen.data / "rooms")
    if not found:
        raise VoicecoachError(
            f"there are no rooms in {chosen.data / 'rooms'}; put impulse responses there."
        )
    return [text for _, text in the_app(None).prompts()], found


def _distance(room: Recording) -> float:
    found = _DISTANCE.search(room.text)
    return float(found[1]) if found else 1.0


def _errors(scene: Scene, heard: Heard) -> Iterator[str]:
    for command, obeyed in zip(scene.commands, heard.obeyed, strict=True):
        if obeyed != [command.expected]:
            yield f"{scene.name}: {command.path.name}: obeyed {', '.join(map(str, obeyed)) or 'nothing'}"
    for text in heard.self_triggers:
        yield f"{scene.name}: obeyed {text!r}, which nobody said ({scene.settings})"


def _rows(played: Sequence[tuple[Scene, Heard]]) -> Iterator[Row]:
    for level in _ALL:
        case = _case(level)
        for part, metric in _METRICS.items():
            right = _right(played, part, level)
            if not right:
                continue
            yield share(case, metric, sum(right), len(right))
            if level != NO_ECHO:
                possible = [
                    one
                    for one, heard in zip(right, _right(played, part, NO_ECHO), strict=True)
                    if heard
                ]
            if level != NO_ECHO and possible:
                yield share(case, f"{metric}_of_no_echo", sum(possible), len(possible))
        everywhere = [heard for scene, heard in played if scene.name.endswith(f"/{level:g}")]
        if everywhere:
            yield Row(case, "late", sum(one.late for one in everywhere), "", len(everywhere))
            yield Row(
                case,
                "self_triggers",
                sum(len(one.self_triggers) for one in everywhere),
                "",
                len(everywhere),
            )
        alone = [
            heard for scene, heard in played if scene.name == f"alone/{level:g}" and heard.after
        ]
        if alone:
            taken_out = [10 * np.log10(heard.before / heard.after) for heard in alone]
            yield Row(case, "erle", float(np.median(taken_out)), "dB", len(alone))
    noisy = [heard for scene, heard in played if scene.name == "noise"]
    if noisy:
        hours = sum(heard.seconds for heard in noisy) / 3600
        yield per_hour(
            "noise",
            "false_barge_ins_per_hour",
            sum(heard.barge_ins for heard in noisy),
            hours,
            len(noisy),
        )
    whole = sum(heard.seconds for _, heard in played)
    yield Row(
        "cost",
        "core_share",
        sum(heard.echo_seconds for _, heard in played) / whole,
        "",
        len(played),
    )


def _case(level: float) -> str:
    return "no echo" if level == NO_ECHO else f"echo{level:g}dB"


def _right(played: Sequence[tuple[Scene, Heard]], part: str, level: float) -> list[bool]:
    """Return for each command of a part if it, and nothing else, was obeyed.

    The order is equal at every level.
    """
    mine = [(scene, heard) for scene, heard in played if scene.name == f"{part}/{level:g}"]
    pairs = [
        (a, b) for scene, heard in mine for a, b in zip(scene.commands, heard.obeyed, strict=True)
    ]
    return [obeyed == [one.expected] for one, obeyed in pairs]


if __name__ == "__main__":
    sys.exit(main())
