"""Check whether this machine is ready: try each part, and report it in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from voicecoach.app.builders import SIMULATION_RATE
from voicecoach.app.components import App
from voicecoach.app.content_checks import check_content
from voicecoach.audio.device.sound_card import check_devices
from voicecoach.audio.echo.control import make_echo_control
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.paths import settings_file

State = Literal["ok", "poor", "missing"]
"""Fine; works, but not as well as it could; the coach cannot do without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Report the state of one part.

    `text` is a sentence, or a line for each of several faults.
    """

    part: str
    state: State
    text: str


def examine(
    app: App, microphone: str | int | None = None, speaker: str | int | None = None
) -> Iterator[Finding]:
    """Try the parts one after the other.

    A fault of one does not keep the others from being tried.
    """
    yield _devices(microphone, speaker)
    yield _echo()
    for part, test in (
        ("model", _model),
        ("speech", _speech),
        ("content", _content),
        ("settings", _settings),
    ):
        yield _tried(part, app, test)


def _devices(microphone: str | int | None, speaker: str | int | None) -> Finding:
    missing = check_devices(microphone, speaker)
    return Finding(
        "sound", "missing" if missing else "ok", missing or "There are a microphone and a speaker."
    )


def _echo() -> Finding:
    control = make_echo_control()
    if control.full_duplex:
        return Finding("echo", "ok", f"You are heard while the coach speaks: {control.name}.")
    text = f"You are not heard while the coach speaks, and for a third of a second after: {control.name}."
    return Finding("echo", "poor", text)


def _tried(part: str, app: App, test: Callable[[App], str]) -> Finding:
    try:
        return Finding(part, "ok", test(app))
    except VoicecoachError as error:
        return Finding(part, "missing", str(error))


def _model(app: App) -> str:
    app.model.recognizer(app.grammar, app.costs)
    return f"The recogniser listens with {app.model.folder.name}."


def _speech(app: App) -> str:
    with app.synthesizer(SIMULATION_RATE) as synthesizer:
        seconds = synthesizer.clip(app.lines("greeting")).seconds
    return f"The coach can speak: its greeting takes {seconds:.1f} s."


def _settings(app: App) -> str:
    number, file = app.settings.emergency_number, settings_file()
    return f"In an emergency the coach says to call {number}; for another number set emergency_number in {file}."


def _content(app: App) -> str:
    problems = check_content(app)
    if problems:
        raise VoicecoachError("\n".join(problems))
    return f"{len(app.intents.sentences())} sentences and {len(app.prompts())} prompts are fine."
