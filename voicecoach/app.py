"""The one place that wires the parts together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import platformdirs

from voicecoach.asr.graph import Costs
from voicecoach.asr.model import find_model, manifest_of
from voicecoach.asr.recognizer import SpeechModel
from voicecoach.events import HEARING_RATE, Alternative, Clip, Hypothesis, Samples, Understanding
from voicecoach.history.database import journal_file
from voicecoach.kept_matcher import KeptMatcher
from voicecoach.kept_repertoire import Repertoire, kept_repertoire
from voicecoach.language import Language, load_language
from voicecoach.listening import kept_graph, make_grammar
from voicecoach.nlu.built_in import built_in
from voicecoach.settings import Settings, load_settings, routines_folder, settings_file
from voicecoach.store import load_memory, memory_file
from voicecoach.tts.voice import Voice

if TYPE_CHECKING:
    # Imported where they are needed. That takes half a second, in which the recogniser can be loaded and the sound card
    # opened; and what only the simulation needs nobody else waits for.
    from voicecoach.asr.graph import Grammar
    from voicecoach.asr.listener import Listener
    from voicecoach.asr.manifest import Manifest
    from voicecoach.coach import Clock, Coach
    from voicecoach.hearing import Hearing
    from voicecoach.history.logbook import Logbook
    from voicecoach.history.recorder import Now
    from voicecoach.history.retention import Retention
    from voicecoach.nlu.evidence import UnderstandText
    from voicecoach.nlu.intents import IntentSet
    from voicecoach.nlu.matcher import Matcher
    from voicecoach.scenario import Scenario
    from voicecoach.session.lines import Lines
    from voicecoach.session.memory import Memory
    from voicecoach.session.routine import Library
    from voicecoach.simulate import Simulation
    from voicecoach.tts.source import LiveSource, SilentSource
    from voicecoach.tts.synthesizer import Synthesizer
    from voicecoach.tts.voices import VoiceRing

_LOG = logging.getLogger(__name__)

REMEMBERED = 256
"""Texts whose meanings are remembered: the readings of an utterance are asked about again and again, and the first time
in another thread than the loudspeaker's."""

EARLIER = timedelta(hours=3)
"""How long before a scenario was what was before it."""

SIMULATION_RATE = 48_000
"""Sample rate (Hz) of the coach in the simulated room: that of most sound cards."""


@dataclass(frozen=True)
class Paths:
    """Files that stand in for the built-in ones; None means the built-in one."""

    model: Path | None = None
    intents: Path | None = None
    routines: tuple[Path, ...] = ()


def _no_hearing() -> Hearing:
    from voicecoach.audio.echo import NoMicrophone
    from voicecoach.hearing import Deaf, Hearing

    return Hearing(Deaf(), NoMicrophone())


class App:
    """Loads each part once, and only when it is needed."""

    def __init__(
        self,
        paths: Paths | None = None,
        coach_voice: Voice | None = None,
        costs: Costs | None = None,
        language: str | None = None,
    ):
        self.paths = paths or Paths()
        self._costs = costs
        self._coach_voice = coach_voice or Voice()
        self._language = language

    # --- content ------------------------------------------------------------------------------------------

    @cached_property
    def language(self) -> Language:
        """What the coach speaks and understands: asked for here, or set by the user."""
        return load_language(self._language or self.settings.language)

    @property
    def coach_voice(self) -> Voice:
        """What the coach speaks with."""
        return replace(self._coach_voice, language=self.language.code)

    @cached_property
    def folders(self) -> Sequence[Path]:
        """Where exercises and routines are that are not built in: the user's folder, and the folders given."""
        own = routines_folder()
        return (*([own] if own.is_dir() else []), *self.paths.routines)

    @cached_property
    def _repertoire(self) -> Repertoire:
        return kept_repertoire(self.language.code, self.folders)

    @property
    def library(self) -> Library:
        """Exercises and routines."""
        return self._repertoire.library

    @cached_property
    def settings(self) -> Settings:
        """What the user has set."""
        return load_settings(settings_file())

    @property
    def lines(self) -> Lines:
        """What the coach says."""
        return self._repertoire.lines

    @cached_property
    def _kept_matcher(self) -> KeptMatcher:
        path = self.paths.intents or built_in(self.language.code)
        routines = {"routine": self.library.spoken_routines()}
        return KeptMatcher(path, self.language.code, routines, {"left_out": self.library.spoken_exercises()})

    @cached_property
    def matcher(self) -> Matcher:
        """From words to intents."""
        return self._kept_matcher.load()

    @property
    def intents(self) -> IntentSet:
        """What the coach understands."""
        return self.matcher.intents

    def check(self) -> None:
        """Load all that may have mistakes, and raise what they are."""
        self.matcher, self.lines, self.settings  # noqa: B018

    def prompts(self) -> list[tuple[str, str]]:
        """(id, text) of everything that the coach can say."""
        from voicecoach.session.alarm import alarm_prompts

        return [*alarm_prompts(self.lines, self.settings.emergency_number), *self._repertoire.prompts]

    @cached_property
    def memory(self) -> Memory:
        """What is remembered of the user."""
        return load_memory(memory_file())

    # --- hearing and understanding --------------------------------------------------------------------------

    @property
    def manifest(self) -> Manifest:
        """What the recogniser's model must be."""
        return manifest_of(self.language.model, self.language.code)

    @cached_property
    def model(self) -> SpeechModel:
        """The recogniser's model; ModelError in one sentence when there is none, or a damaged one."""
        folder = find_model(self.paths.model, self.manifest)
        return SpeechModel(folder, platformdirs.user_cache_path("voicecoach") / "graphs")

    @property
    def costs(self) -> Costs:
        """What things cost the recogniser."""
        return self._costs or Costs(words=self.language.costs)

    @cached_property
    def graph(self) -> str:
        """The name of the recogniser's graph. To know it is to know that model and content are right: where nothing has
        changed since they were looked through, they are not loaded for that."""
        return kept_graph(self.model, self.language, self.costs, self._kept_matcher.key, lambda: self.grammar)

    @cached_property
    def _understand_text(self) -> UnderstandText:
        """From words to one command or to several in one breath."""
        from voicecoach.nlu.chain import Chains

        chains = Chains(self.intents.word_graph(), self.intents.fillers, self.language.links)
        remembered = lru_cache(maxsize=REMEMBERED)(chains.understand(self.matcher.understand))
        return lambda text, states: remembered(text, None if states is None else frozenset(states))

    @cached_property
    def grammar(self) -> Grammar:
        """What the recogniser listens for."""
        return make_grammar(self.language, self.intents)

    def listener(self) -> Listener:
        """A fresh pair of ears that know the intents' sentences."""
        recognizer = self.model.known_recognizer(self.graph) or self.model.recognizer(self.grammar, self.costs)

        # While the recogniser is loaded, somebody else may import what is needed now.
        from voicecoach.asr.level import LevelControl
        from voicecoach.asr.listener import Listener
        from voicecoach.asr.vad import VoiceActivityDetector
        from voicecoach.nlu.endpoint import Endpoint

        intents, links = self.intents, self.language.links
        joined = (*links.joining, *links.correcting)
        endpoint = Endpoint(intents.word_graph(), intents.fillers, intents.beside, joined, self._surely)
        return Listener(recognizer, VoiceActivityDetector(), endpoint.pause, LevelControl())

    def _surely(self, text: str, alternatives: Sequence[Alternative]) -> bool:
        """Whether it is a command in some state, and nothing else is nearly as probable."""
        from voicecoach.nlu.evidence import weigh

        heard = Hypothesis(text, 0.0, 0.0, 0.0, alternatives=tuple(alternatives), over_coach=True)
        return weigh(heard, None, self._understand_text).accepted

    def understand(self, heard: Hypothesis, states: Collection[str] | None) -> Understanding:
        """What an utterance means in `states`; None: in any state."""
        from voicecoach.nlu.answers import favour_answers
        from voicecoach.nlu.evidence import weigh

        if states is not None:
            heard = favour_answers(heard, lambda text: self.intents.answers(text, states))
        understood = weigh(heard, states, self._understand_text)
        _LOG.debug(
            "%r in %s: %s %s (%s)",
            heard.text,
            "any state" if states is None else "/".join(states),
            understood.verdict.value,
            understood.intent or "nothing",
            understood.reason,
        )
        return understood

    # --- coaches --------------------------------------------------------------------------------------------

    @contextmanager
    def synthesizer(self, rate: int, voice: Voice | None = None) -> Iterator[Synthesizer]:
        """Speech at `rate` Hz."""
        from voicecoach.tts.cache import ClipCache
        from voicecoach.tts.synthesizer import Synthesizer

        with Synthesizer(voice or self.coach_voice, rate, ClipCache()) as synthesizer:
            yield synthesizer

    def voices(self, rate: int) -> VoiceRing:
        """The voices after the coach's own, at `rate` Hz; to be closed in the end."""
        from voicecoach.tts.cache import ClipCache
        from voicecoach.tts.synthesizer import Synthesizer
        from voicecoach.tts.voices import VoiceRing

        return VoiceRing(self.coach_voice, lambda voice: Synthesizer(voice, rate, ClipCache()))

    @contextmanager
    def logbook(self, now: Now) -> Iterator[Logbook]:
        """The journal, unless the user wants none; `now` is the clock on the wall."""
        from voicecoach.history.logbook import Logbook, open_logbook

        if self.settings.journal:
            with open_logbook(journal_file(), now) as logbook:
                yield logbook
        else:
            yield Logbook()

    def retention(self, now: Now) -> Retention | None:
        """What keeps the sound of utterances; None unless the user wants that."""
        if not self.settings.keep_audio:
            return None
        from voicecoach.history.retention import MEGABYTE, Retention, recordings_folder

        return Retention(recordings_folder(), self.settings.keep_audio * MEGABYTE, now)

    @contextmanager
    def live_coach(
        self,
        rate: int,
        logbook: Logbook | None = None,
        clock: Clock | None = None,
        listener: Callable[[], Listener] | None = None,
    ) -> Iterator[Coach]:
        """A coach for a sound card with a speaker at `rate` Hz, which writes `logbook`. It hears with what `listener`
        gives in the end; without it is typed to."""
        from voicecoach.audio.echo import make_echo_control
        from voicecoach.hearing_thread import BackgroundHearing
        from voicecoach.tts.source import LiveSource

        with self.synthesizer(rate) as synthesizer, ExitStack() as stack:
            synthesizer.clip(self.lines("greeting"))  # what is wrong with the speech engine is told now
            ring = stack.enter_context(closing(self.voices(rate)))
            source = LiveSource(synthesizer, rate, ring)
            source.prefetch(text for _line, text in self.prompts())
            hearing = _no_hearing()
            if listener:
                hearing = BackgroundHearing(listener(), make_echo_control(), self.understand)
            stack.enter_context(closing(hearing))
            yield self._coach(rate, source, hearing, logbook, clock)

    def silent_coach(self, rate: int, logbook: Logbook | None = None, clock: Clock | None = None) -> Coach:
        """A coach that is read and typed to, and writes `logbook`."""
        from voicecoach.tts.source import SilentSource

        return self._coach(rate, SilentSource(rate), _no_hearing(), logbook, clock)

    @contextmanager
    def simulation(
        self, scenario: Scenario, *, typed: bool = False, record: Callable[[Samples], None] | None = None
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
            logbook, clock = self._earlier(scenario, stack)
            if typed:
                coach = self._coach(rate, SilentSource(rate), _no_hearing(), logbook, clock, remembers=False)
                yield Simulation(coach, room, scenario, None, record), coach
                return
            user = Voice(scenario.user.voice or self.language.user_voice, scenario.user.words_a_minute)
            coach_voice = stack.enter_context(self.synthesizer(rate))
            user_voice = stack.enter_context(self.synthesizer(HEARING_RATE, user))
            source = EagerSource(coach_voice, rate, stack.enter_context(closing(self.voices(rate))))
            hearing = Hearing(self.listener(), make_echo_control())
            coach = self._coach(rate, source, hearing, logbook, clock, remembers=False)
            say: Callable[[str], Clip] = user_voice.clip
            yield Simulation(coach, room, scenario, say, record), coach

    def _earlier(self, scenario: Scenario, stack: ExitStack) -> tuple[Logbook, Clock | None]:
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
                coach = self._coach(FAST_RATE, SilentSource(FAST_RATE), _no_hearing(), earlier, remembers=False)
                run_fast(coach, scenario.before)
        logbook = stack.enter_context(open_logbook(file, lambda: began))
        return logbook, lambda seconds: began + timedelta(seconds=seconds)

    def _coach(
        self,
        rate: int,
        source: LiveSource | SilentSource,
        hearing: Hearing,
        logbook: Logbook | None = None,
        clock: Clock | None = None,
        *,
        remembers: bool = True,
    ) -> Coach:
        from voicecoach.coach import Coach
        from voicecoach.history.logbook import Logbook
        from voicecoach.own_routines import OwnRoutines
        from voicecoach.session.memory import Memory
        from voicecoach.session.saving import for_today
        from voicecoach.session.session import Session

        settings, logbook = self.settings, logbook or Logbook()
        session = Session(
            self.library,
            self.lines,
            settings.emergency_number,
            check_in=settings.check_in,
            preferences=settings.preferences,
            age=settings.age,
            memory=self.memory if remembers else Memory(),
            keep=OwnRoutines(routines_folder()).keep if remembers else for_today,
            past=logbook.past,
            alone=not logbook.taken,
            times=settings.day,
        )
        coach = Coach(rate, session, source, self.understand, hearing, clock=clock)
        coach.watchers.append(logbook.watch)
        return coach
