"""Switch the voice: to the next one of the engine's voices for the language."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from voicecoach.content.language import load_language
from voicecoach.tts.renderer import SpeechError, list_voices
from voicecoach.tts.synthesizer import Synthesizer, Voice

_LOG = logging.getLogger(__name__)

VARIANT = "+f3"
"""Variant of eSpeak's voices that sounds like another speaker.

Many people find it clearer than eSpeak's accents.
"""

Speaking = Callable[[Voice], Synthesizer]
"""Makes the speech of a voice."""


class VoiceList:
    """Cycle through the voices after `voice`.

    `speaking` makes their speech, `names` lists the engine's voices.
    """

    def __init__(
        self,
        voice: Voice,
        speaking: Speaking,
        names: Callable[[Voice], Sequence[str]] | None = None,
    ) -> None:
        self._voice = voice
        self._speaking = speaking
        self._names = names or _voices_of
        self._ring: list[str | None] = []
        self._made: dict[str | None, Synthesizer] = {}

    def next(self, texts: Iterable[str]) -> Synthesizer | None:
        """Return speech in the next voice, with the clips of `texts`.

        None if there is no other. Takes seconds.
        """
        try:
            if not self._ring:
                self._ring = _ring(self._voice, self._names(self._voice))
            if len(self._ring) < 2:
                return None
            self._ring.append(self._ring.pop(0))
            synthesizer = self._speech_of(self._ring[0])
            for text in texts:
                synthesizer.clip(text)
        except SpeechError as error:
            _LOG.warning("there is no other voice: %s", error)
            return None
        return synthesizer

    def close(self) -> None:
        """End the speech of all voices that were made."""
        for synthesizer in self._made.values():
            synthesizer.close()

    def _speech_of(self, name: str | None) -> Synthesizer:
        """Return the synthesizer of a voice, made once.

        The user may go through the voices several times.
        """
        if name not in self._made:
            self._made[name] = self._speaking(replace(self._voice, name=name))
        return self._made[name]


def _voices_of(voice: Voice) -> Sequence[str]:
    return list_voices(engine=voice.engine, language=voice.language)


def _ring(voice: Voice, names: Sequence[str]) -> list[str | None]:
    """Return the voice itself, its other speaker (eSpeak only), and the other voices."""
    others: list[str | None] = [name for name in names if name != voice.name]
    if voice.engine == "espeak" or (voice.engine is None and sys.platform.startswith("linux")):
        own = voice.name or load_language(voice.language).voices[0]
        others = [
            name
            for name in others
            if name is not None and name.split("/")[-1] != own.split("/")[-1]
        ]
        if "+" not in own:
            others.insert(0, own + VARIANT)
    return [voice.name, *others]


class VoiceSwitch:
    """Get the next voice in a separate thread, since an engine may be slow to begin."""

    def __init__(self, ring: VoiceList) -> None:
        self._ring = ring
        self._thread: threading.Thread | None = None
        self._found: Synthesizer | None = None

    def begin(self, texts: Iterable[str]) -> None:
        """Start to look for the next voice, unless that is being done.

        `texts` are rendered first.
        """
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._look, args=(tuple(texts),), name="next voice", daemon=True
            )
            self._thread.start()

    def wait(self) -> None:
        """Wait until a voice was found, or there is none."""
        if self._thread is not None:
            self._thread.join()

    def end(self) -> tuple[Synthesizer | None] | None:
        """Return the speech found, or (None,) if there is no other voice, once.

        None at all other times.
        """
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread, found, self._found = None, self._found, None
        return (found,)

    def _look(self, texts: tuple[str, ...]) -> None:
        self._found = self._ring.next(texts)
