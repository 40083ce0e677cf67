"""The sound card's edge, on simulated cards: pace, drift, lateness, and devices that go and come
back."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from tests.support.fake_sound_card import Card, Talk, World
from tests.support.fake_sound_card import world as world
from voicecoach.audio.device import portaudio, reconnecting
from voicecoach.audio.device import sound_card as device_module
from voicecoach.audio.device.sound_card import DeviceError, SoundCard, SoundCardParams
from voicecoach.audio.device.stream import AudioStream
from voicecoach.core.audio import BLOCK_SECONDS, Samples

NO_LOSS = (0.0, 0.0, 0.0)


@pytest.fixture
def device(world: World) -> SoundCard:
    """A device that is not open yet, so that a test can choose its cards."""
    return SoundCard()


@pytest.fixture
def talk(world: World, device: SoundCard) -> Talk:
    return Talk(world, device)


def losses(device: SoundCard) -> tuple[float, float, float]:
    lost = device.losses
    return round(lost.padded, 3), round(lost.dropped, 3), round(lost.silent, 3)


def kinds(device: SoundCard) -> list[str]:
    return [notice.kind for notice in device.notices()]


def stream_of(side: Any) -> Any:
    """Return the fake driver's end of an open stream."""
    return side._line._stream


@pytest.mark.parametrize("speaker", [48_000, 44_100, 16_000])
@pytest.mark.parametrize("microphone", [48_000, 44_100, 16_000, 8_000])
def test_blocks_go_out_at_the_speakers_rate_and_come_in_at_16_khz(
    world: World, device: SoundCard, talk: Talk, speaker: int, microphone: int
) -> None:
    world.speaker, world.microphone = Card(speaker), Card(microphone)
    device.open()
    assert (device.rate, device.block) == (speaker, speaker // 50)
    talk.go(3)
    assert {(block.shape, block.dtype) for block in talk.heard} == {((320,), np.dtype(np.float32))}
    # The speaker plays every block whole and in turn, and the microphone hears time pass at its
    # true speed.
    played = np.concatenate([frames for _, _, frames in world.played])
    played = played[played > 0][: 140 * device.block]
    np.testing.assert_array_equal(played, np.repeat(np.arange(1, 141), device.block))
    assert talk.captured(130)[0] - talk.captured(30)[0] == pytest.approx(2, abs=1e-3)
    assert talk.round_trip(30) == pytest.approx(talk.round_trip(130), abs=1e-3)
    assert losses(device) == NO_LOSS


def test_exchange_keeps_the_speakers_pace(world: World, device: SoundCard, talk: Talk) -> None:
    device.open()
    began = world.now
    talk.go(10)
    assert world.now - began == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize(("microphone", "speaker"), [(200, 0), (-200, 0), (100, -100), (-100, 100)])
def test_clocks_200_ppm_apart_lose_nothing_and_keep_the_delay(
    world: World, device: SoundCard, talk: Talk, microphone: int, speaker: int
) -> None:
    world.microphone, world.speaker = Card(ppm=microphone), Card(ppm=speaker)
    device.open()
    talk.go(60)
    early, late = talk.round_trip(110), talk.round_trip(2_910)
    # 11 ms apart without a correction; drivers that are asked tell by chunks how much they hold
    assert late == pytest.approx(early, abs=5e-3 if world.blocking else 4e-3)
    assert losses(device) == NO_LOSS


def test_what_is_heard_before_the_first_exchange_is_not_counted_as_lost(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    world.advance(5)
    talk.go(3)
    padded, *others = losses(device)
    assert padded <= 0.01  # a driver that is asked is trusted to be in time until it is not
    assert others == [0.0, 0.0]
    assert talk.captured(110)[0] > world.now - 1


def test_the_round_trip_is_estimated_from_what_both_lines_hold(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    assert device.round_trip == 0
    talk.go(4)
    # Simulated drivers that call promise 0.06 s each and take none, but for the chunk that is being
    # played.
    promised, exact = (0.0, 4e-3) if world.blocking else (2 * 0.06, 1e-3)
    assert device.round_trip == pytest.approx(talk.round_trip(110) - 0.015 + promised, abs=exact)


def test_devices_that_move_large_chunks_lose_sound_at_first_at_most(
    world: World, device: SoundCard, talk: Talk
) -> None:
    world.microphone, world.speaker = Card(chunk=0.1), Card(chunk=0.09)
    device.open()
    talk.go(4)
    padded, dropped, silent = losses(device)
    assert padded + dropped < 0.2
    talk.go(30)
    assert losses(device) == (padded, dropped, silent) == (padded, dropped, 0)


def test_a_coach_that_comes_too_late_loses_sound_but_no_device(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(3)
    world.advance(0.3)
    talk.go(4)
    _, dropped, silent = losses(device)
    assert silent == pytest.approx(0.3 - (0.04 if world.blocking else 0.06), abs=0.02)
    assert dropped == pytest.approx(silent, abs=0.04)
    assert min(frames.min() for _, _, frames in world.played) == 0
    assert talk.round_trip(310) == pytest.approx(talk.round_trip(110), abs=0.045)
    assert kinds(device) == []


def test_after_the_speaker_ran_dry_the_microphone_is_waited_for_as_before(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(3)
    world.advance(0.3)
    talk.go(0.1)
    slack = []
    for _block in range(50):
        talk.go(BLOCK_SECONDS)
        slack.append(device._speaker.slack())
    assert min(slack) > -0.015


def test_a_short_delay_of_the_coach_is_not_heard(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    for _ in range(20):
        talk.go(0.5)
        world.advance(0.015)
    assert losses(device) == NO_LOSS


def test_a_delay_of_the_coach_is_not_heard_for_ever(
    world: World, device: SoundCard, talk: Talk
) -> None:
    delay = 0.075 if world.blocking else 0.045
    device.open()
    for _ in range(10):
        talk.go(0.5)
        world.advance(delay)
        world.run_tasks()
    talk.go(3)
    once = losses(device)
    assert 0 < once[2] < 0.3
    for _ in range(20):
        talk.go(0.5)
        world.advance(delay)
    assert losses(device) == once
    assert kinds(device) == []


def test_a_driver_that_loses_sound_again_and_again_gets_more_time_and_nobody_is_told(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    asked = [world.asked[0]]
    for _ in range(20):
        talk.go(0.3)
        world.glitch("output")
        world.run_tasks()
    talk.go(1)
    assert world.asked[2:] == [2 * asked[0], 0.12], "each time more, and no more than is any good"
    assert kinds(device) == []
    assert talk.round_trip(len(talk.heard) - 30) < 0.2


def test_a_device_that_cannot_be_opened_anew_is_told_of_as_lost(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(1)
    world.speaker.missing = True
    for _ in range(4):
        world.glitch("output")
    talk.go(0.1)
    attempts = iter([False, False, True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device._speaker._leaving, "wait", lambda _seconds: next(attempts))
        world.run_tasks()
    assert kinds(device) == ["speaker lost"], "once"


def test_a_gap_now_and_then_changes_nothing(world: World, device: SoundCard, talk: Talk) -> None:
    device.open()
    for _ in range(6):
        talk.go(4)
        world.glitch("output")
    talk.go(1)
    assert len(world.asked) == 2


def test_a_short_delay_of_the_microphone_is_waited_for(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    for _ in range(10):
        talk.go(0.5)
        world.delay_microphone(0.04)
    once = losses(device)
    assert once[0] <= 0.02
    assert once[1:] == (0.0, 0.0)
    for _ in range(10):
        talk.go(0.5)
        world.delay_microphone(0.04)
    assert losses(device) == pytest.approx(once, abs=0.003)


@pytest.mark.parametrize("seconds", [0.6, 30])
def test_a_computer_that_hangs_or_sleeps_is_not_taken_for_a_lost_device(
    world: World, device: SoundCard, talk: Talk, seconds: float
) -> None:
    device.open()
    talk.go(2)
    world.advance(0.05)  # so that the speaker has room and makes nobody wait
    world.hang(seconds)
    talk.go(2)
    assert kinds(device) == []


def test_a_lost_microphone_gives_silence_and_the_speaker_goes_on(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(2)
    world.microphone.frozen = True
    began = world.now
    talk.go(4)
    assert world.now - began == pytest.approx(4, abs=0.05)
    (notice,) = device.notices()
    assert (notice.kind, notice.device) == ("microphone lost", "card")
    assert notice.detail == "no sound came for 0.5 s"
    assert not np.any(talk.heard[-150:])
    assert device.losses.silent == 0
    assert device.round_trip == 0
    world.microphone.frozen = False
    world.run_tasks()
    talk.go(2)
    assert kinds(device) == ["microphone back"]
    assert talk.captured(-1)[-1] == pytest.approx(world.now, abs=0.15)
    assert device.round_trip > 0


def test_a_lost_speaker_leaves_the_pace_to_the_wall_clock_and_the_microphone_goes_on(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(2)
    world.speaker.frozen = True
    began = world.now
    talk.go(6)
    assert world.now - began == pytest.approx(6, abs=0.1)
    assert [(notice.kind, notice.detail) for notice in device.notices()] == [
        ("speaker lost", "it took no sound for 0.5 s")
    ]
    assert talk.captured(-1)[-1] == pytest.approx(world.now, abs=0.15)
    world.speaker.frozen = False
    world.run_tasks()
    talk.go(2)
    assert kinds(device) == ["speaker back"]
    assert world.played[-1][2].max() == pytest.approx(len(talk.heard), abs=8)


def test_losing_both_at_once_stops_nothing(world: World, device: SoundCard, talk: Talk) -> None:
    device.open()
    talk.go(1)
    world.speaker.frozen = world.microphone.frozen = True
    began = world.now
    talk.go(5)
    assert world.now - began == pytest.approx(5, abs=0.1)
    assert sorted(kinds(device)) == ["microphone lost", "speaker lost"]


def test_a_stream_that_the_system_ends_is_noticed_at_once(
    world: World, device: SoundCard, talk: Talk
) -> None:
    device.open()
    talk.go(1)
    for side in (device._speaker, device._microphone):
        stream_of(side).end()
    talk.go(0.04)
    assert sorted(kinds(device)) == ["microphone lost", "speaker lost"]


def test_a_speaker_that_comes_back_with_another_rate_plays_the_old_one_resampled(
    world: World, device: SoundCard
) -> None:
    device.open()
    world.speaker.frozen = True

    def tone(block: int) -> Samples:
        sound: Samples = np.sin(2 * np.pi * 1_000 / 48_000 * (np.arange(960) + 960 * block)).astype(
            np.float32
        )
        return sound

    for block in range(100):
        device.process_block(tone(block))
    world.speaker = Card(44_100)
    world.run_tasks()
    for block in range(100, 250):
        device.process_block(tone(block))
    assert (device.rate, device.block) == (48_000, 960)
    played = np.concatenate([frames for _, rate, frames in world.played if rate == 44_100])[
        -44_100:
    ]
    phase = np.exp(-2j * np.pi * 1_000 / 44_100 * np.arange(44_100))
    assert 2 * abs(np.mean(played * phase)) == pytest.approx(1, abs=1e-3)
    assert device.losses.silent == 0


def test_a_device_that_stays_away_is_looked_for_ever_more_rarely(
    world: World, device: SoundCard, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.open()
    talk.go(1)
    world.microphone.frozen = world.microphone.missing = True
    talk.go(1)
    tries: list[float] = []

    def open_line(*_: object) -> None:
        tries.append(world.now)
        if len(tries) == 7:
            device.close()
        raise (
            DeviceError("It is not there.")
            if len(tries) % 2
            else RuntimeError("a driver is confused")
        )

    monkeypatch.setattr(device._microphone, "_open", open_line)
    began = world.now
    world.run_tasks()
    np.testing.assert_allclose(np.diff([began, *tries]), [0.5, 1, 2, 4, 5, 5, 5])


def test_the_default_takes_over_from_a_named_device_that_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, asked = SoundCard(input="usb", output=None), []

    def open_line(
        kind: type[AudioStream], wanted: object, latency: float, rate: int | None
    ) -> object:
        asked.append(wanted)
        if wanted == "card, simulated":
            raise DeviceError("It is not there.")
        return world.open_line(kind, wanted, latency, rate)

    monkeypatch.setattr(reconnecting, "open_line", open_line)
    device.open()
    stream_of(device._microphone).end()
    Talk(world, device).go(0.04)
    world.run_tasks()
    assert asked == ["usb", None, "card, simulated", None]
    assert kinds(device) == ["microphone lost", "microphone back"]


def test_a_device_that_opens_but_does_not_run_is_refused(world: World, device: SoundCard) -> None:
    world.speaker.frozen = True
    with pytest.raises(DeviceError, match=r'speaker "card" was opened but does not run: .*\.$'):
        device.open()
    world.run_tasks()
    assert all(running.closed for running in world._running)


def test_a_block_of_the_wrong_size_is_a_mistake_of_the_program(
    world: World, device: SoundCard
) -> None:
    device.open()
    with pytest.raises(ValueError, match="960"):
        device.process_block(np.zeros(320, np.float32))


def test_closing_plays_to_the_end(world: World, device: SoundCard, talk: Talk) -> None:
    with device:
        talk.go(1)
    world.run_tasks()
    played = np.concatenate([frames for _, _, frames in world.played])
    assert np.count_nonzero(played == 50) == device.block
    after_the_end = len(played) - np.flatnonzero(played == 50)[-1]
    assert after_the_end / device.rate > (
        0.04 if world.blocking else 0.06
    )  # and the driver has had time to play it
    assert all(running.closed for running in world._running)


def test_closing_does_not_wait_for_a_driver_that_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, left = threading.Event(), []
    device = SoundCard(params=SoundCardParams(close_timeout_s=0.05))
    device.open()
    for module in (reconnecting, device_module):
        monkeypatch.setattr(module, "in_background", REAL_IN_BACKGROUND)
    monkeypatch.setattr(portaudio, "leave_to_the_system", lambda: left.append(True))
    monkeypatch.setattr(stream_of(device._microphone), "abort", hang.wait)
    device.close()
    assert left == [True]
    hang.set()


REAL_IN_BACKGROUND = reconnecting.in_background
