"""Build the parts of a coach, each once, and only when it is needed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voicecoach.app.cached_graph import cached_graph_name, make_grammar
from voicecoach.app.cached_library import CachedLibrary, load_cached_library
from voicecoach.app.cached_matcher import CachedMatcher
from voicecoach.app.memory_store import load_memory
from voicecoach.app.settings import Settings, load_settings
from voicecoach.asr.decoder.graph import Costs
from voicecoach.asr.decoder.vosk_recognizer import SpeechModel
from voicecoach.asr.model.locate import find_model, manifest_of
from voicecoach.content.language import Language, content, load_language
from voicecoach.runtime.paths import (
    GRAPHS,
    SPEECH,
    journal_file,
    memory_file,
    recordings_folder,
    routines_folder,
    settings_file,
)
from voicecoach.tts.voice import Voice

if TYPE_CHECKING:
    # Imported where they are needed. That takes half a second, in which the recogniser can be
    # loaded and the sound card opened; and what only the simulation needs nobody else waits for.
    from voicecoach.asr.decoder.graph import Grammar
    from voicecoach.asr.model.manifest import Manifest
    from voicecoach.asr.utterances import UtteranceDetector
    from voicecoach.content.library import Library
    from voicecoach.content.lines import Lines
    from voicecoach.core.speech import Alternative, Hypothesis
    from voicecoach.core.understanding import Understanding
    from voicecoach.history.journal_access import JournalAccess
    from voicecoach.history.journal_writer import Now
    from voicecoach.history.utterance_audio import UtteranceAudioStore
    from voicecoach.nlu.intents import IntentSet
    from voicecoach.nlu.matcher import Matcher
    from voicecoach.nlu.understanding import Understander
    from voicecoach.session.profile.exercise_memory import ExerciseMemory
    from voicecoach.tts.synthesizer import Synthesizer
    from voicecoach.tts.voice_switch import VoiceList


@dataclass(frozen=True)
class Paths:
    """Name files that replace the built-in ones; None means the built-in one."""

    model: Path | None = None
    intents: Path | None = None
    routines: tuple[Path, ...] = ()


class App:
    """Load each part once, and only when it is needed."""

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

    # --- content ---------------------------------------------------------------------------------

    @cached_property
    def language(self) -> Language:
        """Return the language asked for here, else that of the settings."""
        return load_language(self._language or self.settings.language)

    @property
    def coach_voice(self) -> Voice:
        """Return the voice that the coach speaks with."""
        return replace(self._coach_voice, language=self.language.code)

    @cached_property
    def folders(self) -> Sequence[Path]:
        """List the folders of content that is not built in.

        These are the user's folder, and the folders given.
        """
        own = routines_folder()
        return (*([own] if own.is_dir() else []), *self.paths.routines)

    @cached_property
    def _repertoire(self) -> CachedLibrary:
        return load_cached_library(self.language.code, self.folders)

    @property
    def library(self) -> Library:
        """Return the exercises and routines."""
        return self._repertoire.library

    @cached_property
    def settings(self) -> Settings:
        """Return the user's settings."""
        return load_settings(settings_file())

    @property
    def lines(self) -> Lines:
        """Return the lines that the coach says."""
        return self._repertoire.lines

    @cached_property
    def _cached_matcher(self) -> CachedMatcher:
        path = self.paths.intents or content(self.language.code, "intents.yaml")
        routines = {"routine": self.library.spoken_routines()}
        return CachedMatcher(
            path, self.language.code, routines, {"left_out": self.library.spoken_exercises()}
        )

    @cached_property
    def matcher(self) -> Matcher:
        """Return the matcher from words to intents."""
        return self._cached_matcher.load()

    @property
    def intents(self) -> IntentSet:
        """Return the intents that the coach understands."""
        return self.matcher.intents

    def check(self) -> None:
        """Load all that may have mistakes, and raise what they are."""
        self.matcher, self.lines, self.settings  # noqa: B018

    def prompts(self) -> list[tuple[str, str]]:
        """Return (id, text) of everything that the coach can say."""
        from voicecoach.session.script.alarm_lines import alarm_prompts

        return [
            *alarm_prompts(self.lines, self.settings.emergency_number),
            *self._repertoire.prompts,
        ]

    @cached_property
    def memory(self) -> ExerciseMemory:
        """Return the exercise memory of the user."""
        return load_memory(memory_file())

    # --- hearing and understanding ---------------------------------------------------------------

    @property
    def manifest(self) -> Manifest:
        """Return the requirements on the recogniser's model."""
        return manifest_of(self.language.model, self.language.code)

    @cached_property
    def model(self) -> SpeechModel:
        """Return the recogniser's model.

        Raises:
            ModelError: The model is missing or damaged; the message is one sentence.
        """
        folder = find_model(self.paths.model, self.manifest)
        return SpeechModel(folder, GRAPHS.path)

    @property
    def costs(self) -> Costs:
        """Return the recogniser's costs of words."""
        return self._costs or Costs(words=self.language.costs)

    @cached_property
    def graph(self) -> str:
        """Return the name of the recogniser's graph, which implies valid content.

        Where nothing has changed since model and content were checked, they are not loaded again.
        """
        return cached_graph_name(
            self.model, self.language, self.costs, self._cached_matcher.key, lambda: self.grammar
        )

    @cached_property
    def understander(self) -> Understander:
        """From utterances to commands."""
        from voicecoach.nlu.understanding import Understander

        return Understander(self.matcher, self.language.links)

    @cached_property
    def grammar(self) -> Grammar:
        """Return the grammar that the recogniser listens for."""
        return make_grammar(self.language, self.intents)

    def utterance_detector(self) -> UtteranceDetector:
        """Return a new utterance detector that knows the intents' sentences."""
        recognizer = self.model.known_recognizer(self.graph) or self.model.recognizer(
            self.grammar, self.costs
        )

        # While the recogniser is loaded, somebody else may import what is needed now.
        from voicecoach.asr.detection.gain_control import AutomaticGainControl
        from voicecoach.asr.detection.vad import VoiceActivityDetector
        from voicecoach.asr.utterances import UtteranceDetector
        from voicecoach.turns.end_of_turn import EndOfTurn

        intents, links = self.intents, self.language.links
        joined = (*links.joining, *links.correcting)
        endpoint = EndOfTurn(
            intents.word_graph(), intents.fillers, intents.beside, joined, self._is_sure
        )
        return UtteranceDetector(
            recognizer, VoiceActivityDetector(), endpoint.pause, AutomaticGainControl()
        )

    def _is_sure(self, text: str, alternatives: Sequence[Alternative]) -> bool:
        return self.understander.is_sure(text, alternatives)

    def understand(self, heard: Hypothesis, states: Collection[str] | None) -> Understanding:
        """Return what an utterance means in `states`; None allows any state."""
        return self.understander.understand(heard, states)

    # --- speaking and writing --------------------------------------------------------------------

    @contextmanager
    def synthesizer(self, rate: int, voice: Voice | None = None) -> Iterator[Synthesizer]:
        """Speech at `rate` Hz."""
        from voicecoach.tts.cache import ClipCache
        from voicecoach.tts.synthesizer import Synthesizer

        with Synthesizer(voice or self.coach_voice, rate, ClipCache(SPEECH.path)) as synthesizer:
            yield synthesizer

    def voices(self, rate: int) -> VoiceList:
        """Return the voices after the coach's own, at `rate` Hz; the caller closes them."""
        from voicecoach.tts.cache import ClipCache
        from voicecoach.tts.synthesizer import Synthesizer
        from voicecoach.tts.voice_switch import VoiceList

        return VoiceList(
            self.coach_voice, lambda voice: Synthesizer(voice, rate, ClipCache(SPEECH.path))
        )

    @contextmanager
    def journal_access(self, now: Now) -> Iterator[JournalAccess]:
        """Open the journal, unless the user wants none; `now` is the wall clock."""
        from voicecoach.history.journal_access import JournalAccess, open_journal

        if self.settings.journal:
            with open_journal(journal_file(), now) as journal_access:
                yield journal_access
        else:
            yield JournalAccess()

    def retention(self, now: Now) -> UtteranceAudioStore | None:
        """Return the store of utterance audio; None unless the user wants it."""
        if not self.settings.keep_audio:
            return None
        from voicecoach.history.utterance_audio import BYTES_PER_MEGABYTE, UtteranceAudioStore

        return UtteranceAudioStore(
            recordings_folder(), self.settings.keep_audio * BYTES_PER_MEGABYTE, now
        )
