"""What takes long to make from files, kept between starts.

Reading, checking and expanding the intents takes a second and a half at each start, and comes to the same as long as
they are the same files, read by the same code.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

_LOG = logging.getLogger(__name__)

T = TypeVar("T")

KEPT = 6
"""Files that are kept: one for each language and each state of the user's own routines."""


def cached_object(kind: type[T], make: Callable[[], T], key: str, folder: Path) -> T:
    """What `make` makes, from `folder` where it was made before under the same `key`. A file that is damaged, or that
    somebody else wrote, is passed over; want of room or rights costs nothing but the time."""
    path = folder / f"{key}.pickle"
    found = _read(path)
    if isinstance(found, kind):
        return found
    made = make()
    with suppress(OSError):
        _write(path, made)
        _prune(folder)
    return made


def key_of(*parts: object, code: tuple[Traversable, ...], libraries: tuple[str, ...]) -> str:
    """What tells one state of things from another: `parts`, the files in the folders and files `code`, and the versions
    of Python and of `libraries`."""
    digest = hashlib.sha256(repr((parts, sys.version, [version(name) for name in libraries])).encode())
    for file in (file for each in code for file in _files(each)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def _files(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
    elif place.is_dir():
        for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() or entry.name.endswith(".py"):
                yield from _files(entry)


def _read(path: Path) -> Any:
    """What the file holds; None where there is none that can be used. A pickle can run code: only the user's own is
    read."""
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return None
        with without_collecting():
            found = pickle.loads(path.read_bytes())
        os.utime(path)
    except OSError:
        return None
    except Exception as error:  # a damaged pickle raises anything
        _LOG.debug("passing over %s: %s", path, error)
        return None
    return found


def _write(path: Path, made: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        temporary = Path(part.name)
        try:
            part.write(pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
            part.close()
            temporary.replace(path)
        finally:
            part.close()
            temporary.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Keep the files that were used last."""
    files = sorted(folder.glob("*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[KEPT:]:
        old.unlink(missing_ok=True)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Make many objects that stay: looking for garbage among them takes longer than making them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
