"""Turn texts into clips by pyttsx3 in a separate process, with two caches.

Clips are cached on disk and in memory. Every clip has an equal loudness, begins at most 10 ms
before its sound and knows its acoustic onset, so that counts fall on the beat.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Self

import soxr

from voicecoach.core.audio import Clip, Samples
from voicecoach.tts.cache import ClipCache, RecentClips, clip_key
from voicecoach.tts.renderer import (
    CLOSED,
    FORMAT,
    Renderer,
    SpeechError,
    acoustic_onset,
    list_voices,
)
from voicecoach.tts.voice import Voice
from voicecoach.tts.worker import WORKER_COMMAND

__all__ = ["SpeechError", "Synthesizer", "Voice", "list_voices"]

_LOG = logging.getLogger(__name__)

IDLE_S = 60.0
"""Seconds without a text to render after which the child process ends.

Nearly all that a session says is on the disk by then, and another child begins sooner than its
first sentence is needed.
"""

_MARKUP = re.compile(r"[<>\[\]{}\x00-\x20\x7f]+")
"""Text that an engine may take for markup (SAPI5's XML, macOS's [[...]]), and blanks."""


class Synthesizer:
    """Provide clips of texts at `rate` Hz, spoken with `voice`.

    The class is thread-safe and a context manager.

    One child process renders. It starts with a text that no cache holds, is replaced when it dies
    or gives no answer for `timeout` seconds, and ends when it was not needed for `idle` seconds (of
    the wall clock: there is no count of samples here). `command` starts it. One thread waits for
    it; another reads what is on the disk, so that neither holds up who plays the clips: to read
    one, and to bring it to `rate`, takes up to 20 ms.
    """

    def __init__(
        self,
        voice: Voice,
        rate: int,
        cache: ClipCache,
        *,
        timeout: float = 10.0,
        idle: float = IDLE_S,
        command: Sequence[str] = WORKER_COMMAND,
    ) -> None:
        self._voice = voice
        self._rate = rate
        self._cache = cache
        self._idle = idle
        self._recorder = Renderer(voice, timeout, command)
        self._changed = threading.Condition()  # guards everything below
        self._resting = False
        self._recent = RecentClips()
        self._jobs: dict[str, Future[Clip]] = {}
        self._wanted: deque[str] = deque()
        self._urgent: deque[str] = deque()
        self._background: deque[str] = deque()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def clip(self, text: str) -> Clip:
        """Return the clip of a text, and wait until there is one.

        Raises SpeechError when it cannot be had, ValueError when the text has nothing to speak.
        """
        text = _speakable(text)
        return self._recall(text) or self._request(text, self._urgent).result()

    def ready(self, text: str) -> Clip | None:
        """Return the clip of a text if it is in memory; else read or render it next.

        Returns None if the clip is not in memory. A failure is logged, not raised.

        Raises:
            ValueError: The text has nothing to speak.
        """
        text = _speakable(text)
        with self._changed:
            clip = None if text in self._jobs else self._recent.get(text)
        if clip is None:
            with contextlib.suppress(SpeechError):  # closed: there will be none
                self._request(text, self._wanted)
        return clip

    def prefetch(self, texts: Iterable[str]) -> None:
        """Render texts in the background, in this order, after all urgent texts.

        Texts on the disk stay there: to read one takes a millisecond, to read all of them a minute
        of processor time.
        """
        for text in [_speakable(text) for text in texts]:
            if not self._cache.holds(self._key(text)):
                self._request(text, self._background)

    def rest(self) -> None:
        """End the child process and free the memory, while another voice speaks.

        The clips in memory and the background texts are dropped. A later request starts the child
        process again.
        """
        with self._changed:
            self._resting = True
            self._recent = RecentClips()
            for text in set(self._background).difference(self._urgent, self._wanted):
                self._jobs.pop(text, None)
            self._background.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """End the child process and the threads; a pending request raises SpeechError."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._recorder.close()
        for thread in self._threads:
            thread.join()
        with self._changed:
            for job in self._jobs.values():
                job.set_exception(SpeechError(CLOSED))
            self._jobs.clear()

    def _request(self, text: str, row: deque[str]) -> Future[Clip]:
        """Put a text into a queue.

        A background text that becomes urgent is put into both queues.
        """
        with self._changed:
            if self._closed:
                raise SpeechError(CLOSED)
            self._resting = False
            job = self._jobs.setdefault(text, Future())
            if text not in row:
                row.append(text)
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._load_wanted, name="clips", daemon=True),
                    threading.Thread(target=self._render_all, name="speech", daemon=True),
                ]
                for thread in self._threads:
                    thread.start()
            self._changed.notify_all()
        return job

    def _load_wanted(self) -> None:
        """Run the reading thread until closed.

        A text that is not on the disk is passed on to the rendering thread.
        """
        while (text := self._next(self._wanted)) is not None:
            try:
                clip = self._recall(text)
            except (
                Exception
            ):  # a defect; the other thread tells whoever waits, and this one goes on
                _LOG.exception("a recording cannot be read")
                clip = None
            if clip:
                self._finish(text, clip)
            else:
                with contextlib.suppress(SpeechError):
                    self._request(text, self._urgent)

    def _render_all(self) -> None:
        """Run the rendering thread until closed."""
        while (
            text := self._next(self._urgent, self._background, patience=self._patience)
        ) is not None:
            if not text:
                self._recorder.rest()
                continue
            try:
                result: Clip | Exception = self._recall(text) or self._render(text)
            except SpeechError as error:
                result = error
            except (
                Exception
            ) as error:  # a defect; whoever waits for this clip must not wait for ever
                _LOG.exception("speech failed")
                result = error
            self._finish(text, result)

    def _finish(self, text: str, result: Clip | Exception) -> None:
        """Hand the clip of a text, or the error, to all that wait for it."""
        with self._changed:
            job = self._jobs.pop(text, None)
        if job is None:  # the other thread was quicker
            return
        if isinstance(result, Clip):
            job.set_result(result)
        else:
            job.set_exception(result)

    def _patience(self) -> float | None:
        """Return the seconds that the child process may be idle; None without a child."""
        if not self._recorder.at_work:
            return None
        return 0.0 if self._resting else self._idle

    def _next(
        self, *rows: deque[str], patience: Callable[[], float | None] | None = None
    ) -> str | None:
        """Wait for the next text, from the first of `rows` that has any, and return it.

        Returns "" if there was none for `patience` (s), and None once closed.
        """
        with self._changed:
            while not self._closed:
                row = next(filter(None, rows), None)
                if row is None:
                    if not self._changed.wait(patience() if patience else None) and not any(rows):
                        return ""
                elif (text := row.popleft()) in self._jobs:  # else it was urgent and has been done
                    return text
        return None

    def _recall(self, text: str) -> Clip | None:
        """Return the clip of a text from memory or from the disk, or None."""
        with self._changed:
            clip = self._recent.get(text)
        if clip is None and (kept := self._cache.load(self._key(text))) is not None:
            clip = self._remember(text, *kept)
        return clip

    def _render(self, text: str) -> Clip:
        samples, rate = self._recorder.record(text)
        samples = self._cache.store(self._key(text), samples, rate)
        return self._remember(text, samples, rate)

    def _remember(self, text: str, samples: Samples, rate: int) -> Clip:
        """Make a clip at the requested rate, and keep it in memory."""
        if rate != self._rate:
            samples = soxr.resample(samples, rate, self._rate)
        samples.setflags(write=False)  # shared by all who ask for this text
        clip = Clip(samples, self._rate, acoustic_onset(samples, self._rate))
        with self._changed:
            self._recent.put(text, clip)
        return clip

    def _key(self, text: str) -> str:
        voice = self._voice
        # Without a driver's name, it is the platform's.
        return clip_key(
            FORMAT, voice.engine or sys.platform, voice.language, voice.name or "", voice.rate, text
        )


def _speakable(text: str) -> str:
    """Return the text in one line, without markup.

    Raises ValueError if it has neither letter nor digit.
    """
    plain = _MARKUP.sub(" ", text).strip()
    if not any(map(str.isalnum, plain)):
        raise ValueError(f"there is nothing to speak in {text!r}")
    return plain
