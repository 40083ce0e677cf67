"""Define options that several commands have, and the app that they ask for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from voicecoach.app.components import App

F = TypeVar("F", bound=Callable[..., Any])


def _with_content(
    _ctx: click.Context, _option: click.Parameter, folders: tuple[Path, ...]
) -> tuple[Path, ...]:
    for folder in folders:
        if not any(path.suffix in (".yaml", ".yml") for path in folder.iterdir()):
            raise click.BadParameter(f"{folder} has no .yaml file")
    return folders


language_option = click.option(
    "--language",
    help="What the coach speaks and understands, en or de (default: the one in your settings, else en).",
)


def content_options(command: F) -> F:
    """Whose model, intents and routines: what `app_of` takes."""
    for option in (
        language_option,
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            envvar="VOICECOACH_MODEL",
            help="Folder of a Vosk model (default: the one that `voicecoach model fetch` got).",
        ),
        click.option(
            "--intents",
            type=click.Path(path_type=Path),
            help="An intents file instead of the built-in one.",
        ),
        click.option(
            "--routines",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            multiple=True,
            callback=_with_content,
            help="A folder with exercises and routines of your own; may be given several times.",
        ),
    ):
        command = option(command)
    return command


def voice_options(command: F) -> F:
    """Add the options of the coach's voice, which `app_of` takes, too."""
    for option in (
        click.option(
            "--voice", help="The coach's voice, by the name that your speech engine has for it."
        ),
        click.option(
            "--rate",
            default=150,
            show_default=True,
            type=click.IntRange(80, 300),
            help="Words a minute.",
        ),
    ):
        command = option(command)
    return command


def verbose(command: F) -> F:
    """Add the option that logs decisions."""

    def set_up(_ctx: click.Context, _option: click.Parameter, value: bool) -> None:
        level = logging.DEBUG if value else logging.WARNING
        logging.basicConfig(
            level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s"
        )
        logging.getLogger("voicecoach").setLevel(level)

    option = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=set_up,
        help="Explain every decision on stderr.",
    )
    return option(command)


def _number(_ctx: click.Context, _option: click.Parameter, device: str | None) -> str | int | None:
    return int(device) if device is not None and device.isdigit() else device


_DEVICE = "a number or a part of a name from `voicecoach devices`"


def sound_options(command: F) -> F:
    """Add the options of the microphone and the speaker."""
    for option in (
        click.option("--output", "speaker", callback=_number, help=f"Speaker: {_DEVICE}."),
        click.option("--input", "microphone", callback=_number, help=f"Microphone: {_DEVICE}."),
    ):
        command = option(command)
    return command


def app_of(
    model: Path | None = None,
    intents: Path | None = None,
    routines: tuple[Path, ...] = (),
    voice: str | None = None,
    rate: int = 150,
    language: str | None = None,
) -> App:
    """Return the app that the options ask for."""
    from voicecoach.app.components import App, Paths
    from voicecoach.tts.voice import Voice

    return App(Paths(model, intents, routines), Voice(name=voice, rate=rate), language=language)


def checked_app(**content: Any) -> App:
    """Return the app that the options ask for, with content and settings checked.

    Mistakes are reported before anything begins.
    """
    app = app_of(**content)
    app.check()
    return app
