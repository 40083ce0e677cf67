"""Where the player's clips come from: rendered ahead when live, on demand in a simulation, or silence."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from voicecoach.core.audio import Clip
from voicecoach.core.script import ToneName
from voicecoach.playback.tones import tone
from voicecoach.tts.synthesizer import Synthesizer
from voicecoach.tts.voice_switch import VoiceList, VoiceSwitch

WORDS_A_SECOND = 2.5
"""Speaking rate that a silent session assumes: 150 words a minute."""


class LiveSource:
    """Never waits: what is not in memory yet is put first in the queue. It speaks as `synthesizer` does, and where
    there is a `ring` of voices as others do when that is wanted."""

    def __init__(self, synthesizer: Synthesizer, rate: int, ring: VoiceList | None = None):
        self._synthesizer = synthesizer
        self._changing = VoiceSwitch(ring) if ring else None
        self._ahead: tuple[str, ...] = ()
        self.rate = rate

    def ready(self, text: str) -> Clip | None:
        """The clip, or None while it is being read from the disk or rendered."""
        return self._synthesizer.ready(text)

    def tone(self, name: ToneName) -> Clip:
        """The clip of a tone."""
        return tone(name, self.rate)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Render in the background, in every voice."""
        self._ahead = tuple(texts)
        self._synthesizer.prefetch(self._ahead)

    def change_voice(self, texts: Iterable[str]) -> None:
        """Speak with another voice as soon as it can say `texts`; `voice_changed` tells."""
        if self._changing:
            self._changing.begin(texts)

    def voice_changed(self) -> bool | None:
        """Whether it speaks with another voice now, told once; False where there is no other, None meanwhile."""
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
    """Waits for each clip: simulated time stands still meanwhile, so that a run is the same every time."""

    def ready(self, text: str) -> Clip | None:
        """The clip."""
        return self._synthesizer.clip(text)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Nothing to do: nobody waits in simulated time."""

    def change_voice(self, texts: Iterable[str]) -> None:
        """The same, at once."""
        super().change_voice(texts)
        if self._changing:
            self._changing.wait()


class SilentSource:
    """Silence as long as the words would take, for a session that is read instead of heard."""

    def __init__(self, rate: int):
        self.rate = rate

    def ready(self, text: str) -> Clip | None:
        """Silence."""
        seconds = 0.2 + len(text.split()) / WORDS_A_SECOND
        return Clip(np.zeros(round(seconds * self.rate), dtype=np.float32), self.rate)

    def tone(self, name: ToneName) -> Clip:  # noqa: ARG002
        """Silence."""
        return Clip(np.zeros(round(0.3 * self.rate), dtype=np.float32), self.rate)

    def prefetch(self, texts: Iterable[str]) -> None:
        """Nothing to do."""

    def change_voice(self, texts: Iterable[str]) -> None:
        """Nothing to do."""

    def voice_changed(self) -> bool:
        """One silence is like the other."""
        return True
