"""Run Vosk as most projects use it: with its own endpoint, fed with all sound."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from peer.base import Setup, library, obeyed
from peer.wordings import Wordings
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.understanding import Understanding

UNKNOWN = "[unk]"
"""What Vosk writes for words that its grammar lacks, where that is in it."""


class _Vosk:
    def __init__(self, model: Path, phrases: Sequence[str], *grammar: str):
        self._vosk = library("vosk")
        self._vosk.SetLogLevel(-3)
        self._model = self._vosk.Model(str(model))
        self._wordings = Wordings(phrases)
        self._grammar = grammar

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """See Peer."""
        recognizer = self._vosk.KaldiRecognizer(self._model, HEARING_RATE, *self._grammar)
        for block in blocks:
            ended = recognizer.AcceptWaveform(pcm(block))
            understood = (
                self._understand(json.loads(recognizer.Result())["text"]) if ended else None
            )
            yield [understood] if understood else []

    def _understand(self, text: str) -> Understanding | None:
        raise NotImplementedError


class Dictation(_Vosk):
    """No grammar: what is dictated is compared with all wordings."""

    def __init__(self, setup: Setup):
        super().__init__(setup.dictation, setup.phrases)

    def _understand(self, text: str) -> Understanding | None:
        return self._wordings.understand(text)


class PhraseList(_Vosk):
    """Use the wordings as Vosk's list of phrases.

    Every result is obeyed, unless there is [unk] in it. Vosk makes new sentences of the words of
    the phrases: then the most similar phrase is meant.
    """

    def __init__(self, setup: Setup):
        super().__init__(setup.model, setup.phrases, json.dumps([*setup.phrases, UNKNOWN]))

    def _understand(self, text: str) -> Understanding | None:
        if UNKNOWN in text:
            return obeyed(text, None, f"there is {UNKNOWN} in it")
        return self._wordings.understand(text, threshold=0.0)


def pcm(samples: Samples) -> bytes:
    """Convert to 16-bit samples."""
    return np.clip(samples * 32767, -32768, 32767).astype("<i2").tobytes()
