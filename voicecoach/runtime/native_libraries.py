"""What the recogniser's and the detector's libraries are told of the processor, before they are loaded."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")

_KERNELS = (
    ("SkylakeX", {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"}),
    ("Haswell", {"avx2", "fma"}),
)
"""OpenBLAS's names of its kernels, the fastest first, and what they need of the processor (as Linux names it)."""


def prefer_one_thread() -> None:
    """Let OpenMP work with one thread. The detector's library divides among four what takes one thread 0.4 ms, and is
    twice as long at it (`benchmarks/native.py`)."""
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")


def choose_kernels(cpu_info: Path = CPU_INFO) -> None:
    """Let OpenBLAS use what the processor has. The one inside Vosk takes a processor that is newer than itself for a
    Pentium 4 ("Prescott"), and recognising costs half as much again (`benchmarks/native.py`)."""
    kernels = _kernels(_flags(cpu_info))
    if kernels:
        os.environ.setdefault("OPENBLAS_CORETYPE", kernels)


def _kernels(flags: Collection[str]) -> str | None:
    return next((name for name, needed in _KERNELS if needed <= set(flags)), None)


def _flags(cpu_info: Path) -> list[str]:
    """What the first processor can do; nothing where that cannot be told (other systems, other processors)."""
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
