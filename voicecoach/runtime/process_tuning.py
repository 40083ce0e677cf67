"""Set what holds for the whole process: threads, kernels, memory and garbage.

All these settings are here, each with its reason, since each affects code that knows nothing of it.
Importing this module is cheap: it imports no library. (eSpeak's own variable, ESPEAK_DATA_PATH, is
set by `tts.espeak` in the speech process alone.)
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

# --- before a library is loaded: what it finds in the environment --------------------------------

CPU_INFO = Path("/proc/cpuinfo")

_KERNELS = (
    ("SkylakeX", {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}),
    ("Haswell", {"avx2", "fma"}),
)
"""OpenBLAS's names of its kernels, the fastest first, and the flags (as Linux names them) that each
needs."""


def prefer_one_thread() -> None:
    """Let OpenMP work with one thread, unless the user has set a number.

    The voice activity detector's library divides among four threads what takes one thread 0.4 ms,
    and takes twice as long (`benchmarks/native.py`).
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")


def choose_kernels(cpu_info: Path = CPU_INFO) -> None:
    """Let OpenBLAS use what the processor has, unless the user has chosen.

    The OpenBLAS inside Vosk takes a processor that is newer than itself for a Pentium 4
    ("Prescott"), and recognising costs half as much again (`benchmarks/native.py`).
    """
    kernels = _kernels(_flags(cpu_info))
    if kernels:
        os.environ.setdefault("OPENBLAS_CORETYPE", kernels)


def _kernels(flags: Collection[str]) -> str | None:
    return next((name for name, needed in _KERNELS if needed <= set(flags)), None)


def _flags(cpu_info: Path) -> list[str]:
    """List the flags of the first processor; none where the system does not tell them."""
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])


# --- memory: the C library's allocator ----------------------------------------------------------

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of glibc's options (malloc.h)."""

_MMAP_THRESHOLD_BYTES = 256 * 1024
"""Size from which a piece has pages of its own, which are given back at once. Blocks and spectra
are smaller."""

_TRIM_THRESHOLD_BYTES = 1024 * 1024
"""Size that may lie unused at the end of the heap."""

_ARENAS = 2
"""Heaps that threads share. By default nearly each thread has a heap of its own, with gaps of its
own."""


def give_back_memory() -> bool:
    """Let glibc give back large pieces of memory at once, for the rest of the process.

    Each utterance takes and frees megabytes (sound, the recogniser's lattices, clips). By default
    glibc learns from the first piece that is freed to take such pieces from its heap, where smaller
    ones that live longer keep them from being given back: in an hour the coach grew by 70 MB,
    though it held no more than before (docs/decisions/0015-memory-in-a-long-run.md).

    Returns:
        False if the C library has no such options (another system, or musl).
    """
    mallopt = _of_glibc("mallopt")
    options = (
        (_MMAP_THRESHOLD, _MMAP_THRESHOLD_BYTES),
        (_TRIM_THRESHOLD, _TRIM_THRESHOLD_BYTES),
        (_ARENA_MAX, _ARENAS),
    )
    return bool(mallopt and all(mallopt(*option) for option in options))


def give_back_gaps() -> bool:
    """Give back the pages that are unused now, which takes a millisecond or two.

    Small pieces leave gaps of 10 MB together, which glibc gives back only when it is asked to.

    Returns:
        True if there were such pages.
    """
    malloc_trim = _of_glibc("malloc_trim")
    return bool(malloc_trim and malloc_trim(_TRIM_THRESHOLD_BYTES))


def _of_glibc(name: str) -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError):
        return None
    return found


# --- Python: garbage and threads ----------------------------------------------------------------

_SWITCH_INTERVAL_S = 0.0005
"""With Python's own 5 ms, and several such waits in a block, the sound card was fed too late beside
a thread that recognises speech (docs/decisions/0013-processor-cost.md)."""


def hand_over_quickly() -> None:
    """Let a thread that computes give way after 0.5 ms to one that waits."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Suspend the garbage collector while many lasting objects are made.

    Searching them for garbage takes longer than making them.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def keep_loaded_objects() -> None:
    """Exempt all present objects from garbage collection, which would delay sound."""
    gc.freeze()
