"""Silence at once: what the sound card's ring still holds is not heard, and the echo canceller
knows."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.echo_scenes import QUIET, at_the_microphone, blocks
from tests.support.fake_sound_card import Card, Talk, World
from tests.support.fake_sound_card import world as world
from voicecoach.audio.device.sound_card import SoundCard
from voicecoach.audio.echo.far_end import FarEndReference
from voicecoach.audio.echo.kalman_filter import BLOCK
from voicecoach.audio.echo.linear_canceller import LinearCanceller
from voicecoach.audio.echo.residual_echo import level
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

RATE = 48_000
TAIL = 480
"""Frames of the next block in which the mixer lets the sound fade out: 10 ms."""


only_callback = pytest.mark.parametrize("world", ["callback"], indirect=True)
"""Only a speaker with a ring of its own can be hushed; what is in a driver's buffer is played."""


@pytest.fixture
def device(world: World) -> SoundCard:
    device = SoundCard()
    device.open()
    return device


def played(world: World) -> Samples:
    return np.concatenate([frames for _, _, frames in world.played])


def full(device: SoundCard, value: float) -> Samples:
    return np.full(device.block, value, np.float32)


@only_callback
def test_what_was_handed_over_fades_out_at_once_and_what_comes_next_is_heard(
    world: World, device: SoundCard
) -> None:
    for _ in range(50):
        device.process_block(full(device, 1.0))
    already = len(played(world))
    left_out = device.flush(TAIL / RATE)
    answer = full(device, 1.0)
    answer[TAIL:] = 0.5
    device.process_block(answer)
    for _ in range(20):
        device.process_block(full(device, 0.5))
    after = played(world)[already:]
    begins = int(np.argmax(after == 0.5))
    assert left_out > 0.015
    assert begins == round(left_out * RATE) + TAIL, "it comes when it would have come"
    assert not after[round(0.005 * RATE) : begins].any()
    assert np.abs(np.diff(after[: round(0.005 * RATE)])).max() < 0.01, "it does not click"
    assert (after[begins : begins + 5 * device.block] == 0.5).all()


@only_callback
def test_who_is_hushed_twice_is_not_heard_in_between(world: World, device: SoundCard) -> None:
    for _ in range(50):
        device.process_block(full(device, 1.0))
    already = len(played(world))
    device.flush(0.02)
    device.process_block(full(device, 1.0))
    device.flush(0.02)
    for _ in range(10):
        device.process_block(full(device, 1.0))
    after = played(world)[already:]
    again = int(np.argmax(after[round(0.005 * RATE) :] > 0)) + round(0.005 * RATE)
    assert not after[round(0.005 * RATE) : again].any()
    assert again >= 2 * device.block
    assert (after[again : again + device.block] == 1.0).all()


@pytest.mark.parametrize("world", ["blocking"], indirect=True)
def test_a_drivers_buffer_is_played_to_its_end(world: World, device: SoundCard) -> None:
    for _ in range(50):
        device.process_block(full(device, 1.0))
    assert device.flush(TAIL / RATE) == 0.0
    for _ in range(20):
        device.process_block(full(device, 0.5))
    heard = played(world)
    assert np.count_nonzero(heard == 1.0) == 50 * device.block
    assert np.count_nonzero(heard) >= 66 * device.block


def test_later_sound_is_not_touched(world: World, device: SoundCard) -> None:
    talk = Talk(world, device)
    talk.go(1)
    device.flush(0.0)
    talk.go(2)
    heard = played(world)
    for block in range(60, 130):
        assert np.count_nonzero(heard == block + 1) == device.block


def test_a_lost_speaker_has_nothing_to_hush(world: World, device: SoundCard) -> None:
    world.speaker = Card(RATE)
    world.speaker.frozen = True
    for _ in range(100):
        device.process_block(full(device, 1.0))
    device._speaker._line = None
    assert device.flush(0.01) == 0.0


# --- the echo canceller's reference -------------------------------------------------------------


def test_the_reference_is_silent_where_the_speaker_was() -> None:
    reference = FarEndReference(RATE)
    loud = np.ones(round(RATE * BLOCK_SECONDS), np.float32)
    for _ in range(20):
        reference.feed(loud)
        assert len(reference.take(BLOCK)) == BLOCK
    reference.feed(loud)
    inside = reference._resampler.delay - BLOCK_SECONDS
    past = reference.leave_out(0.04, TAIL / RATE)
    assert past == pytest.approx(0.04 - inside)
    after = []
    for _ in range(3):
        after.append(reference.take(BLOCK))
        reference.feed(loud)
    silent = np.concatenate(after) == 0
    expected = round((inside + TAIL / RATE) * HEARING_RATE)
    assert silent[:expected].all()
    assert not silent[expected:].any()


def test_no_echo_is_predicted_of_what_was_not_played(speech: Samples) -> None:
    """The speaker fell silent 40 ms before the end of what it was given."""
    at, out = 15 * HEARING_RATE // BLOCK * BLOCK, round(0.04 * HEARING_RATE)
    at += BLOCK * int(
        np.argmax([level(block) for block in blocks(speech[at : at + 5 * HEARING_RATE])])
    )
    given = speech.copy()
    given[at:] = 0.0
    truly = given.copy()
    truly[at - out :] = 0.0
    microphone = at_the_microphone(truly, QUIET)

    def left(*, told: bool) -> float:
        canceller, clean = LinearCanceller(), []
        for number, (near, far) in enumerate(zip(blocks(microphone), blocks(given), strict=True)):
            if told and number == at // BLOCK:
                canceller.unplayed(out / HEARING_RATE)
            clean.append(canceller.process(near, far))
        return level(np.concatenate(clean)[at - out : at + HEARING_RATE // 2])

    assert left(told=True) < left(told=False) - 6
