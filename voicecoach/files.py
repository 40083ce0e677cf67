"""Text files that appear only when they are complete."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from voicecoach.events import VoicecoachError


class TextFile:
    """Writes beside `path`, and takes its place when the block ends well; else nothing is left behind."""

    def __init__(self, path: Path):
        self._path = path
        self._partial = path.with_name(f".{path.name}.part")

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
