"""Hearing: sound in blocks goes in, finished utterances come out.

The voice-activity detector finds the utterance; the recogniser is fed only then (with what was just before,
so that no first sound is lost) and asked for its final result as soon as silence has lasted long enough, where Vosk's
own endpoint takes 840 ms
(docs/decisions/0005-end-of-utterance.md). How long is long enough depends on the words, and on how
sure the recogniser is of
them.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voicecoach.asr.decoder.vosk_recognizer import Reading, hypothesis
from voicecoach.asr.detection.near_end import NearEndDetector
from voicecoach.asr.detection.vad import CHUNK, CHUNK_SECONDS, SpeechSegmenter
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.speech import Alternative, Endpoint, Hypothesis, Pause

_LOG = logging.getLogger(__name__)

PRE_ROLL = 0.5
"""Seconds of sound from before the detector's start that the recogniser gets: soft first sounds ("h", "s")."""

LOOK_AHEAD = 0.16
"""Seconds of speech that are waited for before the recogniser hears of it, so that it gets the soft first sound of a
word no louder than its vowel. It catches up at once: no answer comes later."""

SILENCE = 0.25
"""Seconds of silence without which no utterance ends of whose words nothing is known. With an eighth of a second
synthetic voices and damaged sound were cut in mid-word ("which side" became "wait")."""

EARLY = 0.06
"""Seconds of silence after which a short utterance is finished for the first time: what is surely heard by then may be
decided at once."""

EARLIEST = 0.03
"""The same of one that is no longer than a WORD: that much sooner "stop" is obeyed."""

WORD = 1.0
"""Seconds that "stop" or "pause" takes at most. Of longer ones too many go on after so short a silence, and would be
heard anew."""

AHEAD = 0.1
"""Seconds of silence after which one that was not is finished ahead of time, so that no computing adds to SILENCE. What
is in doubt gains from some silence behind it ("stop" was "got" without)."""

RECOGNIZER_SILENCE = 0.5
"""Seconds of silence that the recogniser has heard behind words when it thinks that the utterance has ended
(`endpoint.rule2` of the model's `conf/model.conf`)."""

LONGEST_COMMAND = 2.5
"""Seconds up to which an utterance is finished ahead of time. Nearly all commands are shorter, and what is heard again
because it went on is computed again."""

LONGEST = 12.0
"""Seconds after which an utterance is cut: nobody commands for so long, and music must not pile up."""


class Recogniser(Protocol):
    """What the listener needs of a recogniser."""

    def feed(self, samples: Samples) -> bool:
        """Hear; whether it thinks that the utterance has ended."""

    def partial(self) -> str:
        """The words so far."""

    def finish(self) -> Reading:
        """End the utterance."""


class Detector(Protocol):
    """What the listener needs of a voice-activity detector."""

    def feed(self, samples: Samples, gain: float, residual: float) -> list[float]:
        """Probability of speech for each 32 ms chunk completed, heard `gain` times louder; at most `residual` dB of it
        are the coach's voice."""


class Level(Protocol):
    """What the listener needs of a control of the level."""

    def feed(self, chunk: Samples, speaking: bool, far_end: bool) -> np.float32:
        """What to multiply sound by from this chunk on."""


PauseAfter = Callable[[str, Sequence[Alternative] | None], Pause]
"""The pause that ends an utterance with these words, and these alternatives if they are known."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An utterance that was decided and may still go on `until` then: its words and sound, and when it and speech in it
    began."""

    text: str
    sound: list[Samples]
    began: float
    speech_start: float
    until: float


class UtteranceDetector:
    """Feed it 16 kHz mono sound in blocks of any size; its clock is the count of samples fed.

    `pause` tells after how many seconds of silence an utterance is over, given its words and, where it was finished
    ahead of time, what else it may have been; of words alone it is SILENCE at least. `level` tells how much louder
    sound is to be made; without it sound is heard as it is.
    """

    def __init__(
        self,
        recognizer: Recogniser,
        detector: Detector,
        pause: PauseAfter | None = None,
        level: Level | None = None,
    ):
        self._recognizer = recognizer
        self._detector = detector
        self._pause_after = pause
        self._level = level
        self._gain = np.float32(1)
        self._segmenter = SpeechSegmenter()
        self._recognizer_silence = 0.0
        self._heard = 0
        self._pending = np.zeros(0, dtype=np.float32)
        self._held: list[Samples] = []
        self._utterance: list[Samples] = []
        self._reading: Reading | None = None
        self._pause = Pause(SILENCE)
        self._hear_again = False
        self._open: _Open | None = None
        self._joined: _Open | None = None
        self._before: deque[Samples] = deque(maxlen=round(PRE_ROLL / CHUNK_SECONDS))
        self._began = 0.0
        self._speech_start = 0.0
        self._residuals = [-np.inf]
        self._prominence = NearEndDetector()

    @property
    def now(self) -> float:
        """Seconds heard so far."""
        return self._heard / HEARING_RATE

    @property
    def hearing_speech(self) -> bool:
        """Whether somebody is surely speaking right now, who is not the coach."""
        return self._segmenter.sure and self._prominence.somebody

    @property
    def in_utterance(self) -> bool:
        """Whether what may be speech has begun, and has not ended."""
        return self._segmenter.speaking

    def feed(self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf) -> list[Hypothesis]:
        """Hear a block, `far_end` when the coach itself sounds, at most `residual` dB (re full scale) of which are left
        in it; the utterances that it ended. What is no number (a driver's fault) is silence: one such sample would
        deafen the detector for good."""
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        self._pending = np.concatenate([self._pending, samples])
        self._residuals.append(residual)
        found = []
        while len(self._pending) >= CHUNK:
            chunk, self._pending = self._pending[:CHUNK], self._pending[CHUNK:]
            self._heard += CHUNK
            found.append(self._chunk(chunk, far_end, max(self._residuals)))
            del self._residuals[:-1]
        return [heard for heard in found if heard is not None]

    def flush(self) -> list[Hypothesis]:
        """End of the sound: what is still being said is finished."""
        if not (self._segmenter.speaking and self._prominence.somebody):
            return []
        self._held.append(self._pending)
        self._hear_held()
        self._segmenter.reset()
        heard = self._finish(Endpoint.INPUT, self.now)
        return [heard] if heard else []

    def _chunk(self, chunk: Samples, far_end: bool, residual: float) -> Hypothesis | None:
        if self._level:
            self._gain = self._level.feed(chunk, self._segmenter.speaking, far_end)
        (probability,) = self._detector.feed(chunk, float(self._gain), residual)
        if self._segmenter.feed(probability):
            self._begin()
        if not self._segmenter.speaking:
            self._before.append(chunk)
            return None
        self._prominence.feed(chunk, residual)
        self._held.append(chunk)
        if not self._prominence.somebody:
            self._leave_unheard()
            return None
        if self.now - self._speech_start < LOOK_AHEAD:
            return None
        endpoint = self._endpoint(self._hear_held())
        if endpoint is None:
            return None
        speech_end = self.now - self._segmenter.silence
        self._segmenter.reset()
        return self._finish(endpoint, speech_end)

    def _begin(self) -> None:
        """Speech begins with this chunk: a new utterance, which may go on with the one before."""
        before, self._open = self._open, None
        self._joined = before if before and self.now - CHUNK_SECONDS <= before.until else None
        self._held = list(self._before)
        self._began = self.now - CHUNK_SECONDS * (len(self._before) + 1)
        self._speech_start = self.now - CHUNK_SECONDS
        self._utterance = []
        self._prominence = NearEndDetector()

    def _leave_unheard(self) -> None:
        """Nothing has stood out of the coach's own voice yet: that is not worth the recogniser's work. Should somebody
        speak after all, it hears the last LONGEST_COMMAND."""
        if self._segmenter.silence >= SILENCE:
            _LOG.debug("%.2f s: voice activity, but nothing stood out of the coach's own voice", self.now)
            self._segmenter.reset()
            self._before.extend(self._held)
            self._open = self._joined
        elif len(self._held) * CHUNK_SECONDS > LONGEST_COMMAND:
            del self._held[0]
            self._began += CHUNK_SECONDS
            self._speech_start = max(self._speech_start, self._began)

    def _hear_held(self) -> bool:
        """Feed the recogniser what it has not heard yet of the utterance; whether it thinks that it has ended."""
        if self._reading and not self._segmenter.silence:
            self._reading = None
            self._hear_again = True
        self._held = [chunk * self._gain for chunk in self._held]
        if self._hear_again:
            self._hear_again = False
            self._held = self._utterance + self._held
            self._utterance = []
        held, self._held = self._held, []
        self._utterance += held
        if self._reading:
            return False
        return [self._recognizer.feed(chunk) for chunk in held][-1]

    def _endpoint(self, recognizer_ends: bool) -> Endpoint | None:
        """What ends the utterance now, if anything does. In noise that passes for speech the detector hears no silence;
        then that which the recogniser hears counts."""
        longer = self._recognizer_silence + CHUNK_SECONDS if self._recognizer_silence else RECOGNIZER_SILENCE
        self._recognizer_silence = longer if recognizer_ends else 0.0
        silence = self._segmenter.silence
        longest = max(silence, self._recognizer_silence)
        if silence and self._is_short and not self._reading:
            self._finish_ahead(silence)
            if self._hear_again:
                return None
        if longest >= (self._pause.end_silence_s if self._reading else SILENCE):
            needed = self._needed()
            if longest >= needed:
                return Endpoint.SILENCE if silence >= needed else Endpoint.RECOGNIZER
        return Endpoint.LENGTH if self.now - self._began > LONGEST else None

    def _finish_ahead(self, silence: float) -> None:
        """Finish the utterance, for it may be over: the words that the recogniser tells before it is asked to are up to
        half a second old. If it goes on after all, it is heard anew from its beginning."""
        if silence < AHEAD and not self._is_tried(silence):
            return
        reading = self._recognizer.finish()
        if self._pause_after:
            self._pause = self._pause_after(reading.text, reading.alternatives)
        too_soon = AHEAD if silence >= EARLY else silence
        if silence < AHEAD and self._pause.end_silence_s > too_soon:
            self._hear_again = True
        else:
            self._reading = reading

    def _is_tried(self, silence: float) -> bool:
        """Whether it may be decided in so small a pause: that is tried once, and of a single word twice."""
        if self._pause_after is None:
            return False
        single = self.now - silence - self._speech_start <= WORD
        return (EARLIEST if single else EARLY) <= silence < EARLY + CHUNK_SECONDS

    @property
    def _is_short(self) -> bool:
        """Whether the utterance may be a command: what is heard again because it went on costs its length anew."""
        return len(self._utterance) * CHUNK_SECONDS <= LONGEST_COMMAND

    def _needed(self) -> float:
        """Seconds of silence that end the utterance with the words so far."""
        if self._reading:
            return self._pause.end_silence_s
        if self._pause_after:
            self._pause = self._pause_after(self._recognizer.partial(), None)
        return max(SILENCE, self._pause.end_silence_s)

    def _finish(self, endpoint: Endpoint, speech_end: float) -> Hypothesis | None:
        reading = self._reading or self._recognizer.finish()
        joins = self._pause.merge_window_s
        self._reading, self._pause = None, Pause(SILENCE)
        self._hear_again = False
        self._recognizer_silence = 0.0
        self._before.clear()
        whole = self._together()
        if not (whole or reading).text:
            _LOG.debug("%.2f s: voice activity, but no words", self.now)
            return None
        prominence_db = self._prominence.mean
        if joins:
            open_until = speech_end + joins
            self._open = _Open(reading.text, self._utterance, self._began, self._speech_start, open_until)
        alone = hypothesis(reading, self._began, (self._speech_start, speech_end), self.now, endpoint)
        alone = replace(alone, prominence_db=prominence_db)
        if not (self._joined and whole):
            return alone
        heard = hypothesis(whole, self._joined.began, (self._joined.speech_start, speech_end), self.now, endpoint)
        return replace(heard, prominence_db=prominence_db, continues=True, alone=alone if reading.text else None)

    def _together(self) -> Reading | None:
        """The utterance before and this one as one, where that begins with the words of the former."""
        if self._joined is None:
            return None
        for chunk in (*self._joined.sound, *self._utterance):
            self._recognizer.feed(chunk)
        whole = self._recognizer.finish()
        return whole if whole.text.startswith(f"{self._joined.text} ") else None
