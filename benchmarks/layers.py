"""What does each layer against the coach's own voice add? `python benchmarks/layers.py --help`

The scenes of barge_in.py, played again and again with one layer left out each time: the same
commands over the same prompts in the same rooms, and the same prompts with nobody there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from barge_in import alone, commands_over_prompts, texts_and_rooms
from lib.cancellers import CANCELLERS
from lib.corpus import VARIABLE, data_folder
from lib.hearing import in_processes, typed
from lib.report import Row, share, table, write_json
from lib.sets import Selection
from lib.talking import Heard, Scene, run
from voicecoach.core.errors import VoicecoachError

LEVELS = (0.0, 10.0)
"""The coach's voice against the user's at the microphone (dB)."""


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--layer", "names", type=click.Choice(list(CANCELLERS)), multiple=True, help="Only these rows."
)
@click.option(
    "--limit",
    default=60,
    show_default=True,
    type=click.IntRange(1),
    help="Commands, and texts, a level.",
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
    names: Sequence[str],
    limit: int,
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
        scenes = list(
            _scenes(Selection(folder, limit=limit, seed=seed), names or tuple(CANCELLERS))
        )
        rows = list(
            _rows(list(zip(scenes, in_processes(run, scenes, jobs, "scenes"), strict=True)))
        )
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "layers", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _scenes(chosen: Selection, names: Sequence[str]) -> Iterator[Scene]:
    texts, rooms = texts_and_rooms(chosen)
    commands = [one for one in chosen.recordings("voices") if typed(one.text)]
    for name in names:
        for level in LEVELS:
            with_user = commands_over_prompts("obeyed", level, commands, texts, rooms, chosen)
            with_nobody = alone(level, texts[: chosen.limit], rooms, chosen.seed)
            for scene in (*with_user, *with_nobody):
                yield replace(scene, canceller=name)


def _rows(played: Sequence[tuple[Scene, Heard]]) -> Iterator[Row]:
    for name in dict.fromkeys(scene.canceller for scene, _ in played):
        mine = [(scene, heard) for scene, heard in played if scene.canceller == name]
        for level in LEVELS:
            here = [(scene, heard) for scene, heard in mine if scene.name.endswith(f"/{level:g}")]
            pairs = [
                (a, b)
                for scene, heard in here
                for a, b in zip(scene.commands, heard.obeyed, strict=True)
            ]
            case = f"{name}, echo {level:g} dB"
            if pairs:
                yield share(
                    case,
                    "obeyed",
                    sum(obeyed == [one.expected] for one, obeyed in pairs),
                    len(pairs),
                )
            yield Row(
                case,
                "self_triggers",
                sum(len(heard.self_triggers) for _, heard in here),
                "",
                len(here),
            )
        seconds = sum(heard.seconds for _, heard in mine)
        yield Row(
            name,
            "core_share",
            sum(heard.echo_seconds for _, heard in mine) / seconds,
            "",
            len(mine),
        )


if __name__ == "__main__":
    sys.exit(main())
