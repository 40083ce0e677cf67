"""Show, export, import and forget the journal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voicecoach.cli.errors import Failure, VoicecoachCommand
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.atomic_file import write_atomically
from voicecoach.runtime.paths import (
    JOURNAL,
    MEMORY,
    PLACES,
    delete,
    delete_copies,
    journal_file,
    personal_caches,
    recordings_folder,
    routines_folder,
    settings_file,
)
from voicecoach.runtime.wall_clock import wall_clock

if TYPE_CHECKING:
    from voicecoach.history.report import Report
    from voicecoach.history.texts import Texts

_LOG = logging.getLogger(__name__)

_OUT = click.Path(path_type=Path, dir_okay=False)

_NO_REMINDER = 'there is no reminder yet; say "remind me at eight every morning" to the coach'


@click.command(cls=VoicecoachCommand)
@click.option("--html", type=_OUT, help="Write a page with charts, for a browser.")
@click.option("--png", type=_OUT, help="Write the charts as a picture.")
def history(html: Path | None, png: Path | None) -> None:
    """Show what you have done.

    A calendar, your streak and the trend, in the terminal. With --html one page with charts that
    needs no network, with --png a picture of them.
    """
    from voicecoach.history import text_report as terminal
    from voicecoach.history.charts import png as picture
    from voicecoach.history.html_report import page

    found, texts = _report(), _texts()
    if html:
        _write(html, page(found, texts).encode())
    if png:
        if not found.minutes:
            raise Failure("there is no session yet, and nothing to draw")
        _write(png, picture(found, texts))
    if not (html or png):
        for line in terminal.lines(found, texts):
            click.echo(line)
        return
    for path in filter(None, (html, png)):
        click.echo(texts("written", path=path))


def _texts() -> Texts:
    """Return the texts in the language of the user's settings."""
    from voicecoach.app.settings import load_settings
    from voicecoach.history.texts import load_texts

    language = load_settings(settings_file()).language
    names = cache(lambda: _names(language))  # only charts need them
    return load_texts(language, lambda exercise: names().get(exercise, exercise.replace("-", " ")))


def _names(language: str) -> Mapping[str, str]:
    """Return the names of exercises by id.

    Mistakes in the user's own exercises are only logged.
    """
    from voicecoach.content.library import load_library

    try:
        library = load_library(language, [routines_folder()])
    except VoicecoachError as error:
        _LOG.warning("%s", error)
        library = load_library(language)
    return {exercise.id: exercise.name for exercise in library.exercises.values()}


def _report() -> Report:
    from voicecoach.history.database import opened
    from voicecoach.history.report import Report, report

    today, path = wall_clock().date(), journal_file()
    if not path.exists():
        return Report(today)
    with opened(path) as database:
        return report(database, today)


@click.command(cls=VoicecoachCommand)
@click.argument("file", type=_OUT)
@click.option(
    "--format", "form", type=click.Choice(("json", "csv")), help="Default: as FILE ends, else json."
)
def export(file: Path, form: str | None) -> None:
    """Write the whole journal to FILE.

    It is for a spreadsheet, a physiotherapist, or another machine. "-" writes to the terminal.
    """
    from voicecoach.history.import_export import as_csv, as_json, read_journal

    found = read_journal(journal_file())
    text = as_csv(found) if (form or file.suffix.lstrip(".").lower()) == "csv" else as_json(found)
    if str(file) == "-":
        sys.stdout.write(text)
        return
    _write(file, text.encode())
    counted = (
        _counted(len(found.sessions), "session"),
        _glasses(len(found.water)),
        _counted(len(found.reminders), "reminder"),
    )
    click.echo(f"In {file}: {', '.join(counted)}.")


@click.command(cls=VoicecoachCommand, name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def import_(file: Path) -> None:
    """Put what was exported to FILE (JSON or CSV) into the journal.

    What it knows already stays as it is, and nothing comes twice.
    """
    from voicecoach.history.import_export import add, read_file

    found = read_file(file)
    new = add(journal_file(), found)
    known = len(found.sessions) - new.sessions
    click.echo(f"New sessions: {new.sessions}. Known already: {known}.")
    click.echo(f"New glasses of water: {new.glasses}. New reminders: {new.reminders}.")


@click.command(cls=VoicecoachCommand)
@click.argument("file", type=_OUT)
def calendar(file: Path) -> None:
    """Write the reminders of your exercises to FILE (.ics), for a phone.

    They are those that you have told the coach: "remind me at eight every morning".
    """
    from voicecoach.history.database import opened
    from voicecoach.history.ics_calendar import calendar as as_calendar
    from voicecoach.history.queries import JournalQueries

    path, now = journal_file(), wall_clock()
    if not path.exists():
        raise Failure(_NO_REMINDER)
    with opened(path) as database:
        reminders = JournalQueries(database, wall_clock).reminders()
    if not reminders:
        raise Failure(_NO_REMINDER)
    _write(file, as_calendar(reminders, now.date(), now))
    click.echo(f"In {file}: {_counted(len(reminders), 'reminder')}, every day.")


@click.command(cls=VoicecoachCommand)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="All sessions, what you found easy or hard, all sound, all caches.",
)
@click.option(
    "--day",
    type=click.DateTime(("%Y-%m-%d",)),
    help="The sessions and the water of one day, 2026-03-10.",
)
@click.option("--audio", is_flag=True, help="The sound that was kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(*, everything: bool, day: Any, audio: bool, yes: bool) -> None:
    """Delete what was written down; nothing of it is left.

    Your settings and your own routines stay: delete their files yourself.
    """
    if not (everything or day or audio):
        raise click.UsageError("name what to forget: --all, --day or --audio")
    parts = ([f"{day:%Y-%m-%d}"] if day else []) + (["all sound"] if audio else [])
    what = "everything" if everything else " and ".join(parts)
    if not yes:
        click.confirm(f"Forget {what}? It cannot be brought back.", abort=True)
    if everything or audio:
        _forget_recordings()
    if everything:
        _forget_caches()
        _forget_memory()
    if everything or day:  # last, since a damaged journal ends the command
        _forget_sessions(None if everything else f"{day:%Y-%m-%d}")


def _forget_recordings() -> None:
    from voicecoach.history.utterance_audio import delete_recordings

    click.echo(f"Deleted: {_counted(delete_recordings(recordings_folder()), 'recording')}.")


def _forget_caches() -> None:
    """Delete the caches, which may hold words of routines that the user has deleted."""
    for place in personal_caches():
        if number := delete(place):
            click.echo(
                f"Deleted: {_counted(number, 'file')} in {place.path} ({place.what[0].lower()}{place.what[1:]})."
            )


def _forget_memory() -> None:
    if number := delete(MEMORY):
        click.echo(f"Deleted: {_counted(number, 'file')} of what you find easy or hard.")


def _forget_sessions(day: str | None) -> None:
    """Delete the sessions of `day` (ISO date), or all of them.

    With all sessions, unusable journals that were set aside are deleted, too.
    """
    from voicecoach.history.import_export import forget as delete_sessions

    set_aside = delete_copies(JOURNAL) if day is None else 0
    if set_aside:
        click.echo(f"Deleted: {_counted(set_aside, 'journal file')} that had been set aside.")
    sessions, water = delete_sessions(journal_file(), day)
    click.echo(f"Forgotten: {_counted(sessions, 'session')}, {_glasses(water)}.")


@click.command(cls=VoicecoachCommand)
def privacy() -> None:
    """Print what is stored on this machine, and where."""
    from voicecoach.app.settings import load_settings
    from voicecoach.history.privacy import privacy_report

    keeps = load_settings(settings_file()).keep_audio
    click.echo("Nothing leaves this machine: no sound, no text, no statistics.")
    click.echo(
        f"Sound is {f'kept, up to {keeps} MB of it' if keeps else 'not kept'} (keep_audio in the settings).\n"
    )
    for line in privacy_report(PLACES):
        click.echo(line)


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, since it tells about a person."""
    try:
        write_atomically(path, content, private=True, durable=True)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from error


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _glasses(number: int) -> str:
    return f"{number} glass{'' if number == 1 else 'es'} of water"


COMMANDS = (history, export, import_, calendar, forget, privacy)
