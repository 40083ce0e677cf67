"""Hearing in a thread of its own: the loudspeaker does not wait for what takes long to hear."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from tests.conftest import silence
from voicecoach.audio.echo.control import NoMicrophone
from voicecoach.core.audio import BLOCK_SECONDS, Samples
from voicecoach.core.speech import Hypothesis
from voicecoach.engine import threaded_hearing as module
from voicecoach.engine.hearing import Block, Hearing
from voicecoach.engine.threaded_hearing import BackgroundHearing, BackgroundHearingParams

BLOCK = silence(BLOCK_SECONDS)
PARAMS = BackgroundHearingParams()
TOGETHER = PARAMS.blocks_per_batch
PATIENT = BackgroundHearingParams(patience_s=10.0)
"""Waits for each block, so that what a test hears does not hang on the machine's load."""


class SlowEar:
    """Hears an utterance in each loud block, once it may."""

    hearing_speech = False
    in_utterance = True

    def __init__(self) -> None:
        self.may = threading.Event()
        self.blocks: list[Samples] = []

    def feed(
        self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf
    ) -> list[Hypothesis]:
        self.blocks.append(samples)
        if not samples.any():
            return []
        self.may.wait()
        now = len(self.blocks) * BLOCK_SECONDS
        return [Hypothesis("next", now, now, now)]


@pytest.fixture
def ear() -> SlowEar:
    return SlowEar()


@pytest.fixture
def hearing(ear: SlowEar) -> Iterator[BackgroundHearing]:
    with closing(BackgroundHearing(ear, NoMicrophone())) as hearing:
        yield hearing
        ear.may.set()


@pytest.fixture
def patient(ear: SlowEar) -> Iterator[BackgroundHearing]:
    with closing(BackgroundHearing(ear, NoMicrophone(), params=PATIENT)) as hearing:
        yield hearing
        ear.may.set()


def feed(hearing: Hearing, near: Samples) -> list[str]:
    return [heard.text for heard in hearing.feed(Block(near, BLOCK))]


def until_heard(hearing: Hearing) -> int:
    """Blocks until something is heard."""
    return next(count for count in range(1, 1000) if feed(hearing, BLOCK))


def test_what_takes_long_to_hear_holds_nothing_up_and_is_heard_later(
    hearing: BackgroundHearing, ear: SlowEar
) -> None:
    assert feed(hearing, BLOCK + 1) == []
    assert [feed(hearing, BLOCK) for _ in range(10)] == [[]] * 10
    ear.may.set()
    assert until_heard(hearing) < 1000


def test_what_is_heard_quickly_is_heard_in_its_block(
    patient: BackgroundHearing, ear: SlowEar
) -> None:
    ear.may.set()
    assert [feed(patient, BLOCK + loud) for loud in (0, 1, 0)] == [[], ["next"], []]


class Backlog:
    """Stands for a thread that has many blocks to hear, each of which takes `each` seconds."""

    def __init__(self, each: float) -> None:
        self.now, self._each, self._count = 0.0, each, 0

    def get(self, timeout: float) -> int:
        self.now += min(timeout, self._each)
        if timeout < self._each:
            raise queue.Empty
        self._count += 1
        return self._count

    def put(self, count: int) -> None:
        """One that was heard meanwhile does not matter."""


def test_a_block_waits_for_all_that_is_heard_meanwhile_no_longer_than_for_one(
    hearing: BackgroundHearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing._given = 20
    backlog = Backlog(PARAMS.patience_s / 3)
    monkeypatch.setattr(hearing, "_heard", backlog)
    monkeypatch.setattr(module, "perf_counter", lambda: backlog.now)
    feed(hearing, BLOCK)
    assert backlog.now == pytest.approx(PARAMS.patience_s)


def test_no_block_is_lost_however_long_one_takes(hearing: BackgroundHearing, ear: SlowEar) -> None:
    for number in range(20):
        feed(hearing, BLOCK + np.float32(number == 3))
    ear.may.set()
    until_heard(hearing)
    assert [bool(block.any()) for block in ear.blocks[:20]] == [number == 3 for number in range(20)]


def test_as_long_as_nobody_speaks_some_blocks_are_heard_together(
    patient: BackgroundHearing, ear: SlowEar
) -> None:
    ear.may.set()
    ear.in_utterance = False
    heard = []
    for _ in range(2 * TOGETHER):
        feed(patient, BLOCK)
        heard.append(len(ear.blocks))
    assert heard == [0, 0, TOGETHER, TOGETHER, TOGETHER, 2 * TOGETHER]
    assert feed(patient, BLOCK + 1) == []
    ear.in_utterance = True
    assert feed(patient, BLOCK) == ["next"], "the one before it, at once"
    assert len(ear.blocks) == 2 * TOGETHER + 2


def test_a_machine_that_is_far_too_slow_skips_sound_and_says_so(
    ear: SlowEar, caplog: pytest.LogCaptureFixture
) -> None:
    params = BackgroundHearingParams(patience_s=0.0)
    with closing(BackgroundHearing(ear, NoMicrophone(), params=params)) as hearing:
        for _ in range(400):
            feed(hearing, BLOCK + 1)
        ear.may.set()
        feed(hearing, BLOCK)
    loud = [bool(block.any()) for block in ear.blocks]
    assert len(loud) == 401
    assert sum(loud) == pytest.approx(params.max_backlog_s / BLOCK_SECONDS, abs=2), (
        "and the latest are heard"
    )
    assert "this machine is too slow" in caplog.text


def test_a_defect_in_the_thread_is_raised_where_the_coach_is(
    patient: BackgroundHearing, ear: SlowEar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear, "feed", lambda *_args, **_far: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        feed(patient, BLOCK)


def test_what_it_takes_to_understand_is_done_in_the_thread(ear: SlowEar) -> None:
    ear.may.set()
    prepared: list[tuple[str, object, str]] = []

    def prepare(heard: Hypothesis, states: object) -> None:
        prepared.append((heard.text, states, threading.current_thread().name))

    with closing(BackgroundHearing(ear, NoMicrophone(), prepare, PATIENT)) as hearing:
        hearing.feed(Block(BLOCK + 1, BLOCK, states=("working",)))
    assert prepared == [("next", ("working",), "hearing")]
