"""How sure must the recogniser be of a command? `python benchmarks/rejection.py --help`

Everything that is said competes with everyday words; what leaving the commands for those costs decides how many
commands are missed and how many other words are taken for one. This shifts that cost, for words in general and for
the decoys, and prints both shares: for half of the speakers to choose by ("fit"), and for the other half to see
whether the choice holds ("check"). The shift in use, none, has a star.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click
from tqdm import tqdm

from corpus import VARIABLE, data_folder, draw, recordings
from hearing import Outcome, listen
from report import Row, share, table, write_json
from sets import Selection, cases
from voicecoach.app import App
from voicecoach.asr.graph import Costs
from voicecoach.events import VoicecoachError
from voicecoach.session.routine import load_library

SHIFTS = (-4.0, -2.0, 0.0, 2.0, 4.0)
"""Nats by which other words become dearer (positive: more is taken for a command)."""

_COMMANDS = ("voices/clean", "voices/room10dB", "words/stop/clean", "words/stop/10dB")
_OTHERS = ("words/other", "voices/other", "an4/other")


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path), help=f"Recordings; else {VARIABLE}, else ../shared/speech.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most N recordings of each kind.")
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the table here, too.")
def main(data: Path | None, limit: int | None, seed: int, json_file: Path | None) -> None:
    """Print the table."""
    folder = data_folder(data)
    if not folder.is_dir():
        click.echo(f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}.")
        return
    try:
        rows = list(_rows(Selection(folder, limit=limit, seed=seed)))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "rejection", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _rows(chosen: Selection) -> Iterator[Row]:
    trials = {case.name: case.trials for case in cases(chosen, (*_COMMANDS, *_OTHERS))}
    halves = _halves(chosen)
    for shift in SHIFTS:
        app = _app(shift)
        everything = [(name, trial) for name, found in trials.items() for trial in found]
        heard = [
            (name, Outcome(trial, listen(app, trial.sound())))
            for name, trial in tqdm(everything, desc=f"shift {shift:+g}", mininterval=1.0)
        ]
        for half in ("fit", "check"):
            mark = "" if shift else " *"
            mine = [(name, one) for name, one in heard if halves[one.trial.name] == half]
            yield from _shares(f"shift {shift:+g}{mark}/{half}", mine)


def _shares(name: str, heard: Sequence[tuple[str, Outcome]]) -> Iterator[Row]:
    commands = [one for case, one in heard if case in _COMMANDS]
    others = [one for case, one in heard if case in _OTHERS]
    if commands:
        yield share(name, "missed", sum(not one.right for one in commands), len(commands))
        yield share(name, "wrong_command", sum(one.false for one in commands), len(commands))
    if others:
        yield share(name, "false_commands", sum(one.false for one in others), len(others))


def _app(shift: float) -> App:
    usual = Costs()
    entry, decoy = usual.background_entry + shift, usual.decoy + shift
    app = App(costs=replace(usual, background_entry=entry, decoy=decoy))
    app.library = load_library("en", ())
    return app


def _halves(chosen: Selection) -> dict[str, str]:
    """The half in which a recording is: all of a speaker's are in the same."""
    return {
        f"{name}/{one.name}": "check" if draw(chosen.seed, "half", one.speaker or one.name) % 2 else "fit"
        for name in ("voices", "words", "an4")
        for one in recordings(chosen.data / name)
    }


if __name__ == "__main__":
    sys.exit(main())
