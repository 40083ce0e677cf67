"""Define the commands.

Only this module and the commands of the journal and the model print.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from voicecoach import __version__
from voicecoach.cli.errors import FAILED, Failure, VoicecoachGroup
from voicecoach.cli.journal import COMMANDS as JOURNAL_COMMANDS
from voicecoach.cli.model import model
from voicecoach.cli.options import (
    app_of,
    checked_app,
    content_options,
    language_option,
    sound_options,
    verbose,
    voice_options,
)
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.background_load import loading


@click.group(
    cls=VoicecoachGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="voicecoach")
def main() -> None:
    """An offline voice coach for people whose legs hurt.

    It listens, leads you through warm-up, dynamic work, strength and stretches, and counts every
    hold aloud. Say "start leg routine", then "next", "repeat", "pause", "how long do I hold" and
    the like. No sound ever leaves this machine.
    """
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors=errors
            )  # letters that a terminal or a pipe does not have end nothing


@main.command()
@content_options
@voice_options
@sound_options
@click.option(
    "--or-demo",
    is_flag=True,
    help="Without a microphone and a speaker: say what is missing, run the demo.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a JSON line for each event.",
)
@verbose
@click.pass_context
def run(
    ctx: click.Context,
    /,
    microphone: str | int | None,
    speaker: str | int | None,
    or_demo: bool,
    log: Path | None,
    **content: Any,
) -> None:
    """Coach with the microphone and the speaker.

    Speak from where you lie; the coach keeps listening while it talks and counts. Say "goodbye" (or
    press Ctrl-C) to leave. What is said and understood is printed as it happens.
    """
    from voicecoach.audio.device.sound_card import check_devices

    with loading(lambda: check_devices(microphone, speaker)) as check:
        from voicecoach.app.live import coach_live  # which takes a while, and so does the check

        missing = check()
    if missing:
        if not or_demo:
            raise Failure(missing)
        click.echo(f"{missing}\nHere is the demonstration instead.\n", err=True)
        ctx.invoke(demo, scenario="leg_routine", out=Path("demo"), typed=False, **content)
        return
    from voicecoach.app.transcript import json_line, writer
    from voicecoach.runtime.atomic_file import LogFile

    listeners = [_printer()]
    with ExitStack() as files:
        if log:
            listeners.append(writer(files.enter_context(LogFile(log)).write, json_line))
        coach_live(app_of(**content), microphone, speaker, listeners)


@main.command()
@click.argument("scenario", default="leg_routine")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Folder for room.wav, transcript.txt and events.jsonl.",
)
@click.option(
    "--typed", is_flag=True, help="No voices and no recogniser: only what is said and what follows."
)
@content_options
@voice_options
@verbose
def demo(scenario: str, out: Path, typed: bool, **content: Any) -> None:
    """Let a synthetic user talk to the coach.

    It happens in a simulated room. SCENARIO is the name of a built-in one or a YAML file that says
    what the user says when, and what must come of it. The same coach runs as with a microphone,
    over echo, reverberation and noise. Ends with exit code 1 when something did not come as
    expected.
    """
    from voicecoach.app.demo import play_demo
    from voicecoach.simulation.scenario import load_scenario

    app = checked_app(**content)
    loaded = load_scenario(scenario, app.language.code)
    click.echo(f"{loaded.name}\n")
    began = time.perf_counter()
    outcome = play_demo(app, loaded, out, typed=typed, listeners=[_printer()])
    took = time.perf_counter() - began
    click.echo(
        f"\n{outcome.seconds:.0f} s of session in {took:.1f} s: {outcome.seconds / took:.0f} times faster than life."
    )
    click.echo(f"{'Transcript' if typed else 'Sound, transcript'} and events are in {out}.")
    if not outcome.passed:
        raise Failure("\n".join(f"Not as expected: {failure}" for failure in outcome.failures))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--state",
    help="Understand as in this state (idle, working, paused, ...); default: in any state.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="JSON lines even when the output is a terminal."
)
@content_options
@verbose
def recognize(files: tuple[Path, ...], state: str | None, as_json: bool, **content: Any) -> None:
    """Understand recordings as the live coach would.

    FILES are WAV or FLAC, best of 16 kHz or more: of telephone sound (8 kHz) less is understood.
    Each gives a JSON line with file, text, intent, slots, accepted, reason, decided_at, speech_end
    and duration (seconds from the beginning of the file), and, where there are several utterances,
    all of them under utterances. Ends with exit code 1 when a file could not be read; the others
    are done all the same.
    """
    from voicecoach.app.recognize import recognize as understand

    app = checked_app(**content)
    if state is not None and app.intents.states and state not in app.intents.states:
        known = ", ".join(sorted(app.intents.states))
        raise click.BadParameter(f"{state!r} is none of {known}", param_hint="'--state'")
    app.utterance_detector()
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
            click.echo(
                f"{file}: {found['text']!r}: {what} {found['slots'] or ''} ({found['reason']})"
            )
    if failed:
        raise SystemExit(FAILED)


@main.command(name="type")
@click.option(
    "--fast",
    is_flag=True,
    help="Do not wait in real time (as when lines come from a file or a pipe).",
)
@click.option("--quiet", is_flag=True, help="Do not use the speaker.")
@content_options
@voice_options
@verbose
def type_(fast: bool, quiet: bool, **content: Any) -> None:
    """Lead a session by typed lines.

    No model is needed. Type what you would say, a line each. At a terminal the session runs in real
    time, and is heard where there is a speaker. From a file or a pipe (or with --fast) it takes no
    time: a line `+12.5 next` lets 12.5 seconds of the session pass before "next" is heard, an empty
    line one second.
    """
    from voicecoach.app.live import type_fast, type_live

    app = checked_app(**content)
    if fast or not sys.stdin.isatty():
        type_fast(app, sys.stdin, _printer())
    else:
        type_live(app, sys.stdin, _printer(), quiet=quiet)


@main.command()
def devices() -> None:
    """List microphones and speakers."""
    from voicecoach.audio.device.sound_card import list_devices

    found = list_devices()
    if not found:
        click.echo("There is no microphone and no speaker.")
    for device in found:
        marks = [
            f"{device.inputs} in" + (" (default)" if device.default_input else "")
            if device.inputs
            else "",
            f"{device.outputs} out" + (" (default)" if device.default_output else "")
            if device.outputs
            else "",
        ]
        click.echo(
            f"{device.index:>3}  {device.name} [{device.host_api}]  {', '.join(filter(None, marks))}"
        )


@main.command()
@content_options
@voice_options
@sound_options
def doctor(microphone: str | int | None, speaker: str | int | None, **content: Any) -> None:
    """Is this machine ready?

    Tries sound, echo canceller, model, speech and content, and says of each what it is like and
    what to do.
    """
    from voicecoach.cli.doctor import examine

    ill = False
    for finding in examine(checked_app(**content), microphone, speaker):
        for line in finding.text.splitlines():
            click.echo(f"{finding.state:<8} {finding.part:<8} {line}")
        ill = ill or finding.state == "missing"
    if ill:
        raise SystemExit(FAILED)


@main.command()
@language_option
def voices(language: str | None) -> None:
    """List the voices that --voice takes."""
    from voicecoach.app.components import App
    from voicecoach.tts.synthesizer import list_voices

    for name in list_voices(language=App(language=language).language.code):
        click.echo(name)


@main.command()
@content_options
def lint(**content: Any) -> None:
    """Check intents, routines and the coach's lines.

    Can every sentence be heard, and could the coach obey its own voice? Each problem is told in a
    line.
    """
    from voicecoach.app.content_checks import check_content

    app = checked_app(**content)
    problems = check_content(app)
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(FAILED)
    click.echo(
        f"{len(app.intents.sentences())} sentences and {len(app.prompts())} prompts are fine."
    )


for _command in (model, *JOURNAL_COMMANDS):
    main.add_command(_command)


def _printer() -> Callable[..., None]:
    from voicecoach.app.transcript import json_line, writer

    plain = writer(lambda line: click.echo(line, nl=False))
    explain = writer(lambda line: click.echo(line, nl=False, err=True), json_line)

    def watch(entry: Any) -> None:
        plain(entry)
        if logging.getLogger("voicecoach").isEnabledFor(logging.DEBUG):
            explain(entry)

    return watch
