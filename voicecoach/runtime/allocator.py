"""The C library's allocator, told to give back what is not needed any more.

Each utterance takes and frees megabytes (sound, the recogniser's lattices, clips of speech). By default glibc learns
from the first that is freed to take such pieces from its heap, where what lives longer in between keeps them from being
given back: in an hour the coach grew by 70 MB, though it held no more than before
(docs/decisions/0015-memory-in-a-long-run.md). Small pieces leave
gaps of 10 MB together, which it gives back when it is asked to.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Names of glibc's options (malloc.h)."""

LARGE = 256 * 1024
"""Bytes from which a piece has pages of its own, which are given back at once. Blocks and spectra are smaller."""

SPARE = 1024 * 1024
"""Bytes that may lie unused at the end of the heap."""

ARENAS = 2
"""Heaps that threads share. By default nearly each thread has its own, with gaps of its own."""


def give_back_memory() -> bool:
    """Set it so for the rest of the process; false where there is no such allocator (another system, or musl)."""
    mallopt = _of_glibc("mallopt")
    options = ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, SPARE), (_ARENA_MAX, ARENAS))
    return bool(mallopt and all(mallopt(*option) for option in options))


def give_back_gaps() -> bool:
    """Give back the pages that lie unused now, in a millisecond or two; false where there are none, or no such
    allocator."""
    malloc_trim = _of_glibc("malloc_trim")
    return bool(malloc_trim and malloc_trim(SPARE))


def _of_glibc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None
    return found
