"""The ring between two threads, and the resampler that follows a clock."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecoach.audio.resample import DriftLoop, StreamResampler
from voicecoach.audio.ring_buffer import Ring
from voicecoach.core.audio import Samples


def ramp(start: int, count: int) -> np.ndarray:
    return np.arange(start, start + count, dtype=np.float32)


@given(
    st.lists(st.tuples(st.sampled_from(["write", "read", "skip"]), st.integers(0, 30)), max_size=60)
)
def test_a_ring_gives_back_what_fitted_in_order(steps: list[tuple[str, int]]) -> None:
    ring, given_samples = Ring(17), 0
    kept: list[float] = []
    for step, count in steps:
        if step == "write":
            written = ring.write(ramp(given_samples, count))
            assert written == min(count, 17 - len(kept))
            kept += range(given_samples, given_samples + written)
            given_samples += written
        elif step == "read":
            assert ring.read(count).tolist() == kept[:count]
            kept = kept[count:]
        else:
            assert ring.skip(count) == min(count, len(kept))
            kept = kept[count:]
        assert len(ring) == len(kept)


def test_a_negative_skip_does_not_bring_samples_back() -> None:
    ring = Ring(10)
    ring.write(ramp(0, 4))
    ring.read(2)
    assert ring.skip(-1) == 0
    assert ring.read(9).tolist() == [2, 3]


def test_reading_leaves_the_rest_of_the_buffer_alone() -> None:
    ring, out = Ring(10), np.full(5, -1, np.float32)
    ring.write(ramp(1, 3))
    assert ring.read_into(out) == 3
    assert out.tolist() == [1, 2, 3, -1, -1]


def test_a_channel_of_an_interleaved_buffer_can_be_written_and_read() -> None:
    ring, frames = Ring(4), np.zeros((3, 2), np.float32)
    ring.write(ramp(0, 6).reshape(3, 2)[:, 1])
    ring.read_into(frames[:, 0])
    assert frames.tolist() == [[1, 0], [3, 0], [5, 0]]


@pytest.fixture
def _threads_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_threads_take_turns_often")
def test_two_threads_lose_and_mix_up_nothing() -> None:
    ring, total = Ring(256), 20_000
    read = np.full(total, -1, np.float32)

    def produce() -> None:
        sent = 0
        while sent < total:
            sent += ring.write(ramp(sent, min(137, total - sent)))

    producer = threading.Thread(target=produce)
    producer.start()
    got = 0
    while got < total:
        got += ring.read_into(read[got : got + 99])
    producer.join()
    np.testing.assert_array_equal(read, ramp(0, total))


def resampled(source: int, target: int, frequency: float, fraction: float = 0.0) -> np.ndarray:
    """Two seconds of a tone, fed in blocks of 20 ms."""
    resampler = StreamResampler(source, target)
    resampler.correct(fraction)
    pieces = []
    for sound in np.split(np.sin(2 * np.pi * frequency / source * np.arange(2 * source)), 100):
        resampler.feed(sound.astype(np.float32))
        pieces.append(resampler.take())
    return np.concatenate(pieces)


def level_of(sound: np.ndarray, frequency: float, rate: int) -> float:
    phase = np.exp(-2j * np.pi * frequency / rate * np.arange(len(sound)))
    return float(2 * np.abs(np.mean(sound * phase)))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (48_000, 16_000),
        (44_100, 16_000),
        (16_000, 16_000),
        (8_000, 16_000),
        (48_000, 44_100),
        (16_000, 48_000),
    ],
)
@pytest.mark.parametrize("frequency", [100, 1_000, 3_000])
def test_a_tone_keeps_pitch_and_level_from_any_rate(
    source: int, target: int, frequency: int
) -> None:
    steady = resampled(source, target, frequency)[target // 2 : target * 3 // 2]
    assert level_of(steady, frequency, target) == pytest.approx(1.0, abs=1e-3)
    assert np.sqrt(np.mean(steady**2)) == pytest.approx(np.sqrt(0.5), abs=1e-3)


@pytest.mark.parametrize("frequency", [8_500, 10_000, 20_000])
def test_what_lies_above_the_hearing_band_does_not_fold_into_it(frequency: int) -> None:
    assert np.abs(resampled(48_000, 16_000, frequency)[2_000:]).max() < 1e-4


@pytest.mark.parametrize("source", [48_000, 44_100, 16_000])
def test_each_block_gives_a_block(source: int) -> None:
    resampler = StreamResampler(source, 16_000)
    made = []
    for _ in range(100):
        resampler.feed(np.zeros(source // 50, np.float32))
        made.append(len(resampler.take()))
    assert set(made[5:]) == {320}


@pytest.mark.parametrize(
    ("source", "target"), [(48_000, 16_000), (44_100, 16_000), (16_000, 16_000), (16_000, 48_000)]
)
def test_after_a_sound_comes_silence_and_not_numbers_that_take_long(
    source: int, target: int
) -> None:
    resampler = StreamResampler(source, target)
    resampler.feed(np.sin(np.arange(source // 2, dtype=np.float32)))
    resampler.feed(np.zeros(source, np.float32))
    assert resampler.take()[: target // 4].any()
    resampler.feed(np.zeros(source, np.float32))
    assert not resampler.take().any()


def test_a_correction_changes_the_speed_by_that_fraction() -> None:
    exact, faster = len(resampled(48_000, 16_000, 100)), len(resampled(48_000, 16_000, 100, 1e-3))
    assert exact - faster == pytest.approx(32_000 * 1e-3, abs=1)


def test_the_delay_is_what_was_fed_and_not_taken() -> None:
    resampler = StreamResampler(48_000, 16_000)
    taken = 0
    for count in (960, 100, 4_000, 1, 960):
        resampler.feed(np.zeros(count, np.float32))
        taken += resampler.take_into(np.empty(150, np.float32))
    assert resampler.delay == pytest.approx(6_021 / 48_000 - taken / 16_000, abs=1e-4)


def followed(
    drift: float, seconds: int, jitter: float, jumps: dict[int, float] | None = None
) -> tuple[Samples, Samples]:
    """The delay (s) of two clocks, and the corrections, ten times a second; told with jitter, and
    wrong by `jumps` from those seconds on."""
    rng, loop, delay, told, delays, corrections = (
        np.random.default_rng(3),
        DriftLoop(),
        0.1,
        0.0,
        [],
        [0.0],
    )
    for look in range(10 * seconds):
        delay += (drift - corrections[-1]) * 0.1
        told += (jumps or {}).get(look // 10, 0.0) / 10
        corrections.append(
            loop.update(delay + told + rng.normal(0, jitter) + rng.exponential(jitter))
        )
        delays.append(delay)
    return np.array(delays), np.array(corrections)


@pytest.mark.parametrize(("jitter", "closely"), [(0.0001, 10e-6), (0.001, 50e-6)])
@pytest.mark.parametrize("drift", [-200e-6, 50e-6, 200e-6])
def test_the_loop_keeps_the_delay_of_drifting_clocks_through_jitter(
    drift: float, jitter: float, closely: float
) -> None:
    delays, corrections = followed(drift, 300, jitter)
    assert np.abs(delays - 0.1).max() < 0.006
    assert np.abs(corrections[-1200:] - drift).max() < closely


def test_the_loop_follows_clocks_that_are_broken() -> None:
    delays, corrections = followed(900e-6, 300, 0.0001)
    assert np.abs(delays - 0.1).max() < 0.01
    assert corrections[-1] == pytest.approx(900e-6, abs=20e-6)


@pytest.mark.parametrize("drift", [50e-6, 200e-6])
def test_a_correction_hardly_ever_changes(drift: float) -> None:
    """What predicts the echo has to learn anew after each change."""
    _delays, corrections = followed(drift, 300, 0.0001)
    since = np.flatnonzero(corrections)[0] + 200
    assert np.abs(np.diff(corrections[since:])).sum() < 100e-6


def test_one_clock_is_never_bent_when_a_sound_server_hands_out_its_pieces_sooner_or_later() -> None:
    """As a sound server was seen to do within its first half minute."""
    jumps = {3: 0.0013, 9: 0.0011, 10: 0.0009, 17: -0.002, 25: 0.0015, 30: 0.04}
    _delays, corrections = followed(0.0, 90, 0.0001, jumps)
    assert not corrections.any()


def test_a_jump_tells_nothing_of_the_drift() -> None:
    _delays, corrections = followed(100e-6, 120, 0.0001, {80: 0.04})
    assert corrections[790] == pytest.approx(100e-6, abs=20e-6)
    assert corrections[-1] == pytest.approx(corrections[790], abs=10e-6)


def test_the_loop_tells_the_delay_after_a_jump() -> None:
    loop = DriftLoop()
    for delay in [0.1] * 100 + [0.14] * 100:
        loop.update(delay)
    assert loop.delay == pytest.approx(0.14, abs=1e-5)


def test_a_device_that_comes_back_is_read_as_before() -> None:
    loop = DriftLoop()
    delay = 0.1
    for _block in range(600):
        correction = loop.update(delay)
        delay += (200e-6 - correction) * 0.1
    loop.restart()
    assert loop.update(0.05) == pytest.approx(200e-6, abs=20e-6)
