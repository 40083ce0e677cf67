"""Detect utterances in a stream of sound and recognise them.

The voice-activity detector finds the utterance. The recogniser gets only the utterance, with a
pre-roll so that no first sound is lost, and returns its final result after enough silence; Vosk's
own endpoint takes 840 ms (docs/decisions/0005-end-of-utterance.md). How much silence is enough
depends on the words, and on how sure the recogniser is of them.
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
"""Seconds of sound before the detector's start that the recogniser gets, for soft first sounds
("h", "s")."""

LOOK_AHEAD = 0.16
"""Seconds of speech before the recogniser is fed. The gain is then set by the vowel of a word, so
that its soft first sound is not amplified more. The recogniser catches up at once: no answer is
delayed."""

SILENCE = 0.25
"""Least seconds of silence that end an utterance whose words are unknown. 0.125 s cut synthetic
voices and damaged sound in mid-word ("which side" became "wait")."""

EARLY = 0.06
"""Seconds of silence after which a short utterance is first finished; it is decided at once if it
is sure."""

EARLIEST = 0.03
"""Seconds of silence that replace EARLY in an utterance of at most WORD seconds, so that "stop" is
obeyed sooner."""

WORD = 1.0
"""Greatest length (s) of "stop" or "pause". Longer utterances often continue after EARLIEST and
would be decoded again."""

AHEAD = 0.1
"""Seconds of silence after which an utterance that was not decided early is finished, so that no
computing time adds to SILENCE. Doubtful words gain from some silence after them ("stop" was
recognised as "got" without it)."""

RECOGNIZER_SILENCE = 0.5
"""Seconds of silence that the recogniser has heard behind words when it thinks that the utterance
has ended (`endpoint.rule2` of the model's `conf/model.conf`)."""

LONGEST_COMMAND = 2.5
"""Greatest length (s) of an utterance that is finished ahead of time. Nearly all commands are
shorter, and an utterance that goes on has to be decoded again."""

LONGEST = 12.0
"""Seconds after which an utterance is cut: no command is as long, and music must not accumulate."""


class Recogniser(Protocol):
    """Decode speech."""

    def feed(self, samples: Samples) -> bool:
        """Decode `samples`; return True if the utterance seems to have ended."""

    def partial(self) -> str:
        """Return the words so far."""

    def finish(self) -> Reading:
        """End the utterance and return its final reading."""


class Detector(Protocol):
    """Detect voice activity."""

    def feed(self, samples: Samples, gain: float, residual: float) -> list[float]:
        """Return the probability of speech for each completed 32 ms chunk.

        Args:
            samples: Mono sound at 16 kHz.
            gain: Linear factor on the samples.
            residual: Greatest level (dB re full scale) of the coach's echo in them.
        """


class Level(Protocol):
    """Control the level of the sound."""

    def feed(self, chunk: Samples, speaking: bool, far_end: bool) -> np.float32:
        """Return the linear gain from this chunk on."""


PauseAfter = Callable[[str, Sequence[Alternative] | None], Pause]
"""Returns the pause that ends an utterance with these words and alternatives (None: unknown)."""


@dataclass(frozen=True, slots=True)
class _Open:
    """Hold a decided utterance that further speech may continue until the time `until` (s)."""

    text: str
    sound: list[Samples]
    began: float
    speech_start: float
    until: float


class UtteranceDetector:
    """Detect and recognise utterances in 16 kHz mono sound; the clock is the count of samples fed.

    Args:
        recognizer: Decodes the speech.
        detector: Detects voice activity.
        pause: Returns the silence that ends an utterance, given its words and, if it was finished
            ahead of time, its
            alternatives. Without alternatives, at least SILENCE is used.
        level: Controls the gain; without it the gain is 1.
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
        """Return the seconds of sound fed so far."""
        return self._heard / HEARING_RATE

    @property
    def hearing_speech(self) -> bool:
        """Return True if somebody other than the coach is surely speaking now."""
        return self._segmenter.sure and self._prominence.somebody

    @property
    def in_utterance(self) -> bool:
        """Return True if possible speech has begun and not ended."""
        return self._segmenter.speaking

    def feed(
        self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf
    ) -> list[Hypothesis]:
        """Process a block of sound and return the utterances that it ended.

        Args:
            samples: Mono sound at 16 kHz.
            far_end: Whether the coach sounds during the block.
            residual: Greatest level (dB re full scale) of the coach's echo in the block.
        """
        # Replace NaN and Inf samples (a driver's fault) by 0; one would corrupt the detector's
        # state.
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
        """Finish an open utterance at the end of the sound."""
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
        """Begin an utterance with this chunk; it may continue the previous one."""
        before, self._open = self._open, None
        self._joined = before if before and self.now - CHUNK_SECONDS <= before.until else None
        self._held = list(self._before)
        self._began = self.now - CHUNK_SECONDS * (len(self._before) + 1)
        self._speech_start = self.now - CHUNK_SECONDS
        self._utterance = []
        self._prominence = NearEndDetector()

    def _leave_unheard(self) -> None:
        """Keep sound from the recogniser that has not exceeded the coach's residual echo, to save
        computing.

        The last LONGEST_COMMAND seconds are held for the case that somebody speaks after all.
        """
        if self._segmenter.silence >= SILENCE:
            _LOG.debug(
                "%.2f s: voice activity, but nothing stood out of the coach's own voice", self.now
            )
            self._segmenter.reset()
            self._before.extend(self._held)
            self._open = self._joined
        elif len(self._held) * CHUNK_SECONDS > LONGEST_COMMAND:
            del self._held[0]
            self._began += CHUNK_SECONDS
            self._speech_start = max(self._speech_start, self._began)

    def _hear_held(self) -> bool:
        """Feed the held sound to the recogniser; return True if the utterance seems to have
        ended."""
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
        """Return the reason why the utterance ends now, or None.

        In noise that the detector takes for speech, the silence that the recogniser hears counts.
        """
        longer = (
            self._recognizer_silence + CHUNK_SECONDS
            if self._recognizer_silence
            else RECOGNIZER_SILENCE
        )
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
        """Finish the utterance ahead of time, because partial results lag by up to half a second.

        An utterance that goes on is decoded again from its beginning.
        """
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
        """Return True if an early decision is tried now: once for each utterance, twice for a
        single word."""
        if self._pause_after is None:
            return False
        single = self.now - silence - self._speech_start <= WORD
        return (EARLIEST if single else EARLY) <= silence < EARLY + CHUNK_SECONDS

    @property
    def _is_short(self) -> bool:
        """Return True if the utterance is short enough to be decoded again if it goes on."""
        return len(self._utterance) * CHUNK_SECONDS <= LONGEST_COMMAND

    def _needed(self) -> float:
        """Return the seconds of silence that end the utterance with the words so far."""
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
            self._open = _Open(
                reading.text, self._utterance, self._began, self._speech_start, open_until
            )
        alone = hypothesis(
            reading, self._began, (self._speech_start, speech_end), self.now, endpoint
        )
        alone = replace(alone, prominence_db=prominence_db)
        if not (self._joined and whole):
            return alone
        heard = hypothesis(
            whole, self._joined.began, (self._joined.speech_start, speech_end), self.now, endpoint
        )
        return replace(
            heard,
            prominence_db=prominence_db,
            continues=True,
            alone=alone if reading.text else None,
        )

    def _together(self) -> Reading | None:
        """Decode the previous utterance and this one together; None unless the words continue the
        previous ones."""
        if self._joined is None:
            return None
        for chunk in (*self._joined.sound, *self._utterance):
            self._recognizer.feed(chunk)
        whole = self._recognizer.finish()
        return whole if whole.text.startswith(f"{self._joined.text} ") else None
