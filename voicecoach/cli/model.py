"""Define the commands for the recogniser's model."""

from __future__ import annotations

from pathlib import Path

import click

from voicecoach.cli.errors import VoicecoachGroup
from voicecoach.cli.options import language_option

_UNCHECKED = "It was not checked against published checksums, since there are none for it."


@click.group(cls=VoicecoachGroup)
def model() -> None:
    """The speech recogniser's model."""


@model.command()
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True),
    help="A zip or a folder that you have.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to put it (default: models/).",
)
@language_option
def fetch(source: Path | None, to: Path | None, language: str | None) -> None:
    """Get the model (about 40 MB), verify it, and put it in its place."""
    from voicecoach.app.components import App
    from voicecoach.asr.model.fetch import fetch_model

    manifest = App(language=language).manifest
    click.echo(f"The model is ready in {fetch_model(to, source, manifest=manifest)}.")
    if not manifest.files:
        click.echo(_UNCHECKED)


@model.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@language_option
def verify(folder: Path | None, language: str | None) -> None:
    """Compare every file of the model with its checksum."""
    from voicecoach.app.components import App
    from voicecoach.asr.model.locate import find_model, verify_model

    manifest = App(language=language).manifest
    found = find_model(folder, manifest)
    verify_model(found, manifest=manifest)
    click.echo(f"The model in {found} is complete.")
    if not manifest.files:
        click.echo(_UNCHECKED)
