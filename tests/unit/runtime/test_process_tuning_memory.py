"""Memory that was needed for a moment is given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELD = """
import numpy as np, psutil
from voicecoach.runtime.process_tuning import give_back_memory

set_so = {called} and give_back_memory()
del_me = np.ones(3_000_000)  # what glibc learns from
del del_me
clips = [np.ones(130_000) for _ in range(100)]  # a megabyte each, that has been touched
kept = clips[::10]
before = psutil.Process().memory_info().rss
clips.clear()
print(set_so, (before - psutil.Process().memory_info().rss) // 1_000_000)
"""


def given_back(*, called: bool) -> tuple[bool, int]:
    """Whether the allocator was set, and how many of 90 MB the process no longer holds."""
    program = HELD.format(called=called)
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    return told[0] == "True", int(told[1])


def test_pieces_between_those_that_live_longer_are_given_back() -> None:
    was_set, megabytes = given_back(called=True)
    if not was_set:
        pytest.skip("another allocator than glibc's")
    assert megabytes > 80
    assert given_back(called=False)[1] < 40, "then nothing of this is needed"


GAPS = """
import psutil
from voicecoach.runtime.process_tuning import give_back_gaps, give_back_memory

give_back_memory()
pieces = [bytearray(100_000) for _ in range(900)]
kept = pieces[::30] + pieces[-1:]
del pieces
before = psutil.Process().memory_info().rss
print(give_back_gaps(), (before - psutil.Process().memory_info().rss) // 1_000_000)
"""


def test_gaps_between_small_pieces_are_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", GAPS], capture_output=True, text=True, check=True)
    given, megabytes = done.stdout.split()
    if given != "True":
        pytest.skip("another allocator than glibc's")
    assert int(megabytes) > 70


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from voicecoach.runtime import process_tuning

    monkeypatch.setattr(sys, "platform", "darwin")
    assert not process_tuning.give_back_memory()
    assert not process_tuning.give_back_gaps()
