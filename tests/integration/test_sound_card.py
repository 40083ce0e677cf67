"""The device on a real sound server: PortAudio, ALSA's plug-in and PulseAudio with null sinks, in
real time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from tests.support.pulse_server import PulseServer, pulse_server
from tests.support.pulse_server import pulse as pulse
from voicecoach.audio.device import open_stream
from voicecoach.audio.device.sound_card import DeviceError, SoundCard, check_devices, list_devices
from voicecoach.audio.wav_file import WavWriter

pytestmark = pytest.mark.device


def play(
    device: SoundCard, seconds: float, sound: Callable[[int], np.ndarray] | None = None
) -> np.ndarray:
    """Exchange that many seconds; `sound` gives block n for the speaker. What the microphone
    heard."""
    silence = np.zeros(device.block, np.float32)
    return np.concatenate(
        [
            device.process_block(sound(block) if sound else silence)
            for block in range(round(seconds * 50))
        ]
    )


def exchange_until(device: SoundCard, kinds: set[str], seconds: float = 15) -> None:
    """Go on until all these notices have come; fail if they have not come in so many seconds of
    blocks."""
    missing = set(kinds)
    for _ in range(round(seconds * 50)):
        device.process_block(np.zeros(device.block, np.float32))
        missing -= {notice.kind for notice in device.notices()}
        if not missing:
            return
    pytest.fail(f"no notice of {missing}")


T = TypeVar("T")


def without_glitches(act: Callable[[], tuple[SoundCard, T]]) -> T:
    """What `act` gives, repeated while the driver reports gaps: a busy machine cannot always keep
    time."""
    for _ in range(4):
        device, result = act()
        if not device.losses.glitches:
            return result
    pytest.skip("this machine is too busy to play without gaps")


@pytest.fixture(params=[48_000, 44_100, 16_000])
def card(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """Sound cards of these rates, which accept no other: PulseAudio itself would convert any."""
    monkeypatch.setattr(open_stream, "RATES", (request.param,))
    with pulse_server(request.param) as server:
        yield server


def test_sound_passes_both_ways_at_the_cards_own_rate(card: PulseServer, tmp_path: Path) -> None:
    spacing, frequency = 1_001, 1_000

    def clicks(block: int) -> np.ndarray:
        frames = np.arange(card.rate // 50) + block * card.rate // 50
        return np.where(frames % spacing == 500, np.float32(0.5), np.float32(0))

    def act() -> tuple[SoundCard, tuple[np.ndarray, np.ndarray]]:
        with SoundCard() as device, card.record_speaker() as recording:
            assert device.rate == card.rate
            playing = card.play_to_microphone(tmp_path / "tone.wav")
            heard = play(device, 1.6, clicks)
            playing.kill()
            playing.wait()
            device.close()
        return device, (recording.samples, heard)

    with WavWriter(tmp_path / "tone.wav", card.rate) as writer:
        writer.write(0.25 * np.sin(2 * np.pi * frequency / card.rate * np.arange(4 * card.rate)))
    played, heard = without_glitches(act)

    left, right = (np.flatnonzero(np.abs(channel) > 0.1) for channel in played.T)
    assert len(left) == round(1.6 * card.rate / spacing)
    assert set(np.diff(left)) == {spacing}
    np.testing.assert_array_equal(left, right)
    np.testing.assert_allclose(played[left], 0.5, atol=1e-4)

    tone = heard[-8_000:]
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))) / (len(tone) / 4)
    assert 2 * np.argmax(spectrum) == frequency
    assert spectrum.max() == pytest.approx(0.25, rel=0.02)
    assert np.sqrt(np.mean(tone**2)) == pytest.approx(0.25 / np.sqrt(2), rel=0.02)


def test_the_round_trip_is_estimated_to_some_milliseconds(pulse: PulseServer) -> None:
    def act() -> tuple[SoundCard, tuple[float, float]]:
        with SoundCard() as device:
            click = np.zeros(device.block, np.float32)
            click[0] = 0.9
            silence = np.zeros_like(click)
            play(device, 2)
            heard = play(device, 1, lambda block: silence if block else click)
            return device, (device.round_trip, np.argmax(np.abs(heard)) / 16_000)

    pulse.control("set-default-source", "spk.monitor")  # a wire from the speaker to the microphone
    try:
        estimated, measured = without_glitches(act)
    finally:
        pulse.control("set-default-source", "micfeed.monitor")
    assert estimated == pytest.approx(measured, abs=0.01)


def test_a_sound_system_that_goes_and_comes_back_is_outlived(
    pulse: PulseServer, tmp_path: Path
) -> None:
    with WavWriter(tmp_path / "hum.wav", 48_000) as writer:
        writer.write(0.25 * np.sin(2 * np.pi * 300 / 48_000 * np.arange(10 * 48_000)))
    with SoundCard() as device:
        play(device, 0.5)
        pulse.kill()
        exchange_until(device, {"microphone lost", "speaker lost"})
        assert not np.any(play(device, 1))
        pulse.start()
        exchange_until(device, {"microphone back", "speaker back"})
        playing = pulse.play_to_microphone(tmp_path / "hum.wav")
        with pulse.record_speaker() as recording:
            heard = play(device, 1.5, lambda _: np.full(device.block, 0.5, np.float32))
        playing.kill()
        playing.wait()
    # Sound flows again; its level may overshoot where a stream has just begun, or a busy machine
    # leaves a gap.
    assert 0.2 < np.abs(heard).max() < 0.4
    assert 0.45 < recording.samples.max() < 0.55


def test_a_microphone_that_falls_silent_does_not_disturb_the_speaker(pulse: PulseServer) -> None:
    with SoundCard() as device:
        play(device, 0.5)
        pulse.control("suspend-sink", "micfeed", "1")
        try:
            play(device, 0.1)
            before = device.losses.silent
            exchange_until(device, {"microphone lost"})
            play(device, 0.3)
            assert device.losses.silent == before
        finally:
            pulse.control("suspend-sink", "micfeed", "0")
        exchange_until(device, {"microphone back"})


FROZEN = """
import os, signal, sys
import numpy as np
from voicecoach.audio.device.sound_card import SoundCard
with SoundCard() as device:
    silence = np.zeros(device.block, np.float32)
    for _ in range(25):
        device.process_block(silence)
    os.kill(int(sys.argv[1]), signal.SIGSTOP)
    for _ in range(60):
        device.process_block(silence)
print(sorted(notice.kind for notice in device.notices()))
"""


def test_a_frozen_sound_system_holds_up_neither_the_coach_nor_its_end() -> None:
    # In a process of its own: PortAudio waits for the frozen server for a minute.
    with pulse_server() as server:
        server_id = server.process_id
        try:
            result = subprocess.run(
                [sys.executable, "-c", FROZEN, str(server_id)],
                env=os.environ | server.env,
                capture_output=True,
                text=True,
                timeout=25,
                check=True,
            )
        finally:
            os.kill(server_id, signal.SIGCONT)
    assert result.stdout == "['microphone lost', 'speaker lost']\n"


def test_devices_are_listed_and_checked_by_name(pulse: PulseServer) -> None:
    default = next(device for device in list_devices() if device.default_output)
    assert (default.name, default.host_api) == ("default", "ALSA")
    assert default.inputs >= 1
    assert check_devices() is None
    assert check_devices("DEFAULT", default.index) is None
    assert '"kitchen"' in (check_devices(output="kitchen") or "")
    with pytest.raises(
        DeviceError, match=r'^There is no microphone "kitchen": choose one of .*"default".*\.$'
    ):
        SoundCard(input="kitchen").open()
    with SoundCard(input="default", output=default.index) as device:
        play(device, 0.1)


def test_without_a_sound_system_opening_says_what_is_missing(pulse: PulseServer) -> None:
    pulse.kill()
    try:
        with pytest.raises(DeviceError, match=r"\.$"):
            SoundCard().open()
    finally:
        pulse.start()
