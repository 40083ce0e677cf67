"""How sure must the recogniser be of a command? `python benchmarks/rejection.py --help`

A command is obeyed when talk is less probable by some nats (voicecoach/nlu/confidence.py). This
asks for other shares of them, and prints for each how many commands are missed and how much else is
taken for one: for half of the speakers to choose by ("fit"), and for the other half to see whether
the choice holds ("check"). The lines of a half are the points of its ROC curve. The share in use,
the whole, has a star.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from lib.corpus import VARIABLE, data_folder, draw, recordings
from lib.hearing import Outcome, hear_all, the_app
from lib.report import Row, per_hour, share, table, write_json
from lib.scoring import false_accepts, hours_of
from lib.sets import SETS, Selection, cases
from voicecoach.core.errors import VoicecoachError
from voicecoach.nlu.confidence import rescore

SHARES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)

_COMMANDS = ("voices/clean", "voices/room10dB", "words/stop/clean", "words/stop/10dB")
_OTHERS = ("words/other", "voices/other", "an4/other")
_TALK = ("chatter",)


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="At most N recordings of each kind."
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
        rows = list(_rows(Selection(folder, limit=limit, seed=seed), jobs))
        click.echo(table(rows))
        click.echo(curve(rows))
        if json_file:
            write_json(json_file, "rejection", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _rows(chosen: Selection, jobs: int) -> Iterator[Row]:
    wanted = _COMMANDS + _OTHERS + _TALK
    found = [
        (case.name, trial)
        for case in cases(chosen, wanted)
        if case.name in wanted
        for trial in case.trials
    ]
    outcomes = hear_all([trial for _, trial in found], jobs)
    heard = [(name, one) for (name, _), one in zip(found, outcomes, strict=True)]
    halves = _halves(chosen)
    for half in ("fit", "check"):
        mine = [(name, one) for name, one in heard if halves[one.trial.name] == half]
        for part in SHARES:
            mark = " *" if part == 1.0 else ""
            yield from _shares(
                f"{half}: {part:g} of the margin{mark}",
                [(name, _at(one, part)) for name, one in mine],
            )


def _at(outcome: Outcome, part: float) -> Outcome:
    """Return what would be obeyed if `part` of the usual margin were asked for."""
    understand = the_app(outcome.trial.intents).matcher.understand
    return replace(
        outcome, heard=[(one, rescore(one, None, understand, part)) for one, _ in outcome.heard]
    )


def _shares(name: str, heard: Sequence[tuple[str, Outcome]]) -> Iterator[Row]:
    commands = [one for case, one in heard if case in _COMMANDS]
    others = [one for case, one in heard if case in _OTHERS]
    talk = [one for case, one in heard if case in _TALK]
    if commands:
        yield share(name, "missed", sum(not one.right for one in commands), len(commands))
        yield share(name, "wrong_command", sum(one.false for one in commands), len(commands))
    if others:
        yield share(name, "false_commands", sum(one.false for one in others), len(others))
    if talk:
        false = sum(len(false_accepts(one)) for one in talk)
        yield per_hour(name, "false_accepts_per_hour", false, hours_of(talk), len(talk))


def curve(rows: Sequence[Row]) -> str:
    """Draw the ROC curve of the half to check as a Mermaid chart.

    It shows commands obeyed over words taken for one, both in percent, with a point for each share
    of the margin.
    """
    points = sorted(
        {
            (_percent(rows, row.case, "false_commands"), 100.0 - _percent(rows, row.case, "missed"))
            for row in rows
            if row.case.startswith("check")
        }
    )
    return "\n".join(
        (
            "xychart-beta",
            f'    x-axis "other words taken for commands, %" [{", ".join(f"{false:.2f}" for false, _ in points)}]',
            f'    y-axis "commands obeyed, %" {min(hit for _, hit in points) - 1:.0f} --> 100',
            f"    line [{', '.join(f'{hit:.1f}' for _, hit in points)}]",
        )
    )


def _percent(rows: Sequence[Row], case: str, metric: str) -> float:
    return 100.0 * next(
        (row.value for row in rows if (row.case, row.metric) == (case, metric)), 0.0
    )


def _halves(chosen: Selection) -> dict[str, str]:
    """Return the half in which a recording is; a speaker's recordings stay together."""
    return {
        f"{name}/{one.name}": "check"
        if draw(chosen.seed, "half", one.speaker or one.name) % 2
        else "fit"
        for name in SETS
        for one in recordings(chosen.data / name)
    }


if __name__ == "__main__":
    sys.exit(main())
