"""What else might hear more from across a noisy room? `python benchmarks/tried.py --help`

Commands from two to three metres away over the noise of a household (`voices/room10dB`), heard as
the coach does and in ways that are said to help. What a way costs elsewhere is told by talk from
the same place (`chatter/room10dB`). Each reading is weighed as a single command: several in one
breath are left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import click
import numpy as np

from lib.corpus import VARIABLE, data_folder
from lib.hearing import Heard, Outcome, Trial, in_processes, listen, the_app
from lib.report import Row, per_hour, share, table, write_json
from lib.scoring import false_accepts, hours_of
from lib.sets import Selection, cases
from voicecoach.app.components import App, Paths
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.nlu.confidence import rescore

COMMANDS, TALK = "voices/room10dB", "chatter/room10dB"

_WIDE = ("--beam=16.0", "--max-active=12000")


@dataclass(frozen=True, slots=True)
class Way:
    """Hold a way to hear.

    It has what is done to the sound before, the settings of the recogniser's search, and the share
    of the usual margin against talk.
    """

    name: str
    before: Callable[[Samples], Samples] | None = None
    settings: tuple[str, ...] = ()
    share: float = 1.0


def suppressed(samples: Samples) -> Samples:
    """Return `samples` (16 kHz mono) without noise.

    WebRTC's suppressor at its second level removes it, 10 ms at a time.
    """
    import pywebrtc_audio

    suppressor = pywebrtc_audio.AudioProcessor(HEARING_RATE, 1, noise_suppression=True, ns_level=2)
    size = HEARING_RATE // 100
    whole = len(samples) // size * size
    blocks = [
        suppressor.process(np.ascontiguousarray(block))
        for block in samples[:whole].reshape(-1, size)
    ]
    return np.concatenate([np.asarray(block, dtype=np.float32).ravel() for block in blocks])


def even(samples: Samples) -> Samples:
    """Scale `samples` to a peak of 0.9."""
    return samples * np.float32(0.9 / max(float(np.abs(samples).max()), 1e-6))


WAYS = (
    Way("as the coach hears"),
    Way("noise suppression", suppressed),
    Way("even level", even),
    Way("wider search", settings=_WIDE),
    Way("half the margin", share=0.5),
    Way("no margin", share=0.0),
)


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
    "--way",
    "names",
    multiple=True,
    type=click.Choice([way.name for way in WAYS]),
    help="Only this way.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the table here, too.",
)
def main(
    data: Path | None,
    limit: int | None,
    seed: int,
    jobs: int,
    names: tuple[str, ...],
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
        ways = [way for way in WAYS if way.name in names or not names]
        with tempfile.TemporaryDirectory(prefix="voicecoach-tried-") as models:
            rows = list(_rows(Selection(folder, limit=limit, seed=seed), ways, jobs, Path(models)))
        click.echo(table(rows))
        if json_file:
            write_json(json_file, "tried", rows, seed, {"limit": limit})
    except VoicecoachError as error:
        raise click.ClickException(str(error)) from error


def _rows(chosen: Selection, ways: Sequence[Way], jobs: int, models: Path) -> Iterator[Row]:
    wanted = (COMMANDS, TALK)
    found = {case.name: case.trials for case in cases(chosen, wanted) if case.name in wanted}
    heard: dict[tuple[str, Way], list[Outcome]] = {}
    for way in ways:
        alike = replace(way, name="", share=1.0)  # what differs in the margin only is heard once
        model = _model_with(way.settings, models / "wide") if way.settings else None
        for case, trials in found.items():
            if (case, alike) not in heard:
                utterances = in_processes(
                    partial(_hear, alike, model), trials, jobs, f"recordings: {way.name}"
                )
                heard[case, alike] = [
                    Outcome(trial, one) for trial, one in zip(trials, utterances, strict=True)
                ]
            outcomes = [_weighed(one, way.share) for one in heard[case, alike]]
            if case == COMMANDS:
                yield share(way.name, "accuracy", sum(one.right for one in outcomes), len(outcomes))
            else:
                false = sum(len(false_accepts(one)) for one in outcomes)
                yield per_hour(
                    way.name, "false_accepts_per_hour", false, hours_of(outcomes), len(outcomes)
                )


def _hear(way: Way, model: Path | None, trial: Trial) -> list[Heard]:
    samples = trial.sound()
    return listen(_app_with(model), way.before(samples) if way.before else samples)


def _weighed(outcome: Outcome, part: float) -> Outcome:
    understand = the_app(None).matcher.understand
    return replace(
        outcome, heard=[(one, rescore(one, None, understand, part)) for one, _ in outcome.heard]
    )


@cache
def _app_with(model: Path | None) -> App:
    """Return the product with another model (None: its own)."""
    if model is None:
        return the_app(None)
    app = App(Paths(model=model))
    app.folders = the_app(None).folders
    return app


def _model_with(settings: tuple[str, ...], folder: Path) -> Path:
    """Return a copy of a model whose Kaldi settings end with `settings`.

    It is `folder`, with links to the model in it.
    """
    source = the_app(None).model.folder.resolve()
    for path in [path for path in source.rglob("*") if path.is_file()]:
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.name == "model.conf":
            target.write_text("\n".join([path.read_text().rstrip(), *settings, ""]))
        else:
            target.symlink_to(path)
    return folder


if __name__ == "__main__":
    sys.exit(main())
