"""Vosk behind a small door: sound in, hypotheses out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from voicecoach.asr.decoder.graph import Costs, Grammar
from voicecoach.asr.decoder.graph_folder import (
    graph_name,
    known_folder,
    model_with_graph,
    vocabulary,
)
from voicecoach.asr.model.locate import load_vosk
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.speech import Alternative, Endpoint, Hypothesis, Word

SOFT_START = 0.1
"""Seconds by which speech may have begun before the detector noticed it."""


MOST_ALTERNATIVES = 20
"""How many readings of an utterance are asked for: the better ones differ in words that mean
nothing."""

READINGS = 400
"""Readings after which there is a new recogniser; an utterance is read once or several times. Vosk
composes its graph as it goes, and keeps what it has met of it (alphacep/vosk-api, issue 209): a
coach that is on all day would grow for hours. A new one takes milliseconds, and three times as long
as usual over its first readings (`benchmarks/renewing.py`)."""

QUIET = -3
"""Vosk's log level at which Kaldi's own error lines stay off stderr: errors are told in our
words."""


class SpeechModel:
    """A Vosk model on disk, and the graphs made from it (kept in `cache`)."""

    def __init__(self, folder: Path, cache: Path):
        self.folder = folder
        self._cache = cache
        self._loaded: dict[Path, Any] = {}

    def knows(self, word: str) -> bool:
        """Whether the recogniser can hear `word`."""
        return word in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self._vocabulary())

    def _vocabulary(self) -> Mapping[str, int]:
        """Not kept: forty megabytes that are of no use once the graph is made."""
        try:
            return vocabulary(self.folder)
        except (OSError, ValueError) as error:
            raise VoicecoachError(_unusable(self.folder, error)) from error

    def graph_name(self, grammar: Grammar, costs: Costs | None = None) -> str:
        """What `known_recognizer` knows the graph of `grammar` by, weighed by `costs`."""
        return graph_name(self.folder, grammar, costs)

    def known_recognizer(self, name: str) -> Recognizer | None:
        """The recogniser with a graph that was made before; None where it is not there any more."""
        folder = known_folder(self._cache, name)
        return self._loaded_from(folder) if folder else None

    def recognizer(self, grammar: Grammar, costs: Costs | None = None) -> Recognizer:
        """A recogniser that listens for the sentences of `grammar` (lower case, no punctuation),
        weighed by `costs`. The first for a grammar takes a third of a second to load."""
        try:
            folder = model_with_graph(self.folder, grammar, self._cache, costs, self._vocabulary)
        except OSError as error:
            raise VoicecoachError(
                f"the recogniser's graph cannot be written in {self._cache}: {error.strerror or error}; "
                "make room there, or give yourself the right to write there"
            ) from error
        return self._loaded_from(folder)

    def _loaded_from(self, folder: Path) -> Recognizer:
        vosk = load_vosk()
        vosk.SetLogLevel(QUIET)
        try:
            if folder not in self._loaded:
                self._loaded[folder] = vosk.Model(str(folder))
            model = self._loaded[folder]
            return Recognizer(lambda: vosk.KaldiRecognizer(model, HEARING_RATE))
        except Exception as error:  # Vosk raises nothing more special
            raise VoicecoachError(_unusable(self.folder, error)) from error


def _unusable(folder: Path, error: Exception) -> str:
    return f"the speech model in {folder} cannot be loaded ({error}); run `voicecoach model fetch` to get a good copy"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was heard in an utterance: the most probable text, its words (their times in seconds
    from the first sample that was fed), and what else it may have been, the most probable first."""

    text: str
    words: tuple[Word, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


class Recognizer:
    """One stream of utterances. Sound between utterances need not be fed.

    The same sound gives the same words: Kaldi's dither (noise of one quantisation step, against
    logarithms of zero) is off in the model's folder, and one that begins anew with each utterance
    takes its place. `make` gives a Vosk recogniser: one now, and another each time after READINGS.
    """

    def __init__(self, make: Callable[[], Any]):
        self._make = make
        self._begin()

    def _begin(self) -> None:
        self._vosk = self._make()
        self._vosk.SetWords(True)
        self._vosk.SetMaxAlternatives(MOST_ALTERNATIVES)
        self._left = READINGS
        self._fed = 0
        self._utterance_began = 0
        self._dither = np.random.default_rng(0)

    def feed(self, samples: Samples) -> bool:
        """Hear 16 kHz mono sound; whether the recogniser itself thinks that the utterance has
        ended."""
        self._fed += len(samples)
        dithered = samples * 32767 + self._dither.standard_normal(len(samples), dtype=np.float32)
        pcm = np.clip(dithered, -32768, 32767).astype("<i2").tobytes()
        return bool(self._vosk.AcceptWaveform(pcm))

    def partial(self) -> str:
        """What has been understood so far of the utterance."""
        return str(json.loads(self._vosk.PartialResult())["partial"])

    def finish(self) -> Reading:
        """End the utterance."""
        best, *others = json.loads(self._vosk.FinalResult())["alternatives"]
        began, self._utterance_began = self._utterance_began, self._fed
        self._dither = np.random.default_rng(0)
        offset = began / HEARING_RATE
        words = tuple(
            Word(word["word"], word["start"] - offset, word["end"] - offset)
            for word in best.get("result", ())
        )
        alternatives = (
            Alternative(one["text"].strip(), best["confidence"] - one["confidence"])
            for one in others
        )
        self._left -= 1
        if not self._left:
            self._begin()
        return Reading(best["text"].strip(), words, tuple(alternatives))


def hypothesis(
    reading: Reading,
    began: float,
    speech: tuple[float, float],
    decided_at: float,
    endpoint: Endpoint,
) -> Hypothesis:
    """Put an utterance on the audio clock: `began` is the time (s) of its first fed sample,
    `speech` when the detector heard it start and end. The words' times are nearer to the truth,
    except that the recogniser now and then begins the first word in the silence before it."""
    placed = tuple(Word(word.text, word.start + began, word.end + began) for word in reading.words)
    start = max(placed[0].start, speech[0] - SOFT_START) if placed else speech[0]
    end = placed[-1].end if placed else speech[1]
    return Hypothesis(
        reading.text,
        start,
        min(end, decided_at),
        decided_at,
        placed,
        endpoint=endpoint,
        alternatives=reading.alternatives,
    )
