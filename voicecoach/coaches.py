"""Coaches, wired from the parts of an app: for the sound card, to be typed to, and in the simulated room.

What is heavy is imported where it is needed: a coach for the sound card is made while the recogniser is loaded, and
what only the simulation needs nobody else waits for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from voicecoach.app import App
from voicecoach.events import HEARING_RATE, Clip, Samples
from voicecoach.settings import routines_folder
from voicecoach.tts.voice import Voice

if TYPE_CHECKING:
    from voicecoach.asr.listener import Listener
    from voicecoach.coach import Clock, Coach
    from voicecoach.hearing import Hearing
    from voicecoach.history.logbook import Logbook
    from voicecoach.scenario import Scenario
    from voicecoach.simulate import Simulation
    from voicecoach.tts.source import LiveSource, SilentSource

EARLIER = timedelta(hours=3)
"""How long before a scenario was what was before it."""

SIMULATION_RATE = 48_000
"""Sample rate (Hz) of the coach in the simulated room: that of most sound cards."""


@contextmanager
def live_coach(
    app: App,
    rate: int,
    logbook: Logbook | None = None,
    clock: Clock | None = None,
    listener: Callable[[], Listener] | None = None,
) -> Iterator[Coach]:
    """A coach for a sound card with a speaker at `rate` Hz, which writes `logbook`. It hears with what `listener`
    gives in the end; without it is typed to."""
    from voicecoach.audio.echo import make_echo_control
    from voicecoach.hearing_thread import BackgroundHearing
    from voicecoach.last_words import KEPT, LOST
    from voicecoach.tts.source import LiveSource

    with app.synthesizer(rate) as synthesizer, ExitStack() as stack:
        for line in ("greeting", LOST, KEPT):  # what is wrong with the speech engine is told now
            synthesizer.clip(app.lines(line))
        ring = stack.enter_context(closing(app.voices(rate)))
        source = LiveSource(synthesizer, rate, ring)
        source.prefetch(text for _line, text in app.prompts())
        hearing = no_hearing()
        if listener:
            hearing = BackgroundHearing(listener(), make_echo_control(), app.understand)
        stack.enter_context(closing(hearing))
        yield coach_of(app, rate, source, hearing, logbook, clock)


def silent_coach(app: App, rate: int, logbook: Logbook | None = None, clock: Clock | None = None) -> Coach:
    """A coach that is read and typed to, and writes `logbook`."""
    from voicecoach.tts.source import SilentSource

    return coach_of(app, rate, SilentSource(rate), no_hearing(), logbook, clock)


@contextmanager
def simulated_coach(
    app: App, scenario: Scenario, *, typed: bool = False, record: Callable[[Samples], None] | None = None
) -> Iterator[tuple[Simulation, Coach]]:
    """A scenario in the simulated room. `typed` leaves out the recogniser and the voices; `record` gets
    each block of the microphone, at 16 kHz."""
    from voicecoach.audio.echo import make_echo_control
    from voicecoach.audio.room import Room, RoomSettings
    from voicecoach.hearing import Hearing
    from voicecoach.simulate import Simulation
    from voicecoach.tts.source import EagerSource, SilentSource

    rate = SIMULATION_RATE
    room = Room(rate, RoomSettings(**scenario.room.model_dump()))
    with ExitStack() as stack:
        logbook, clock = _earlier(app, scenario, stack)
        if typed:
            coach = coach_of(app, rate, SilentSource(rate), no_hearing(), logbook, clock, remembers=False)
            yield Simulation(coach, room, scenario, None, record), coach
            return
        user = Voice(scenario.user.voice or app.language.user_voice, scenario.user.words_a_minute)
        coach_voice = stack.enter_context(app.synthesizer(rate))
        user_voice = stack.enter_context(app.synthesizer(HEARING_RATE, user))
        source = EagerSource(coach_voice, rate, stack.enter_context(closing(app.voices(rate))))
        hearing = Hearing(app.listener(), make_echo_control())
        coach = coach_of(app, rate, source, hearing, logbook, clock, remembers=False)
        say: Callable[[str], Clip] = user_voice.clip
        yield Simulation(coach, room, scenario, say, record), coach


def _earlier(app: App, scenario: Scenario, stack: ExitStack) -> tuple[Logbook, Clock | None]:
    """The journal of a scenario, with what was before it, and its clock on the wall; neither where it has none."""
    from voicecoach.history.logbook import Logbook, open_logbook
    from voicecoach.tts.source import SilentSource
    from voicecoach.typed import FAST_RATE, run_fast

    began = scenario.clock
    if began is None:
        return Logbook(), None
    file = Path(stack.enter_context(TemporaryDirectory())) / "journal.db"
    if scenario.before:
        with open_logbook(file, lambda: began - EARLIER) as earlier:
            coach = coach_of(app, FAST_RATE, SilentSource(FAST_RATE), no_hearing(), earlier, remembers=False)
            run_fast(coach, scenario.before)
    logbook = stack.enter_context(open_logbook(file, lambda: began))
    return logbook, lambda seconds: began + timedelta(seconds=seconds)


def coach_of(
    app: App,
    rate: int,
    source: LiveSource | SilentSource,
    hearing: Hearing,
    logbook: Logbook | None = None,
    clock: Clock | None = None,
    *,
    remembers: bool = True,
) -> Coach:
    """A coach that speaks with `source`, hears with `hearing`, and writes `logbook`. Unless it `remembers`, it neither
    knows what the user's own has learned nor adds to it."""
    from voicecoach.coach import Coach
    from voicecoach.history.logbook import Logbook
    from voicecoach.own_routines import OwnRoutines
    from voicecoach.session.memory import Memory
    from voicecoach.session.saving import for_today
    from voicecoach.session.session import Session

    settings, logbook = app.settings, logbook or Logbook()
    session = Session(
        app.library,
        app.lines,
        settings.emergency_number,
        check_in=settings.check_in,
        preferences=settings.preferences,
        age=settings.age,
        memory=app.memory if remembers else Memory(),
        keep=OwnRoutines(routines_folder()).keep if remembers else for_today,
        past=logbook.past,
        alone=not logbook.taken,
        times=settings.day,
    )
    coach = Coach(rate, session, source, app.understand, hearing, clock=clock)
    coach.watchers.append(logbook.watch)
    return coach


def no_hearing() -> Hearing:
    """Neither microphone nor recogniser."""
    from voicecoach.audio.echo import NoMicrophone
    from voicecoach.hearing import Deaf, Hearing

    return Hearing(Deaf(), NoMicrophone())
