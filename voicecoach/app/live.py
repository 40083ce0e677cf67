"""Run the coach on a sound card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

import numpy as np

from voicecoach.app.builders import live_coach, silent_coach
from voicecoach.app.components import App
from voicecoach.audio.device.sound_card import SoundCard, check_devices
from voicecoach.audio.device.ticker import Ticker
from voicecoach.core.audio import BLOCK_SECONDS
from voicecoach.playback.mixer import MIXER_PARAMS
from voicecoach.runtime.background_load import loading
from voicecoach.runtime.process_tuning import (
    give_back_gaps,
    give_back_memory,
    hand_over_quickly,
    keep_loaded_objects,
    without_collecting,
)
from voicecoach.runtime.wall_clock import wall_clock

if TYPE_CHECKING:
    # Imported where it is needed: meanwhile the recogniser is loaded and the sound card opened.
    from voicecoach.engine.coach import Coach, LogEvent
    from voicecoach.engine.last_words import LastWords
    from voicecoach.history.journal_access import JournalAccess
    from voicecoach.history.utterance_audio import UtteranceAudioStore

SETTLED, MINUTE = 500, 3_000
"""Blocks until the devices' delays are known, and blocks in a minute.

Once a minute the devices are logged, and memory is given back.
"""

_NEEDED = (
    "voicecoach.engine.coach",
    "voicecoach.engine.last_words",
    "voicecoach.engine.threaded_hearing",
    "voicecoach.nlu.understanding",
    "voicecoach.playback.clip_source",
    "voicecoach.session.session",
)
"""Modules of a coach, down to those that its first utterance needs.

Their import takes as long as loading the recogniser.
"""

LogListener = Callable[["LogEvent"], None]


SPOKEN_NOTICES = {
    "microphone lost": "device.microphone_lost",
    "microphone back": "device.microphone_back",
    "speaker back": "device.speaker_back",
}
"""What is said about a device. A lost speaker cannot say so."""


def _on_the_wall(_seconds: float) -> datetime:
    return wall_clock()


def coach_live(
    app: App,
    microphone: str | int | None,
    speaker: str | int | None,
    listeners: Sequence[LogListener],
) -> None:
    """Lead a session with the microphone and the speaker until the user says goodbye."""
    give_back_memory()
    hand_over_quickly()
    app.graph  # noqa: B018 - look at model and content before the sound card is opened, and fail in one sentence
    start = ExitStack()
    start.enter_context(without_collecting())
    with (
        start,
        loading(app.utterance_detector) as detector,
        closing(SoundCard(microphone, speaker)) as device,
        loading(device.open_in_background) as opened,
        app.journal_access(wall_clock) as journal_access,
        app.retention(wall_clock) or nullcontext() as retention,
        live_coach(
            app, _rate_once(opened, device, app), journal_access, _on_the_wall, detector
        ) as coach,
    ):
        keep_loaded_objects()
        start.close()
        coach.listeners += listeners
        if retention:
            coach.listeners.append(retention.watch)
        with _last_words(coach, app, journal_access).guarding(device.process_block):
            _lead(coach, device, retention, listeners)


def _lead(
    coach: Coach,
    device: SoundCard,
    retention: UtteranceAudioStore | None,
    listeners: Sequence[LogListener],
) -> None:
    coach.begin()
    out = np.zeros(coach.block, dtype=np.float32)
    while not coach.finished:
        block = device.process_block(out)
        if retention:
            retention.hear(block)
        out = coach.process_block(block)
        if coach.flushed and (left_out := device.flush(MIXER_PARAMS.fade_s)):
            coach.left_out(left_out)
        tell_notices(coach, device, listeners)
        if round(coach.now / BLOCK_SECONDS) % MINUTE == SETTLED:
            log_devices(coach, device, listeners)
            give_back_gaps()


def _last_words(coach: Coach, app: App, journal_access: JournalAccess) -> LastWords:
    from voicecoach.engine.last_words import LastWords

    return LastWords(coach, app.lines, journal_access.past)


def _rate_once(opened: Callable[[], None], device: SoundCard, app: App) -> int:
    """Return the rate (Hz) of a device that is being opened.

    Meanwhile the rest is imported and loaded, and its faults are reported.
    """
    for module in _NEEDED:
        import_module(module)
    app.check()
    opened()
    return device.rate


def log_devices(coach: Coach, device: SoundCard, listeners: Sequence[LogListener]) -> None:
    """Log what the devices add to each answer, and what they have lost so far (s)."""
    from voicecoach.engine.coach import LogEvent

    known = {"round_trip": round(device.round_trip, 3), **asdict(device.losses)}
    for listener in listeners:
        listener(LogEvent(coach.now, "devices", known))


def tell_notices(coach: Coach, device: SoundCard, listeners: Sequence[LogListener]) -> None:
    """Say aloud, and log, what has become of the devices."""
    from voicecoach.engine.coach import LogEvent

    for notice in device.notices():
        for listener in listeners:
            listener(LogEvent(coach.now, "notice", {"text": f"{notice.kind}: {notice.detail}"}))
        line = SPOKEN_NOTICES.get(notice.kind)
        if line:
            coach.say(line)


def type_live(app: App, lines: TextIO, listener: LogListener, *, quiet: bool) -> None:
    """Run a typed session in real time.

    It is audible where there is a speaker, unless `quiet`.
    """
    from voicecoach.app.typed import run_at_terminal

    with app.journal_access(wall_clock) as journal_access:
        if quiet or check_devices(None, None):
            clock = Ticker()
            coach = silent_coach(app, clock.rate, journal_access, _on_the_wall)
            coach.listeners.append(listener)
            with _last_words(coach, app, journal_access).guarding():
                run_at_terminal(coach, clock, lines)
            return
        with (
            SoundCard() as device,
            live_coach(app, device.rate, journal_access, _on_the_wall) as coach,
        ):
            coach.listeners.append(listener)
            with _last_words(coach, app, journal_access).guarding(device.process_block):
                run_at_terminal(coach, device, lines)


def type_fast(app: App, lines: Iterable[str], listener: LogListener) -> None:
    """Run a typed session as fast as it can be computed."""
    from voicecoach.app.typed import FAST_RATE, run_fast

    with app.journal_access(wall_clock) as journal_access:
        began = wall_clock()
        coach = silent_coach(
            app, FAST_RATE, journal_access, lambda seconds: began + timedelta(seconds=seconds)
        )
        coach.listeners.append(listener)
        with _last_words(coach, app, journal_access).guarding():
            run_fast(coach, lines)
