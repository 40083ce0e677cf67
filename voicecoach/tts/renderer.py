"""Render recordings with the speech process, and check, trim and level them."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import soundfile as sf

from voicecoach.content.language import DEFAULT, language_of
from voicecoach.core.audio import Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.tts.voice import Voice
from voicecoach.tts.worker import WORKER_COMMAND, RefusedError, Worker, WorkerLostError

_LOG = logging.getLogger(__name__)

FORMAT = 2
"""Version of what a Renderer returns; to be raised when speaking, trimming or levelling changes."""

SPEECH_LEVEL_DB = -20.0
"""Active level of speech (dB re full scale, RMS)."""

PEAK_LIMIT_DB = -1.0
"""No recording peaks above this (dB re full scale); a peaky one stays below SPEECH_LEVEL_DB
instead."""

ACTIVE_DB = -25.0
"""Frames below this (dB re the loudest) are pauses and do not count for the level."""

ONSET_DB = -35.0
"""The acoustic onset is where the envelope reaches this (dB re its maximum).

Measured with eSpeak: the f of "five" and the th of "three" lie 26 to 30 dB below their vowels, the
silence before them 60 dB and more.
"""

AUDIBLE_DB = -50.0
"""What lies below this (dB re the envelope's maximum) at either end is trimmed as silence."""

ENVELOPE_WINDOW_S = 0.005
LEVEL_WINDOW_S = 0.020
"""Lengths of the windows over which envelope and level are computed."""

LEAD_S, TAIL_S = 0.010, 0.030
"""Silence left before and after the sound, and faded."""

SHORTEST_FADE_S = 0.002
"""Length of the fade where an engine leaves no silence: eSpeak begins "ready" in the middle of a
wave."""

LETTERS_PER_WORD = 5
"""The standard word of a rate in words a minute."""

CUT_OFF_SHARE = 0.3
"""Speech shorter than this share of its expected length was cut off.

Measured with eSpeak: 0.9 at least.
"""


CLOSED = "Speech was closed before this text was rendered."


class SpeechError(VoicecoachError):
    """Speech cannot be rendered."""


class BadRecordingError(Exception):
    """Report that the engine wrote no sound file, silence, or a cut-off sentence."""


def list_voices(
    timeout: float = 10.0,
    engine: str | None = None,
    *,
    language: str = DEFAULT,
    command: Sequence[str] = WORKER_COMMAND,
) -> list[str]:
    """Return the ids of the engine's voices that speak `language`, for `Voice.name`.

    Raises SpeechError.
    """
    try:
        worker = Worker(command, timeout=timeout)
        try:
            return list(worker.ask(do="voices", engine=engine, language=language)["voices"])
        finally:
            worker.kill()
    except RefusedError as error:
        raise SpeechError(_advice(error)) from None
    except (WorkerLostError, OSError) as error:
        raise SpeechError(f"The voices cannot be listed: {error}.") from None


class Renderer:
    """Let a child process speak texts; restart it when it fails.

    The child process starts with the first text. One thread renders; any thread may close.
    """

    def __init__(self, voice: Voice, timeout: float, command: Sequence[str]) -> None:
        self._voice = voice
        self._timeout = timeout
        self._command = command
        self._lock = threading.Lock()  # guards the next two against `close`
        self._worker: Worker | None = None
        self._closed = False
        self._refusal: str | None = None

    def record(self, text: str) -> tuple[Samples, int]:
        """Return speech, trimmed and levelled, and its rate (Hz).

        Raises SpeechError after a second failure.
        """
        if (
            self._refusal is not None
        ):  # no engine or voice turns up while the program runs: do not ask again
            raise SpeechError(self._refusal)
        problem = ""
        for _attempt in range(2):
            try:
                return self._try(text)
            except (RefusedError, WorkerLostError, BadRecordingError, OSError) as error:
                problem = str(error)
                self._end_worker()
                if isinstance(error, RefusedError) and error.kind != "render":
                    self._refusal = _advice(error)
                    break
            if self._closed:
                raise SpeechError(CLOSED)
            _LOG.warning('speaking "%s" failed, the speech process is ended: %s', text, problem)
        message = self._refusal or f'"{text}" cannot be spoken: {problem}.'
        _LOG.info(message)
        raise SpeechError(message)

    @property
    def at_work(self) -> bool:
        """Return True if there is a child process."""
        return self._worker is not None

    def rest(self) -> None:
        """End the child process; the next text starts another.

        Only the thread that renders may call this.
        """
        self._end_worker()

    def close(self) -> None:
        """End the child process, even if it is being waited for, and start no other."""
        with self._lock:
            self._closed = True
        self._end_worker()

    def _try(self, text: str) -> tuple[Samples, int]:
        worker = self._worker or self._start_worker()
        with TemporaryDirectory(prefix="voicecoach-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "speech.wav"
            worker.ask(do="render", text=text, path=str(path))
            samples, rate = _read(path)
        samples = level(trim(samples, rate), rate, SPEECH_LEVEL_DB)
        letters = sum(map(str.isalnum, text))
        if len(samples) / rate < CUT_OFF_SHARE * letters / LETTERS_PER_WORD * 60 / self._voice.rate:
            raise BadRecordingError("the speech engine cut it off")
        return samples, rate

    def _start_worker(self) -> Worker:
        with self._lock:
            if self._closed:
                raise SpeechError(CLOSED)
            self._worker = worker = Worker(self._command, timeout=self._timeout)
        voice = self._voice
        speaks = {"language": voice.language, "preferred": language_of(voice.language).voices}
        worker.ask(do="open", engine=voice.engine, voice=voice.name, rate=voice.rate, **speaks)
        return worker

    def _end_worker(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()


def _advice(error: RefusedError) -> str:
    """Return what the user can do about a missing engine or voice."""
    if error.kind == "voice":
        return f'There is no voice "{error}" here: choose one that "voicecoach voices" lists.'
    if sys.platform == "linux":
        remedy = (
            'install one with "pip install voicecoach[speech]" or your system\'s espeak-ng package'
        )
    else:
        remedy = "look at your system's speech settings, or install eSpeak NG and choose the engine espeak"
    return f"No speech engine can be started ({error}): {remedy}."


def _read(path: Path) -> tuple[Samples, int]:
    """Read a sound file of any kind as mono samples, and return its rate (Hz), too.

    macOS writes AIFF.
    """
    try:
        samples, rate = sf.read(path, dtype="float32", always_2d=True)
    except sf.SoundFileError as error:
        raise BadRecordingError(f"the speech engine wrote no readable sound ({error})") from None
    return samples.mean(axis=1), int(rate)


# --- shaping ------------------------------------------------------------------------------------


def acoustic_onset(samples: Samples, rate: int) -> int:
    """Return the first frame whose envelope is within 35 dB of its maximum.

    The limit is ONSET_DB. The envelope at a frame is the RMS of the 5 ms that end there, so that a
    hard onset is found at its very frame and a soft one no more than 5 ms late. 0 for silence.
    """
    envelope = _envelope(samples, rate)
    return (
        int(np.argmax(envelope >= envelope.max(initial=0.0) * _gain(ONSET_DB)))
        if len(envelope)
        else 0
    )


def trim(samples: Samples, rate: int) -> Samples:
    """Remove the silence at both ends but for 10 and 30 ms, faded.

    Raises BadRecordingError for silence.
    """
    envelope = _envelope(samples, rate)
    audible = np.flatnonzero(envelope > envelope.max(initial=0.0) * _gain(AUDIBLE_DB))
    if len(audible) == 0:
        raise BadRecordingError("the speech engine wrote silence")
    first, last = int(audible[0]), int(audible[-1]) + 1
    begin = max(first - round(LEAD_S * rate), 0)
    end = min(last + round(TAIL_S * rate), len(samples))
    trimmed = samples[begin:end].copy()
    shortest = min(round(SHORTEST_FADE_S * rate), len(trimmed))
    fade_in, fade_out = max(first - begin, shortest), max(end - last, shortest)
    trimmed[:fade_in] *= _fade(fade_in)
    trimmed[-fade_out:] *= _fade(fade_out)[::-1]
    return trimmed


def level(samples: Samples, rate: int, decibels: float) -> Samples:
    """Scale to an active level of `decibels` (re full scale), limited by the peak.

    The peak stays within PEAK_LIMIT_DB. The active level is the RMS of the 20 ms frames within 25
    dB of the loudest one: that of ITU-T P.56 in its purpose (pauses do not count), in a simpler
    form. Silence is returned unchanged.
    """
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0.0:
        return samples
    window = max(round(LEVEL_WINDOW_S * rate), 1)
    padded = np.append(samples.astype(np.float64), np.zeros(-len(samples) % window))
    power = np.square(padded).reshape(-1, window).mean(axis=1)
    active = np.sqrt(power[power >= power.max() * _gain(ACTIVE_DB) ** 2].mean())
    gain = min(_gain(decibels) / active, _gain(PEAK_LIMIT_DB) / peak)
    return samples * np.float32(gain)


def _envelope(samples: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Return the RMS of the 5 ms that end at each frame."""
    window = max(round(ENVELOPE_WINDOW_S * rate), 1)
    energy = np.cumsum(np.square(samples, dtype=np.float64))
    energy[window:] -= energy[:-window].copy()
    return np.asarray(np.sqrt(np.maximum(energy, 0.0) / window))


def _fade(frames: int) -> Samples:
    """Return the rising half of a raised cosine, from 0 to 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / frames)).astype(np.float32)


def _gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))
