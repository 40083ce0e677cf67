"""Run pyttsx3 in a child process that can be killed, and talk to it.

pyttsx3 2.99 can hang for ever, prints on stdout and knows one engine a process, so it lives in a
process of its own. Parent and child exchange one JSON object a line, one request at a time:

    {"do": "open", "engine": null, "voice": null, "rate": 150, "language": "en",
     "preferred": ["en-us", "samantha"]}
    {"do": "render", "text": "five", "path": "/tmp/.../speech.wav"}
    {"do": "voices", "engine": null, "language": "en"}            before or instead of the others

Engine and voice: null means the default. Of the preferred voices the first is eSpeak's name, and
the others are parts of the names that other engines have.

Answers are `{}`, `{"voices": [...]}` or `{"error": "...", "kind": "engine" | "voice" | "render"}`.
The child ends when its stdin closes. It imports neither numpy nor the rest of voicecoach, to start
fast.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import TextIO

from voicecoach.tts.espeak import provide_espeak
from voicecoach.tts.fork import Message, forked

# -P: a file of the user's in the current folder must not shadow the standard library.
WORKER_COMMAND = (sys.executable, "-P", "-m", "voicecoach.tts.worker")

# --- the parent's end ----------------------------------------------------------------------------


class WorkerLostError(Exception):
    """Report that the child ended, answered nonsense or did not answer in time.

    The child is of no more use then.
    """


class RefusedError(Exception):
    """Report an error answer; `kind` is "engine", "voice" or "render"."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Worker:
    """One running child. Not thread-safe: one thread asks; any thread may kill.

    `timeout` (s) is how long an answer may take. It is measured on the wall clock, since a hung
    process shows in no count of samples.
    """

    def __init__(self, command: Sequence[str] = WORKER_COMMAND, *, timeout: float) -> None:
        self._timeout = timeout
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows: no console pops up
        )
        self.pid = self._process.pid
        threading.Thread(target=self._listen, name="speech-answers", daemon=True).start()

    def ask(self, **request: object) -> Message:
        """Return the answer to one request.

        Raises:
            WorkerLostError: The child ended or did not answer as it should.
            RefusedError: The child reported an error.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=self._timeout)
            answer: Message = json.loads(line)
        except queue.Empty:
            raise WorkerLostError(
                f"the speech engine gave no answer for {self._timeout:g} s"
            ) from None
        except (OSError, ValueError):
            raise WorkerLostError("the speech engine's process ended unexpectedly") from None
        if "error" in answer:
            raise RefusedError(answer["kind"], answer["error"])
        return answer

    def kill(self) -> None:
        """End the child at once; it holds nothing worth saving."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # flushing what it did not read any more
            self._process.stdin.close()  # type: ignore[union-attr]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put("")  # not JSON: the child is gone


# --- the child ----------------------------------------------------------------------------------


class UnknownVoiceError(Exception):
    """Report that the engine has no voice of that name."""


class Engine:
    """Hold a pyttsx3 engine that speaks with one voice at one rate into files.

    It works around the faults of pyttsx3's drivers.
    """

    def __init__(self, name: str | None) -> None:
        if sys.platform == "linux" and name in (None, "espeak"):
            provide_espeak()
        import pyttsx3

        self._engine = pyttsx3.init(name)
        self._is_espeak = self._engine.driver_name == "espeak"
        self._errors: list[Exception] = []
        # Drivers' exceptions are swallowed unless somebody listens.
        self._engine.connect("error", lambda exception, **_: self._errors.append(exception))
        # A new engine is "busy" and would only queue the properties set next.
        self._engine.proxy.setBusy(False)
        self._settle()

    def voices(self, language: str) -> list[str]:
        """Return the ids of the voices that speak `language`."""
        return [
            voice.id
            for voice in self._engine.getProperty("voices")
            if _speaks(voice.languages, language)
        ]

    def speak_with(
        self, voice: str | None, rate: int, language: str, preferred: Sequence[str]
    ) -> None:
        """Choose the voice and the rate (words a minute).

        Without a named voice, one for `language` is chosen.

        Raises:
            UnknownVoiceError: There is no such voice.
        """
        name = voice if voice is not None else self._default_voice(language, preferred)
        if name is not None:
            self._engine.setProperty("voice", name)
            self._settle()
            if self._errors or not self._has_chosen(name):
                raise UnknownVoiceError(name)
        # After the voice: SAPI5 converts words a minute by voice.
        self._engine.setProperty("rate", rate)
        self._settle()
        self._raise_errors()

    def render(self, text: str, path: str) -> None:
        """Speak `text` into the file `path`, and return when it is complete.

        The file is WAV, or AIFF on macOS.
        """
        self._errors.clear()
        # Busy, so that the command is queued and begins inside the loop. Were it begun before, the
        # loop would end at once and, on macOS, stop the utterance (nsss: endLoop -> stopSpeaking).
        self._engine.proxy.setBusy(True)
        self._engine.save_to_file(text, path)
        self._engine.runAndWait()
        self._settle()
        self._raise_errors()

    def _settle(self) -> None:
        """Wait for eSpeak's own thread.

        It sets rates and writes files after the calls have returned: what is set or said before
        that spoils them, and now and then a sentence came out at another rate.
        """
        if self._is_espeak:
            from pyttsx3.drivers import _espeak

            _espeak.Synchronize()

    def _default_voice(self, language: str, preferred: Sequence[str]) -> str | None:
        """Return a voice for `language`: the user's own if it speaks that.

        None leaves the engine's default.
        """
        if self._is_espeak:
            return preferred[0] if preferred else language
        try:
            voices = self._engine.getProperty("voices")
            current = self._engine.getProperty("voice")
        except (
            Exception
        ):  # one odd third-party voice breaks the listing of all; the default still speaks
            return None
        fitting = [str(voice.id) for voice in voices if _speaks(voice.languages, language)]
        if current in fitting or not fitting:
            return None
        # macOS sorts its novelty voices (Albert, Bad News, ...) first.
        good = (name for name in fitting if any(part in name.lower() for part in preferred[1:]))
        return next(good, fitting[0])

    def _has_chosen(self, name: str) -> bool:
        chosen = self._engine.getProperty("voice") or ""
        if not self._is_espeak:
            return bool(chosen == name)  # nsss ignores a voice it does not have
        # eSpeak resolves "en-us" to "gmw/en-us" and ignores a variant ("+f2") it does not have.
        _, plus, variant = name.lower().partition("+")
        return not plus or chosen.endswith(plus + variant)

    def _raise_errors(self) -> None:
        if self._errors:
            raise self._errors[0]


def _speaks(languages: Iterable[str | None], language: str) -> bool:
    return any((spoken or "").lower().startswith(language) for spoken in languages)


class RequestHandler:
    """Answer the parent's requests."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def answer(self, request: Message) -> Message:
        """Answer one request; an exception becomes an error of its kind."""
        try:
            match request:
                case {
                    "do": "open",
                    "engine": engine,
                    "voice": voice,
                    "rate": rate,
                    "language": language,
                    "preferred": preferred,
                }:
                    self._open(engine).speak_with(voice, rate, language, preferred)
                case {"do": "render", "text": text, "path": path} if self._engine:
                    self._engine.render(text, path)
                case {"do": "voices", "engine": engine, "language": language}:
                    return {"voices": self._open(engine).voices(language)}
                case _:
                    raise ValueError(f"unexpected request {request}")
        except UnknownVoiceError as error:
            return {"kind": "voice", "error": str(error)}
        except Exception as error:  # drivers raise anything, COM errors included
            kind = "render" if self._engine else "engine"
            return {"kind": kind, "error": f"{type(error).__name__}: {error}"}
        return {}

    def _open(self, name: str | None) -> Engine:
        self._engine = Engine(name)
        return self._engine


class ForkingRequestHandler:
    """Answer as RequestHandler does, but each request in a fork.

    An engine that has spoken speaks differently.
    """

    def __init__(self) -> None:
        self._opening: Message | None = None
        with contextlib.suppress(Exception):  # what is missing is told by the request that needs it
            provide_espeak()
            import pyttsx3.drivers.espeak  # noqa: F401, loaded once for all forks

    def answer(self, request: Message) -> Message:
        """Answer one request in a fork."""
        try:
            answer = forked(lambda: self._answer(request))
        except OSError as error:
            return {"kind": "render", "error": str(error)}
        if request.get("do") == "open" and not answer:
            self._opening = request
        return answer

    def _answer(self, request: Message) -> Message:
        desk = RequestHandler()
        if (
            request.get("do") == "render"
            and self._opening
            and (refused := desk.answer(self._opening))
        ):
            return refused
        return desk.answer(request)


def _take_over_stdio() -> tuple[TextIO, TextIO]:
    """Return private copies of stdin and stdout; redirect the originals to null.

    pyttsx3 prints, and on Windows a library that looks at stdin while a thread reads from it would
    block.
    """
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return requests, answers


def _receive(requests: TextIO, inbox: queue.SimpleQueue[Message]) -> None:
    for line in requests:
        inbox.put(json.loads(line))
    # The parent is gone. Leave even if the engine hangs, and past eSpeak's failing assertion at
    # exit.
    os._exit(0)


def main() -> None:
    """Answer requests until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    requests, answers = _take_over_stdio()
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    # The engine needs the main thread (COM, Cocoa), so reading is done in another.
    threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
    desk = ForkingRequestHandler() if sys.platform == "linux" else RequestHandler()
    while True:
        answers.write(json.dumps(desk.answer(inbox.get())) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
