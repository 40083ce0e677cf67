"""How much sound a device has moved, told from looks at it."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.audio.device.chunk_clock import ChunkClock

CHUNK = 0.01
"""Seconds that the device moves at once."""


def looked_at(
    moments: np.ndarray, *, late: np.ndarray | None = None, ppm: float = 0.0
) -> ChunkClock:
    """The pace of a device whose chunks come late by `late` (s, one each)."""
    pace, chunk = ChunkClock(), CHUNK / (1 + ppm * 1e-6)
    count = round(float(moments[-1]) / chunk) + 2
    ends = chunk * np.arange(1, count + 1) + (0.0 if late is None else late[:count])
    for now in moments:
        pace.look(CHUNK * int(np.searchsorted(ends, now, side="right")), float(now))
    return pace


@pytest.mark.parametrize("ppm", [0, 200, -200])
def test_looks_at_ever_other_moments_tell_it_to_the_part_of_a_millisecond(ppm: float) -> None:
    moments = 0.02 * np.arange(500) + 0.02 * (np.arange(500) * 0.618034 % 1)
    now = float(moments[-1])
    assert looked_at(moments, ppm=ppm).moved(now) == pytest.approx(now * (1 + ppm * 1e-6), abs=6e-4)


def test_chunks_that_come_late_now_and_then_do_not_disturb() -> None:
    random = np.random.default_rng(0)
    late = np.where(random.random(2_000) < 0.5, random.exponential(0.003, 2_000), 0.0)
    moments = np.sort(random.uniform(0, 10, 500))
    now = float(moments[-1])
    assert looked_at(moments, late=late).moved(now) == pytest.approx(now, abs=6e-4)


def test_what_a_device_did_not_move_is_known_soon() -> None:
    moments = np.arange(0, 10, 0.0101)
    late = np.where(np.arange(2_000) >= 500, 0.05, 0.0)  # it stood still for 50 ms
    now = float(moments[-1])
    assert looked_at(moments, late=late).moved(now) == pytest.approx(now - 0.05, abs=6e-4)
