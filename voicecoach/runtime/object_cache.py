"""Keep objects that take long to make from files between starts of the program.

Reading, checking and expanding the intents takes a second and a half at each start, and has the
same result as long as the files and the code that reads them are unchanged.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from voicecoach.runtime.disk_cache import CacheLimits, DiskCache
from voicecoach.runtime.process_tuning import without_collecting

_LOG = logging.getLogger(__name__)

T = TypeVar("T")

LIMITS = CacheLimits(entries=6)
"""One entry for each language, and for each state of the user's own routines."""


def cached_object(kind: type[T], make: Callable[[], T], key: str, folder: Path) -> T:
    """Return what `make` returns, from `folder` if it was made before under `key`.

    An entry that is damaged or not of `kind`, or that somebody else wrote, is made again. A full
    disk, or a folder that cannot be written, costs only the time to make the object.
    """
    entries = DiskCache(folder, ".pickle", LIMITS)
    found = _load(entries, key)
    if isinstance(found, kind):
        return found
    made = make()
    with suppress(OSError):
        entries.put(key, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        entries.prune()
    return made


def key_of(*parts: object, files: Iterable[Traversable] = (), libraries: Iterable[str] = ()) -> str:
    """Return a key that changes with everything that an object is made from.

    Args:
        parts: Values with a faithful `repr`.
        files: Files whose contents count; one that does not exist counts as an empty one.
        libraries: Distributions whose versions count.

    The code of this package and the version of Python always count. Raises OSError if a file cannot
    be read.
    """
    versions = [version(name) for name in libraries]
    digest = hashlib.sha256(repr((parts, sys.version, package_digest(), versions)).encode())
    for file in files:
        content = file.read_bytes() if file.is_file() else b""
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:24]


@cache
def package_digest() -> str:
    """Return a digest of the whole package's code, computed once a process (7 ms).

    The package as a whole, since nobody can say for sure which modules have a part in an object.
    """
    return digest_of_code(resources.files("voicecoach"))


def digest_of_code(folder: Traversable) -> str:
    """Return a digest of all Python files below `folder`."""
    digest = hashlib.sha256()
    for file in _python_files(folder):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _python_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            yield entry
        elif entry.is_dir():
            yield from _python_files(entry)


def _load(entries: DiskCache, key: str) -> object:
    """Return the object of `key`, or None."""
    content = entries.get(key)
    if content is None:
        return None
    try:
        with without_collecting():
            return pickle.loads(content)
    except Exception as error:  # a pickle of another version of a library raises anything
        _LOG.info("passing over the cached object %s: %s", entries.path(key), error)
        entries.remove(key)
        return None
