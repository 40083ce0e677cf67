"""Write files that appear only when they are complete, and files that grow.

A file is written next to its place, and renamed into it: whoever reads sees the old contents or the
new ones, and never a part of them.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from voicecoach.core.errors import VoicecoachError

_LOG = logging.getLogger(__name__)

_PRIVATE_FILE, _PRIVATE_FOLDER, _SHARED_FILE = 0o600, 0o700, 0o666
"""Permissions before the umask: the owner alone, and whoever the umask lets."""

_NUMBERS = itertools.count()
"""Numbers of the files that this process writes."""


class AtomicFile:
    """Write bytes to `path`, where they appear when the block succeeds.

    A block that raises an exception leaves the former file.

    Attributes:
        private: Only the owner may read the file, since it may hold words of a person.
        durable: The file is on the disk before it replaces the former file, so that a power
            failure does not lose both. Costs some ten milliseconds, and is meant for what
            cannot be computed again.

    All methods raise OSError.
    """

    def __init__(self, path: Path, *, private: bool = False, durable: bool = False):
        self._path = path
        self._private = private
        self._durable = durable
        # No other process or thread may use the name at the same time.
        self._partial = path.with_name(f".{path.name}.{os.getpid()}-{next(_NUMBERS)}.part")

    def __enter__(self) -> Self:
        self._partial.unlink(missing_ok=True)  # left by a process of this number that was killed
        mode = _PRIVATE_FILE if self._private else _SHARED_FILE
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(self._partial, flags, mode), "wb")
        return self

    def write(self, content: bytes) -> None:
        """Append `content`."""
        self._file.write(content)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with self._file:
                if error is None and self._durable:
                    self._file.flush()
                    os.fsync(self._file.fileno())
            if error is None:
                self._partial.replace(self._path)
                if self._durable:
                    _sync_folder(self._path.parent)
        except OSError:
            if error is None:
                raise
        finally:
            with contextlib.suppress(OSError):
                self._partial.unlink(missing_ok=True)


def write_atomically(
    path: Path, content: bytes, *, private: bool = False, durable: bool = False
) -> None:
    """Put `content` in the place of `path`; see AtomicFile. Raises OSError."""
    with AtomicFile(path, private=private, durable=durable) as file:
        file.write(content)


def make_private_folder(path: Path) -> None:
    """Make the folder `path` for its owner alone, if there is none.

    Raises:
        OSError: The folder cannot be made.
    """
    path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)


def _sync_folder(folder: Path) -> None:
    """Write the new name to the disk, where the system can do so."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class TextFile:
    """Write UTF-8 text to `path`, where it appears when the block succeeds.

    All methods raise VoicecoachError with a sentence for the user when the file cannot be written.
    """

    def __init__(self, path: Path, *, private: bool = False, durable: bool = False):
        self._path = path
        self._file = AtomicFile(path, private=private, durable=durable)

    def __enter__(self) -> Self:
        with _as_one_sentence(self._path):
            self._file.__enter__()
        return self

    def write(self, text: str) -> None:
        """Append `text`."""
        with _as_one_sentence(self._path):
            self._file.write(text.encode())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _as_one_sentence(self._path):
            self._file.__exit__(kind, error, trace)


@contextlib.contextmanager
def _as_one_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VoicecoachError(f"{path} cannot be written: {error.strerror}") from error


class LogFile:
    """Append lines to `path`, each at once.

    A disk that fails in the middle of a session ends the log with a warning, and not the session:
    the user cannot free some space while exercising.
    """

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> Self:
        with _as_one_sentence(self._path):
            self._file = self._path.open("a", encoding="utf-8", buffering=1)
        self._failed = False
        return self

    def write(self, line: str) -> None:
        """Append `line`, which includes its line end."""
        if self._failed:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._failed = True
            _LOG.warning(
                "%s cannot be written: %s; the session goes on without a log",
                self._path,
                error.strerror,
            )

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # reported already
            self._file.close()
