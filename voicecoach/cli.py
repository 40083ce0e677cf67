"""The commands. Nothing else prints."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import click

from voicecoach import __version__
from voicecoach.commands import FAILED, Commands, Failure
from voicecoach.events import VoicecoachError
from voicecoach.journal_commands import COMMANDS as JOURNAL_COMMANDS
from voicecoach.loading import loading

F = TypeVar("F", bound=Callable[..., Any])


def _with_content(_ctx: click.Context, _option: click.Parameter, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    for folder in folders:
        if not any(path.suffix in (".yaml", ".yml") for path in folder.iterdir()):
            raise click.BadParameter(f"{folder} has no .yaml file")
    return folders


_UNCHECKED = "It was not checked against published checksums, since there are none for it."

_language_option = click.option(
    "--language", help="What the coach speaks and understands, en or de (default: the one in your settings, else en)."
)


def _content_options(command: F) -> F:
    for option in (
        _language_option,
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            envvar="VOICECOACH_MODEL",
            help="Folder of a Vosk model (default: the one that `voicecoach model fetch` got).",
        ),
        click.option("--intents", type=click.Path(path_type=Path), help="An intents file instead of the built-in one."),
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


def _voice_options(command: F) -> F:
    for option in (
        click.option("--voice", help="The coach's voice, by the name that your speech engine has for it."),
        click.option("--rate", default=150, show_default=True, type=click.IntRange(80, 300), help="Words a minute."),
    ):
        command = option(command)
    return command


def _verbose(command: F) -> F:
    def set_up(_ctx: click.Context, _option: click.Parameter, value: bool) -> None:
        level = logging.DEBUG if value else logging.WARNING
        logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
        logging.getLogger("voicecoach").setLevel(level)

    option = click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=set_up, help="Explain every decision on stderr."
    )
    return option(command)


def _app(
    model: Path | None = None,
    intents: Path | None = None,
    routines: tuple[Path, ...] = (),
    voice: str | None = None,
    rate: int = 150,
    language: str | None = None,
) -> Any:
    from voicecoach.app import App, Paths
    from voicecoach.tts.voice import Voice

    return App(Paths(model, intents, routines), Voice(name=voice, rate=rate), language=language)


def _checked_app(**content: Any) -> Any:
    """Mistakes in content and settings are told before anything begins."""
    app = _app(**content)
    app.check()
    return app


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="voicecoach")
def main() -> None:
    """An offline voice coach for people whose legs hurt.

    It listens, leads you through warm-up, dynamic work, strength and stretches, and counts every hold aloud.
    Say "start leg routine", then "next", "repeat", "pause", "how long do I hold" and the like. No sound ever
    leaves this machine.
    """
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)  # letters that a terminal or a pipe does not have end nothing


@main.command()
@_content_options
@_voice_options
@click.option("--input", "microphone", help="Microphone: a number or a part of a name from `voicecoach devices`.")
@click.option("--output", "speaker", help="Speaker: a number or a part of a name from `voicecoach devices`.")
@click.option("--or-demo", is_flag=True, help="Without a microphone and a speaker: say what is missing, run the demo.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="Write a JSON line for each event.")
@_verbose
@click.pass_context
def run(
    ctx: click.Context,
    /,
    microphone: str | None,
    speaker: str | None,
    or_demo: bool,
    log: Path | None,
    **content: Any,
) -> None:
    """Coach with the microphone and the speaker.

    Speak from where you lie; the coach keeps listening while it talks and counts. Say "goodbye" (or press
    Ctrl-C) to leave. What is said and understood is printed as it happens.
    """
    from voicecoach.audio.device import check_devices

    with loading(lambda: check_devices(_number(microphone), _number(speaker))) as check:
        from voicecoach.live import coach_live  # which takes a while, and so does the check

        missing = check()
    if missing:
        if not or_demo:
            raise Failure(missing)
        click.echo(f"{missing}\nHere is the demonstration instead.\n", err=True)
        ctx.invoke(demo, scenario="leg_routine", out=Path("demo"), typed=False, **content)
        return
    from voicecoach.files import LogFile
    from voicecoach.transcript import json_line, writer

    watchers = [_printer()]
    with ExitStack() as files:
        if log:
            watchers.append(writer(files.enter_context(LogFile(log)).write, json_line))
        coach_live(_app(**content), _number(microphone), _number(speaker), watchers)


@main.command()
@click.argument("scenario", default="leg_routine")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Folder for room.wav, transcript.txt and events.jsonl.",
)
@click.option("--typed", is_flag=True, help="No voices and no recogniser: only what is said and what follows.")
@_content_options
@_voice_options
@_verbose
def demo(scenario: str, out: Path, typed: bool, **content: Any) -> None:
    """Let a synthetic user talk to the coach.

    It happens in a simulated room. SCENARIO is the name of a built-in one or a YAML file that says what the user
    says when, and what must come of it. The same coach runs as with a microphone, over echo, reverberation and
    noise. Ends with exit code 1 when something did not come as expected.
    """
    from voicecoach.demo import play_demo
    from voicecoach.scenario import load_scenario

    app = _checked_app(**content)
    loaded = load_scenario(scenario, app.language.code)
    click.echo(f"{loaded.name}\n")
    began = time.perf_counter()
    outcome = play_demo(app, loaded, out, typed=typed, watchers=[_printer()])
    took = time.perf_counter() - began
    click.echo(
        f"\n{outcome.seconds:.0f} s of session in {took:.1f} s: {outcome.seconds / took:.0f} times faster than life."
    )
    click.echo(f"{'Transcript' if typed else 'Sound, transcript'} and events are in {out}.")
    if not outcome.passed:
        raise Failure("\n".join(f"Not as expected: {failure}" for failure in outcome.failures))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--state", help="Understand as in this state (idle, working, paused, ...); default: in any state.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines even when the output is a terminal.")
@_content_options
@_verbose
def recognize(files: tuple[Path, ...], state: str | None, as_json: bool, **content: Any) -> None:
    """Understand recordings as the live coach would.

    FILES are WAV or FLAC, best of 16 kHz or more: of telephone sound (8 kHz) less is understood. Each gives a JSON
    line with file, text, intent, slots, accepted, reason, decided_at, speech_end and duration (seconds from the
    beginning of the file), and, where there are several utterances, all of them under utterances. Ends with exit
    code 1 when a file could not be read; the others are done all the same.
    """
    from voicecoach.recognize import recognize as understand

    app = _checked_app(**content)
    if state is not None and app.intents.states and state not in app.intents.states:
        known = ", ".join(sorted(app.intents.states))
        raise click.BadParameter(f"{state!r} is none of {known}", param_hint="'--state'")
    app.listener()
    failed = False
    for file in files:
        try:
            found = understand(app, file, None if state is None else (state,))
        except VoicecoachError as error:
            Failure(str(error)).show()
            failed = True
            continue
        if as_json or not sys.stdout.isatty():
            click.echo(json.dumps(found))
        else:
            what = found["intent"] or "nothing obeyed"
            click.echo(f"{file}: {found['text']!r}: {what} {found['slots'] or ''} ({found['reason']})")
    if failed:
        raise SystemExit(FAILED)


@main.command(name="type")
@click.option("--fast", is_flag=True, help="Do not wait in real time (as when lines come from a file or a pipe).")
@click.option("--quiet", is_flag=True, help="Do not use the speaker.")
@_content_options
@_voice_options
@_verbose
def type_(fast: bool, quiet: bool, **content: Any) -> None:
    """Lead a session by typed lines.

    No model is needed. Type what you would say, a line each. At a terminal the session runs in real time, and is
    heard where there is a speaker. From a file or a pipe (or with --fast) it takes no time: a line `+12.5 next` lets
    12.5 seconds of the session pass before "next" is heard, an empty line one second.
    """
    from voicecoach.live import type_fast, type_live

    app = _checked_app(**content)
    if fast or not sys.stdin.isatty():
        type_fast(app, sys.stdin, _printer())
    else:
        type_live(app, sys.stdin, _printer(), quiet=quiet)


@main.command()
def devices() -> None:
    """List microphones and speakers."""
    from voicecoach.audio.device import list_devices

    found = list_devices()
    if not found:
        click.echo("There is no microphone and no speaker.")
    for device in found:
        marks = [
            f"{device.inputs} in" + (" (default)" if device.default_input else "") if device.inputs else "",
            f"{device.outputs} out" + (" (default)" if device.default_output else "") if device.outputs else "",
        ]
        click.echo(f"{device.index:>3}  {device.name} [{device.host_api}]  {', '.join(filter(None, marks))}")


@main.command()
@_content_options
@_voice_options
@click.option("--input", "microphone", help="Microphone: a number or a part of a name from `voicecoach devices`.")
@click.option("--output", "speaker", help="Speaker: a number or a part of a name from `voicecoach devices`.")
def doctor(microphone: str | None, speaker: str | None, **content: Any) -> None:
    """Is this machine ready?

    Tries sound, echo canceller, model, speech and content, and says of each what it is like and what to do.
    """
    from voicecoach.doctor import examine

    ill = False
    for finding in examine(_checked_app(**content), _number(microphone), _number(speaker)):
        for line in finding.text.splitlines():
            click.echo(f"{finding.state:<8} {finding.part:<8} {line}")
        ill = ill or finding.state == "missing"
    if ill:
        raise SystemExit(FAILED)


@main.command()
@_language_option
def voices(language: str | None) -> None:
    """List the voices that --voice takes."""
    from voicecoach.app import App
    from voicecoach.tts.synthesizer import list_voices

    for name in list_voices(language=App(language=language).language.code):
        click.echo(name)


@main.group()
def model() -> None:
    """The speech recogniser's model."""


@model.command()
@click.option("--from", "source", type=click.Path(path_type=Path, exists=True), help="A zip or a folder that you have.")
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Where to put it (default: models/).")
@_language_option
def fetch(source: Path | None, to: Path | None, language: str | None) -> None:
    """Get the model (about 40 MB), verify it, and put it in its place."""
    from voicecoach.app import App
    from voicecoach.asr.fetch import fetch_model

    manifest = App(language=language).manifest
    click.echo(f"The model is ready in {fetch_model(to, source, manifest=manifest)}.")
    if not manifest.files:
        click.echo(_UNCHECKED)


@model.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@_language_option
def verify(folder: Path | None, language: str | None) -> None:
    """Compare every file of the model with its checksum."""
    from voicecoach.app import App
    from voicecoach.asr.model import find_model, verify_model

    manifest = App(language=language).manifest
    found = find_model(folder, manifest)
    verify_model(found, manifest=manifest)
    click.echo(f"The model in {found} is complete.")
    if not manifest.files:
        click.echo(_UNCHECKED)


@main.command()
@_content_options
def lint(**content: Any) -> None:
    """Check intents, routines and the coach's lines.

    Can every sentence be heard, and could the coach obey its own voice? Each problem is told in a line.
    """
    from voicecoach.checks import check_content

    app = _checked_app(**content)
    problems = check_content(app)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(FAILED)
    click.echo(f"{len(app.intents.sentences())} sentences and {len(app.prompts())} prompts are fine.")


for _command in JOURNAL_COMMANDS:
    main.add_command(_command)


def _number(device: str | None) -> str | int | None:
    return int(device) if device is not None and device.isdigit() else device


def _printer() -> Callable[..., None]:
    from voicecoach.transcript import json_line, writer

    plain = writer(lambda line: click.echo(line, nl=False))
    explain = writer(lambda line: click.echo(line, nl=False, err=True), json_line)

    def watch(entry: Any) -> None:
        plain(entry)
        if logging.getLogger("voicecoach").isEnabledFor(logging.DEBUG):
            explain(entry)

    return watch
