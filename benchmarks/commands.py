"""How well are commands heard, and what else is taken for one? `python benchmarks/commands.py
--help`

Recordings go through the product's own hearing and understanding, block by block as in a live
session, with the whole grammar active. An order of coffee is right when exactly one command is
obeyed, and its intent and every slot are right; a phrase or a word when exactly one command is
obeyed, and it is the one that the text of the label means when it is typed. Noise is mixed at the
ratio of the mean power of the whole recording to that of the noise under it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from lib.corpus import VARIABLE, data_folder
from lib.hearing import Outcome, hear_all
from lib.report import Row, table, write_json
from lib.scoring import Case, errors, mean_of, set_aside
from lib.sets import SETS, SNRS, Selection, cases
from voicecoach.core.errors import VoicecoachError

_FIRST_ERRORS = 20


@click.command(help=__doc__)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help=f"Recordings; else {VARIABLE}, else ../shared/speech.",
)
@click.option(
    "--set", "names", multiple=True, metavar="NAME", help=f"{', '.join(SETS)}, or a case."
)
@click.option(
    "--snr",
    "snrs",
    multiple=True,
    type=float,
    metavar="DB",
    help="Noise under the coffee orders (6 to 24).",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="A quick look at N random recordings of each kind.",
)
@click.option("--seed", default=0, show_default=True, help="Of all that is drawn at random.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
@click.option(
    "--errors",
    "all_errors",
    is_flag=True,
    help=f"List every error, not only the first {_FIRST_ERRORS}.",
)
@click.option(
    "--chatter-commands",
    type=click.Path(path_type=Path, exists=True),
    help="Commands truly in the chatter.",
)
def main(
    data: Path | None,
    names: tuple[str, ...],
    snrs: tuple[float, ...],
    limit: int | None,
    seed: int,
    jobs: int,
    json_file: Path | None,
    all_errors: bool,
    chatter_commands: Path | None,
) -> None:
    """Run the sets asked for, and print what went wrong and the table."""
    folder = data_folder(data)
    for name in names:
        if name.split("/")[0] not in SETS:
            raise click.UsageError(f"There is no set {name!r}: name one of {', '.join(SETS)}.")
    if not folder.is_dir():
        click.echo(
            f"skipped: there are no recordings in {folder}; name their folder with --data or {VARIABLE}."
        )
        return
    chosen = Selection(folder, tuple(sorted(set(snrs))) or SNRS, limit, seed, chatter_commands)
    try:
        found = cases(chosen, names)
        if not found:
            click.echo(f"skipped: {folder} has no recordings for {', '.join(names) or 'any set'}.")
            return
        heard = list(_run(found, jobs))
        rows = list(_rows(heard))
        _tell_errors(heard, all_errors)
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "commands", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _run(found: Sequence[Case], jobs: int) -> Iterator[tuple[Case, list[Outcome]]]:
    outcomes = iter(list(hear_all([trial for case in found for trial in case.trials], jobs)))
    for case in found:
        yield case, list(islice(outcomes, len(case.trials)))


def _rows(heard: Sequence[tuple[Case, Sequence[Outcome]]]) -> Iterator[Row]:
    """Return the rows of each case, with a mean after each group of cases."""
    together: dict[str, list[Sequence[Outcome]]] = {}
    for case, outcomes in heard:
        yield from case.score(case.name, outcomes)
        if case.mean:
            together.setdefault(case.mean, []).append(outcomes)
            # A mean of fewer levels of noise would be another figure under the same name.
            if len(together[case.mean]) == len(SNRS):
                yield from mean_of(case.mean, together[case.mean])


def _tell_errors(heard: Sequence[tuple[Case, Sequence[Outcome]]], everything: bool) -> None:
    told = 0
    hidden = 0
    for case, outcomes in heard:
        for error in errors(case, outcomes):
            if everything or case.stream or told < _FIRST_ERRORS:
                click.echo(error)
                told += not case.stream
            else:
                hidden += 1
        if case.stream and (aside := set_aside(case, outcomes)):
            click.echo(aside)
    if hidden:
        click.echo(f"and {hidden} more errors (--errors lists them all)")
    if told or hidden:
        click.echo()


if __name__ == "__main__":
    sys.exit(main())
