"""What other libraries are told of the processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voicecoach.runtime import process_tuning


@pytest.fixture(autouse=True)
def _untold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "")  # so that it is as before afterwards
    monkeypatch.delenv("OPENBLAS_CORETYPE")


def told(folder: Path, text: str | None) -> str | None:
    """The kernels chosen where /proc/cpuinfo has this text; without any there is no such file."""
    file = folder / "cpuinfo"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    process_tuning.choose_kernels(file)
    return os.environ.get("OPENBLAS_CORETYPE")


@pytest.mark.parametrize(
    ("flags", "kernels"),
    [
        ("fpu sse2 avx fma avx2 avx512f avx512dq avx512cd avx512bw avx512vl", "SkylakeX"),
        ("fpu sse2 avx fma avx2 avx512f avx512cd", "Haswell"),  # Knights Landing has not all of it
        ("fpu sse2 avx fma avx2", "Haswell"),
        ("fpu sse2 avx", None),
        ("", None),
    ],
)
def test_only_what_the_processor_has_is_used(
    tmp_path: Path, flags: str, kernels: str | None
) -> None:
    assert told(tmp_path, f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\n") == kernels


@pytest.mark.parametrize("text", [None, "processor : 0\nFeatures : fp asimd\n"])
def test_where_it_cannot_be_told_nothing_is(tmp_path: Path, text: str | None) -> None:
    assert told(tmp_path, text) is None


def test_what_the_user_chose_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    assert told(tmp_path, "flags : avx2 fma\n") == "Nehalem"


THREADS = """
import os
import numpy as np
from voicecoach.asr.detection.vad import CHUNK, VoiceActivityDetector
detector = VoiceActivityDetector()
before = len(os.listdir("/proc/self/task"))
detector.feed(np.random.default_rng(0).standard_normal(20 * CHUNK).astype(np.float32) / 10)
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this system does not list threads there"
)
def test_the_detector_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", THREADS], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"
