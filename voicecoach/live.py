"""The coach on a sound card."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

import numpy as np

from voicecoach.allocator import give_back_gaps, give_back_memory
from voicecoach.app import App
from voicecoach.audio.device import Device, check_devices
from voicecoach.audio.ticker import Ticker
from voicecoach.coaches import live_coach, silent_coach
from voicecoach.compiled import without_collecting
from voicecoach.events import BLOCK_SECONDS
from voicecoach.loading import loading
from voicecoach.tts.mixer import FADE_SECONDS
from voicecoach.wall import wall_clock

if TYPE_CHECKING:
    # Imported where it is needed: meanwhile the recogniser is loaded and the sound card opened.
    from voicecoach.coach import Coach, Logged

SETTLED, MINUTE = 500, 3_000
"""Blocks after which the devices' delays are known; from one entry about them in the log to the next, and from one time
that memory is given back."""

HANDOVER = 0.0005
"""Seconds after which a thread that computes lets another one go on that waits to. With Python's own 5 ms, and several
such waits in a block, the sound card was fed too late beside a thread that hears
(docs/decisions/0013-processor-cost.md)."""

_NEEDED = tuple(
    f"voicecoach.{name}"
    for name in ("coach", "session.session", "hearing_thread", "tts.source", "nlu.chain", "nlu.answers", "nlu.evidence")
)
"""What a coach consists of, down to what its first utterance needs: to import it takes as long as to load the
recogniser."""

Watcher = Callable[["Logged"], None]


SPOKEN_NOTICES = {
    "microphone lost": "device.microphone_lost",
    "microphone back": "device.microphone_back",
    "speaker back": "device.speaker_back",
}
"""What is said about a device. A lost speaker cannot say so."""


def _on_the_wall(_seconds: float) -> datetime:
    return wall_clock()


def coach_live(app: App, microphone: str | int | None, speaker: str | int | None, watchers: Sequence[Watcher]) -> None:
    """Lead a session with the microphone and the speaker until the user says goodbye."""
    give_back_memory()
    sys.setswitchinterval(HANDOVER)
    app.graph  # noqa: B018 - look at model and content before the sound card is opened, and fail in one sentence
    start = ExitStack()
    start.enter_context(without_collecting())
    with (
        start,
        loading(app.listener) as listener,
        closing(Device(microphone, speaker)) as device,
        loading(device.open_in_background) as opened,
        app.logbook(wall_clock) as logbook,
        app.retention(wall_clock) or nullcontext() as retention,
        live_coach(app, _rate_once(opened, device, app), logbook, _on_the_wall, listener) as coach,
    ):
        gc.freeze()  # what was loaded stays: to look for garbage among it would hold up the sound
        start.close()
        coach.watchers += watchers
        if retention:
            coach.watchers.append(retention.watch)
        coach.begin()
        out = np.zeros(coach.block, dtype=np.float32)
        while not coach.finished:
            block = device.exchange(out)
            if retention:
                retention.hear(block)
            out = coach.step(block)
            if coach.hushed and (left_out := device.hush(FADE_SECONDS)):
                coach.left_out(left_out)
            tell_notices(coach, device, watchers)
            if round(coach.now / BLOCK_SECONDS) % MINUTE == SETTLED:
                log_devices(coach, device, watchers)
                give_back_gaps()


def _rate_once(opened: Callable[[], None], device: Device, app: App) -> int:
    """The rate (Hz) of a device that is being opened; meanwhile the rest is imported and loaded, and what is wrong with
    it told."""
    for module in _NEEDED:
        import_module(module)
    app.check()
    opened()
    return device.rate


def log_devices(coach: Coach, device: Device, watchers: Sequence[Watcher]) -> None:
    """Log what the devices add to each answer, and what they have lost so far (s)."""
    from voicecoach.coach import Logged

    known = {"round_trip": round(device.round_trip, 3), **asdict(device.losses)}
    for watcher in watchers:
        watcher(Logged(coach.now, "devices", known))


def tell_notices(coach: Coach, device: Device, watchers: Sequence[Watcher]) -> None:
    """Say aloud, and log, what has become of the devices."""
    from voicecoach.coach import Logged

    for notice in device.notices():
        for watcher in watchers:
            watcher(Logged(coach.now, "notice", {"text": f"{notice.kind}: {notice.detail}"}))
        line = SPOKEN_NOTICES.get(notice.kind)
        if line:
            coach.say(line)


def type_live(app: App, lines: TextIO, watcher: Watcher, *, quiet: bool) -> None:
    """A typed session in real time; heard where there is a speaker, unless `quiet`."""
    from voicecoach.typed import run_at_terminal

    with app.logbook(wall_clock) as logbook:
        if quiet or check_devices(None, None):
            clock = Ticker()
            coach = silent_coach(app, clock.rate, logbook, _on_the_wall)
            coach.watchers.append(watcher)
            run_at_terminal(coach, clock, lines)
            return
        with Device() as device, live_coach(app, device.rate, logbook, _on_the_wall) as coach:
            coach.watchers.append(watcher)
            run_at_terminal(coach, device, lines)


def type_fast(app: App, lines: Iterable[str], watcher: Watcher) -> None:
    """A typed session in no time."""
    from voicecoach.typed import FAST_RATE, run_fast

    with app.logbook(wall_clock) as logbook:
        began = wall_clock()
        coach = silent_coach(app, FAST_RATE, logbook, lambda seconds: began + timedelta(seconds=seconds))
        coach.watchers.append(watcher)
        run_fast(coach, lines)
