"""Keep bytes by a key in a folder, with a checksum, limited in size and number.

The library diskcache does more than that, and not this: its values have no checksum and no check of
the owner, which pickles need; it opens an SQLite database at each start; and it has had no release
since 2023.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from voicecoach.runtime.atomic_file import AtomicFile, make_private_folder
from voicecoach.runtime.wall_clock import wall_clock

_LOG = logging.getLogger(__name__)

_MAGIC = b"voicecoach cache 1\n"
_DIGEST_BYTES = 16
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH

_LEFTOVER_AGE_S = 3600.0
"""Age from which a file that is no entry is a leftover: an interrupted write, or an entry of an
earlier version."""


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """Limit what a folder holds; None: no limit."""

    size_bytes: int | None = None
    entries: int | None = None


class DiskCache:
    """Hold entries in `folder`, a file each, called `<key><suffix>`.

    Several processes and threads may share a folder.

    An entry that is damaged, or that another user owns or may write, is passed over and removed: a
    pickle of another user could run code. The folder belongs to the cache alone: all other files in
    it are removed in time.
    """

    def __init__(self, folder: Path, suffix: str, limits: CacheLimits):
        self._folder = folder
        self._suffix = suffix
        self._limits = limits

    def path(self, key: str) -> Path:
        """Return the file of `key`, which need not exist."""
        return self._folder / f"{key}{self._suffix}"

    def get(self, key: str) -> bytes | None:
        """Return the bytes of `key`, which become the most recently used.

        Returns None if there are none that can be used.
        """
        path = self.path(key)
        try:
            content = self._read(path, key)
        except OSError:
            return None
        if content is None:
            self.remove(key)
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Store `content` by `key`. Raises OSError; the cache is as usable as before then."""
        make_private_folder(self._folder)
        with AtomicFile(self.path(key), private=True) as file:
            file.write(_MAGIC + _digest(key, content))
            file.write(content)

    def remove(self, key: str) -> None:
        """Remove the entry of `key`, if there is one and it can be removed."""
        with suppress(OSError):
            self.path(key).unlink()

    def prune(self) -> None:
        """Remove leftovers, and then the least recently used entries beyond the limits."""
        with suppress(OSError):  # another process may be pruning, too
            entries = self._entries()
            size, number = sum(status.st_size for status, _ in entries), len(entries)
            for status, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
                if not self._exceeded(size, number):
                    return
                with suppress(OSError):
                    path.unlink()
                size, number = size - status.st_size, number - 1

    def _exceeded(self, size: int, number: int) -> bool:
        most_bytes, most_entries = self._limits.size_bytes, self._limits.entries
        return (most_bytes is not None and size > most_bytes) or (
            most_entries is not None and number > most_entries
        )

    def _entries(self) -> list[tuple[os.stat_result, Path]]:
        """List the entries, and remove leftovers."""
        found = []
        with os.scandir(self._folder) as files:
            for file in files:
                if not file.is_file(follow_symlinks=False):
                    continue
                status = file.stat(follow_symlinks=False)
                if file.name.endswith(self._suffix):
                    found.append((status, Path(file.path)))
                elif wall_clock().timestamp() - status.st_mtime > _LEFTOVER_AGE_S:
                    with suppress(OSError):
                        Path(file.path).unlink()
        return found

    def _read(self, path: Path, key: str) -> bytes | None:
        """Return the content of an entry; None if it is of no use.

        Raises OSError if it cannot be read.
        """
        with path.open("rb") as file:
            fault = _untrusted(os.fstat(file.fileno()))
            if fault is None:
                header = file.read(len(_MAGIC) + _DIGEST_BYTES)
                content = file.read()
                if header == _MAGIC + _digest(key, content):
                    return content
                fault = "it is damaged"
        _LOG.info("passing over %s: %s", path, fault)
        return None


def _digest(key: str, content: bytes) -> bytes:
    """Return a checksum of the entry.

    The key is part of it, so that a renamed entry is of no use.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES)
    digest.update(content)
    return digest.digest()


def _untrusted(status: os.stat_result) -> str | None:
    """Return why another user may have written a file; None if that is impossible."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no file"
    if os.name != "posix":
        return None  # other systems tell neither in the status; the folder is the user's own
    if status.st_uid != os.getuid():
        return "it belongs to somebody else"
    if status.st_mode & _OTHERS_MAY_WRITE:
        return "others may write it"
    return None
