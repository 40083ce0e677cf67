"""Text files: those that appear only when they are complete, and those that grow."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from voicecoach.core.errors import VoicecoachError

_LOG = logging.getLogger(__name__)


class TextFile:
    """Writes beside `path`, and takes its place when the block ends well; else nothing is left behind."""

    def __init__(self, path: Path):
        self._path = path
        self._partial = path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> Self:
        try:
            self._file = self._partial.open("w", encoding="utf-8")
        except OSError as error:
            raise VoicecoachError(f"{self._path} cannot be written: {error.strerror}") from error
        return self

    def write(self, text: str) -> None:
        """Add `text`; VoicecoachError when the disk is full."""
        try:
            self._file.write(text)
        except OSError as error:
            raise VoicecoachError(f"{self._path} cannot be written: {error.strerror}") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if error is None:
                self._partial.replace(self._path)
        except OSError as failure:
            if error is None:
                raise VoicecoachError(f"{self._path} cannot be written: {failure.strerror}") from failure
        finally:
            with contextlib.suppress(OSError):
                self._partial.unlink(missing_ok=True)


class LogFile:
    """Adds lines to the end of `path`, each at once. A disk that fails in mid-session ends the log with a warning,
    and not the session: nobody on the mat can free some space."""

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise VoicecoachError(f"{self._path} cannot be written: {error.strerror}") from error
        self._failed = False
        return self

    def write(self, line: str) -> None:
        """Add `line`, which brings its own line end."""
        if self._failed:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._failed = True
            _LOG.warning("%s cannot be written: %s; the session goes on without a log", self._path, error.strerror)

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # told already
            self._file.close()
