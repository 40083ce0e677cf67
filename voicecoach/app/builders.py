"""Wire coaches from the parts of an app: live, typed, and simulated.

Heavy modules are imported where they are needed: a coach for the sound card is built while the
recogniser is loaded, and modules that only the simulation needs delay nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from voicecoach.app.components import App
from voicecoach.core.audio import HEARING_RATE, Clip, Samples
from voicecoach.runtime.paths import routines_folder
from voicecoach.tts.voice import Voice

if TYPE_CHECKING:
    from voicecoach.asr.utterances import UtteranceDetector
    from voicecoach.engine.coach import Clock, Coach
    from voicecoach.engine.hearing import Hearing
    from voicecoach.history.journal_access import JournalAccess
    from voicecoach.playback.clip_source import LiveSource, SilentSource
    from voicecoach.simulation.runner import Simulation
    from voicecoach.simulation.scenario import Scenario

EARLIER = timedelta(hours=3)
"""How long before a scenario was what was before it."""

SIMULATION_RATE = 48_000
"""Sample rate (Hz) of the coach in the simulated room: that of most sound cards."""


@contextmanager
def live_coach(
    app: App,
    rate: int,
    journal_access: JournalAccess | None = None,
    clock: Clock | None = None,
    detector: Callable[[], UtteranceDetector] | None = None,
) -> Iterator[Coach]:
    """Build a coach for a sound card with a speaker at `rate` Hz.

    It writes `journal_access`, and hears with the result of `detector`. Without `detector` it is
    typed to.
    """
    from voicecoach.audio.echo.control import make_echo_control
    from voicecoach.engine.last_words import KEPT, LOST
    from voicecoach.engine.threaded_hearing import BackgroundHearing
    from voicecoach.playback.clip_source import LiveSource

    with app.synthesizer(rate) as synthesizer, ExitStack() as stack:
        for line in ("greeting", LOST, KEPT):  # what is wrong with the speech engine is told now
            synthesizer.clip(app.lines(line))
        ring = stack.enter_context(closing(app.voices(rate)))
        source = LiveSource(synthesizer, rate, ring)
        source.prefetch(text for _line, text in app.prompts())
        hearing = no_hearing()
        if detector:
            hearing = BackgroundHearing(detector(), make_echo_control(), app.understand)
        stack.enter_context(closing(hearing))
        yield coach_of(app, rate, source, hearing, journal_access, clock)


def silent_coach(
    app: App, rate: int, journal_access: JournalAccess | None = None, clock: Clock | None = None
) -> Coach:
    """Build a coach that is read and typed to, and writes `journal_access`."""
    from voicecoach.playback.clip_source import SilentSource

    return coach_of(app, rate, SilentSource(rate), no_hearing(), journal_access, clock)


@contextmanager
def simulated_coach(
    app: App,
    scenario: Scenario,
    *,
    typed: bool = False,
    record: Callable[[Samples], None] | None = None,
) -> Iterator[tuple[Simulation, Coach]]:
    """Build a scenario in the simulated room.

    `typed` leaves out the recogniser and the voices. `record` gets each block of the microphone, at
    16 kHz.
    """
    from voicecoach.audio.echo.control import make_echo_control
    from voicecoach.engine.hearing import Hearing
    from voicecoach.playback.clip_source import EagerSource, SilentSource
    from voicecoach.simulation.room import Room, RoomSettings
    from voicecoach.simulation.runner import Simulation

    rate = SIMULATION_RATE
    room = Room(rate, RoomSettings(**scenario.room.model_dump()))
    with ExitStack() as stack:
        journal_access, clock = _earlier(app, scenario, stack)
        if typed:
            coach = coach_of(
                app, rate, SilentSource(rate), no_hearing(), journal_access, clock, remembers=False
            )
            yield Simulation(coach, room, scenario, None, record), coach
            return
        user = Voice(scenario.user.voice or app.language.user_voice, scenario.user.words_a_minute)
        coach_voice = stack.enter_context(app.synthesizer(rate))
        user_voice = stack.enter_context(app.synthesizer(HEARING_RATE, user))
        source = EagerSource(coach_voice, rate, stack.enter_context(closing(app.voices(rate))))
        hearing = Hearing(app.utterance_detector(), make_echo_control())
        coach = coach_of(app, rate, source, hearing, journal_access, clock, remembers=False)
        say: Callable[[str], Clip] = user_voice.clip
        yield Simulation(coach, room, scenario, say, record), coach


def _earlier(app: App, scenario: Scenario, stack: ExitStack) -> tuple[JournalAccess, Clock | None]:
    """Return the journal of a scenario, with its past sessions, and its wall clock.

    Both are absent if the scenario has no past.
    """
    from voicecoach.app.typed import FAST_RATE, run_fast
    from voicecoach.history.journal_access import JournalAccess, open_journal
    from voicecoach.playback.clip_source import SilentSource

    began = scenario.clock
    if began is None:
        return JournalAccess(), None
    file = Path(stack.enter_context(TemporaryDirectory())) / "journal.db"
    if scenario.before:
        with open_journal(file, lambda: began - EARLIER) as earlier:
            coach = coach_of(
                app, FAST_RATE, SilentSource(FAST_RATE), no_hearing(), earlier, remembers=False
            )
            run_fast(coach, scenario.before)
    journal_access = stack.enter_context(open_journal(file, lambda: began))
    return journal_access, lambda seconds: began + timedelta(seconds=seconds)


def coach_of(
    app: App,
    rate: int,
    source: LiveSource | SilentSource,
    hearing: Hearing,
    journal_access: JournalAccess | None = None,
    clock: Clock | None = None,
    *,
    remembers: bool = True,
) -> Coach:
    """Build a coach that speaks with `source` and hears with `hearing`.

    It writes `journal_access`. Unless it `remembers`, it neither reads nor changes the user's
    exercise memory.
    """
    from voicecoach.app.routine_store import RoutineStore
    from voicecoach.engine.coach import Coach
    from voicecoach.history.journal_access import JournalAccess
    from voicecoach.session.profile.exercise_memory import ExerciseMemory
    from voicecoach.session.profile.saved_routines import for_today
    from voicecoach.session.session import Session

    settings, journal_access = app.settings, journal_access or JournalAccess()
    session = Session(
        app.library,
        app.lines,
        settings.emergency_number,
        check_in=settings.check_in,
        preferences=settings.preferences,
        age=settings.age,
        memory=app.memory if remembers else ExerciseMemory(),
        save_routine=RoutineStore(routines_folder()).keep if remembers else for_today,
        past=journal_access.past,
        alone=not journal_access.taken,
        times=settings.day,
    )
    coach = Coach(rate, session, source, app.understand, hearing, clock=clock)
    coach.listeners.append(journal_access.watch)
    return coach


def no_hearing() -> Hearing:
    """Neither microphone nor recogniser."""
    from voicecoach.audio.echo.control import NoMicrophone
    from voicecoach.engine.hearing import Hearing, NullListener

    return Hearing(NullListener(), NoMicrophone())
