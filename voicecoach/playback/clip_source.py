"""Provide the player's clips: rendered ahead, on demand, or silent.

Live clips are rendered ahead; a simulation renders on demand.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from voicecoach.core.audio import Clip
from voicecoach.core.script import ToneName
from voicecoach.playback.tones import tone
from voicecoach.tts.synthesizer import Synthesizer
from voicecoach.tts.voice_switch import VoiceList, VoiceSwitch

WORDS_PER_SECOND = 2.5
"""Speaking rate that a silent session assumes: 150 words a minute."""


class LiveSource:
    """Provide clips without waiting; a text not in memory goes first in the queue.

    The voice is that of `synthesizer`; with a `ring` of voices the user can change to others.
    """

    def __init__(self, synthesizer: Synthesizer, rate: int, ring: VoiceList | None = None):
        self._synthesizer = synthesizer
        self._changing = VoiceSwitch(ring) if ring else None
        self._ahead: tuple[str, ...] = ()
        self.rate = rate

    def ready(self, text: str) -> Clip | None:
        """Return the clip, or None while it is being read from the disk or rendered."""
        return self._synthesizer.ready(text)

    def tone(self, name: ToneName) -> Clip:
        """Return the clip of a tone."""
        return tone(name, self.rate)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Render in the background, in every voice."""
        self._ahead = tuple(texts)
        self._synthesizer.prefetch(self._ahead)

    def change_voice(self, texts: Iterable[str]) -> None:
        """Change to another voice as soon as it can say `texts`; see `voice_changed`."""
        if self._changing:
            self._changing.begin(texts)

    def voice_changed(self) -> bool | None:
        """Return True once when the voice has changed, False if there is no other voice.

        Returns None in all other cases.
        """
        found = self._changing.end() if self._changing else (None,)
        if found is None:
            return None
        (synthesizer,) = found
        if synthesizer is None:
            return False
        self._synthesizer.rest()
        self._synthesizer = synthesizer
        synthesizer.prefetch(self._ahead)
        return True


class EagerSource(LiveSource):
    """Wait for each clip, so that runs are repeatable.

    Simulated time stands still meanwhile.
    """

    def ready(self, text: str) -> Clip | None:
        """Return the clip."""
        return self._synthesizer.clip(text)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Do nothing, since nobody waits in simulated time."""

    def change_voice(self, texts: Iterable[str]) -> None:
        """Change the voice at once."""
        super().change_voice(texts)
        if self._changing:
            self._changing.wait()


class SilentSource:
    """Provide silence as long as the words would take, for a session that is read."""

    def __init__(self, rate: int):
        self.rate = rate

    def ready(self, text: str) -> Clip | None:
        """Return silence."""
        seconds = 0.2 + len(text.split()) / WORDS_PER_SECOND
        return Clip(np.zeros(round(seconds * self.rate), dtype=np.float32), self.rate)

    def tone(self, name: ToneName) -> Clip:  # noqa: ARG002
        """Return silence."""
        return Clip(np.zeros(round(0.3 * self.rate), dtype=np.float32), self.rate)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Do nothing."""

    def change_voice(self, texts: Iterable[str]) -> None:
        """Do nothing."""

    def voice_changed(self) -> bool:
        """Return True, since silence sounds like silence in every voice."""
        return True
