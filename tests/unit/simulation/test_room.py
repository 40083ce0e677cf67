"""The simulated room, and keeping the coach from hearing itself in it."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import soxr

from tests.conftest import silence
from voicecoach.audio.echo.control import RELEASE, EchoCanceller, HalfDuplexGate, make_echo_control
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.simulation.room import (
    BLOCK,
    COACH_DBFS,
    USER_DBFS,
    EchoPaths,
    Room,
    RoomSettings,
    at_level,
)
from voicecoach.simulation.sounds import SOUNDS
from voicecoach.tts.synthesizer import Synthesizer

RATE = 48_000
OUT = round(RATE * BLOCK_SECONDS)
DEAD = RoomSettings(echo_db=0.0, delay=0.08, rt60=0.0, noise_db=-150.0)
"""No reverberation and no noise."""


def decibel(samples: Samples) -> float:
    return 10 * float(np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-30))


def play(room: Room, sound: Samples) -> Samples:
    """What the microphone hears while `sound` is played and for a second after."""
    blocks = -(-len(sound) // OUT) + round(1 / BLOCK_SECONDS)
    padded = np.zeros(blocks * OUT, dtype=np.float32)
    padded[: len(sound)] = sound
    return np.concatenate([room.process_block(block) for block in padded.reshape(-1, OUT)])


def noise(seconds: float, dbfs: float) -> Samples:
    """White up to 8 kHz, at the speaker's rate."""
    white = (
        np.random.default_rng(3).standard_normal(round(seconds * HEARING_RATE)).astype(np.float32)
    )
    sound = soxr.resample(white, HEARING_RATE, RATE)
    levelled: Samples = (sound * 10 ** ((dbfs - decibel(sound)) / 20)).astype(np.float32)
    return levelled


# --- the room -----------------------------------------------------------------------------------


def test_everything_follows_from_the_seed() -> None:
    def heard(seed: int) -> Samples:
        room = Room(RATE, RoomSettings(seed=seed))
        room.user_says(noise(0.3, -20))
        return play(room, noise(0.3, COACH_DBFS))

    np.testing.assert_array_equal(heard(1), heard(1))
    assert np.abs(heard(1) - heard(2)).max() > 0.001


@pytest.mark.parametrize("echo_db", [-16.0, 0.0, 10.0])
@pytest.mark.parametrize("rt60", [0.0, 0.4])
def test_the_echo_has_the_level_that_was_set(echo_db: float, rt60: float) -> None:
    room = Room(RATE, replace(DEAD, echo_db=echo_db, rt60=rt60))
    heard = play(room, noise(3, COACH_DBFS))
    steady = heard[HEARING_RATE : 3 * HEARING_RATE]
    assert decibel(steady) == pytest.approx(USER_DBFS + echo_db, abs=1.0)


@pytest.mark.parametrize("delay", [0.04, 0.05, 0.08, 0.2, 0.3333])
def test_the_echo_comes_after_the_delay_that_was_set(delay: float) -> None:
    sound = silence(0.5, RATE)
    sound[12_000] = 0.5
    heard = play(Room(RATE, replace(DEAD, delay=delay)), sound)
    assert np.argmax(np.abs(heard)) / HEARING_RATE == pytest.approx(
        12_000 / RATE + delay, abs=0.0005
    )


@pytest.mark.parametrize("rt60", [0.2, 0.4, 1.2])
def test_reverberation_dies_as_fast_as_was_set(rt60: float) -> None:
    """By Schroeder's backward integration, from -5 to -25 dB (T20 of ISO 3382)."""
    sound = silence(0.1 + rt60, RATE)
    sound[0] = 0.5
    heard = play(Room(RATE, replace(DEAD, rt60=rt60)), sound).astype(np.float64)
    response = heard[np.argmax(np.abs(heard)) :]
    energy = np.cumsum(np.square(response)[::-1])[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-30)
    first, last = np.argmax(level < -5), np.argmax(level < -25)
    assert 3 * (last - first) / HEARING_RATE == pytest.approx(rt60, rel=0.2)


def test_the_room_is_silent_again_once_the_echo_has_died() -> None:
    heard = play(Room(RATE, replace(DEAD, rt60=0.3)), noise(0.5, COACH_DBFS))
    assert decibel(heard[-HEARING_RATE // 4 :]) < -100


def test_a_long_reverberation_is_as_good_as_a_short_one_in_blocks() -> None:
    """Twice the sound at half the level, in two rooms of one seed: the convolution is linear and
    forgets nothing."""
    settings = replace(DEAD, rt60=0.7)
    first, second = noise(0.4, COACH_DBFS), np.roll(noise(0.4, COACH_DBFS), 5_000)
    together = play(Room(RATE, settings), first + second)
    apart = play(Room(RATE, settings), first) + play(Room(RATE, settings), second)
    assert decibel(together - apart) < -100


def test_the_users_voice_arrives_at_its_level_and_in_time() -> None:
    room = Room(RATE, DEAD)
    nothing = silence(0.5, RATE)
    play(room, nothing)
    began = room.now
    voice = np.random.default_rng(4).standard_normal(HEARING_RATE).astype(np.float32)
    assert room.user_says(voice) == pytest.approx(began + 1.0)
    heard = play(room, nothing)
    assert decibel(heard[:HEARING_RATE]) == pytest.approx(USER_DBFS, abs=0.5)
    assert decibel(heard[HEARING_RATE + BLOCK :]) < -100


def test_two_voices_add_up() -> None:
    room = Room(RATE, DEAD)
    voice = np.sign(np.random.default_rng(4).standard_normal(HEARING_RATE)).astype(np.float32)
    room.user_says(voice)
    room.user_says(voice)
    assert decibel(play(room, silence(0, RATE))) == pytest.approx(USER_DBFS + 6.02, abs=0.1)


def test_noise_has_the_level_that_was_set_and_never_stops() -> None:
    room = Room(RATE, replace(DEAD, noise_db=-12.0))
    heard = play(room, silence(11, RATE))
    seconds = heard.reshape(-1, HEARING_RATE)
    assert decibel(heard) == pytest.approx(USER_DBFS - 12, abs=0.5)
    assert min(map(decibel, seconds)) > USER_DBFS - 18


def test_the_microphone_does_not_go_beyond_full_scale() -> None:
    heard = play(Room(RATE, replace(DEAD, echo_db=20.0)), noise(0.5, 0.0))
    assert np.abs(heard).max() == 1.0


def test_silence_has_no_level_to_set() -> None:
    np.testing.assert_array_equal(at_level(silence(0.1), -20), silence(0.1))


# --- the echo -----------------------------------------------------------------------------------

PROMPTS = [
    "Stand up straight with one hand on the wall, and keep your knees together.",
    "Keep your heel on the floor, and lean forward until you feel a gentle stretch.",
    "Get into position, and say ready when you are there.",
    "Switch sides. Left leg now. Nothing should hurt, a gentle pull is enough.",
]


def test_the_canceller_takes_the_coachs_speech_out(coach_voice: Synthesizer) -> None:
    sound = np.concatenate([coach_voice.clip(prompt).samples for prompt in PROMPTS])
    room = Room(RATE, RoomSettings(echo_db=0.0, noise_db=-60.0, rt60=0.3))
    to_hearing = soxr.ResampleStream(RATE, HEARING_RATE, 1, dtype="float32", quality="MQ")
    canceller = EchoCanceller()
    played, near, clean = silence(0), [], []
    for block in sound[: len(sound) // OUT * OUT].reshape(-1, OUT):
        microphone = room.process_block(block)
        played = np.concatenate([played, to_hearing.resample_chunk(block)])
        far = played[:BLOCK] if len(played) >= BLOCK else silence(BLOCK_SECONDS)
        played = played[len(far) :] if len(played) >= BLOCK else played
        near.append(microphone)
        clean.append(canceller.process(microphone, far, speaking=True))
    converged = len(near) // 2
    before, after = np.concatenate(near[converged:]), np.concatenate(clean[converged:])
    assert decibel(before) - decibel(after) > 15


def test_the_canceller_lets_the_user_through_while_the_coach_is_silent() -> None:
    voice = noise(1, -25)[::3]
    canceller = EchoCanceller()
    blocks = [
        canceller.process(block, np.zeros_like(block), speaking=False)
        for block in voice.reshape(-1, BLOCK)
    ]
    assert decibel(np.concatenate(blocks[25:])) == pytest.approx(decibel(voice), abs=3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_canceller_survives_samples_that_are_no_numbers(bad: float) -> None:
    canceller = EchoCanceller()
    near = np.random.default_rng(5).standard_normal(16_000).astype(np.float32) * 0.1
    far = np.zeros(BLOCK, dtype=np.float32)
    canceller.process(np.full(BLOCK, bad, dtype=np.float32), far, speaking=False)
    after = [canceller.process(block, far, speaking=False) for block in near.reshape(-1, BLOCK)]
    assert decibel(np.concatenate(after[-10:])) == pytest.approx(-20, abs=4)


def test_the_gate_is_deaf_while_the_coach_speaks_and_only_then() -> None:
    gate = HalfDuplexGate()
    near, far = np.full(BLOCK, 0.1, dtype=np.float32), np.zeros(BLOCK, dtype=np.float32)
    assert not gate.process(near, far, speaking=True).any()
    np.testing.assert_array_equal(gate.process(near, far, speaking=False), near)
    assert RELEASE == 0.35


def test_the_canceller_is_used_where_it_is_installed() -> None:
    assert make_echo_control().full_duplex


def test_without_the_canceller_there_is_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)
    control = make_echo_control()
    assert isinstance(control, HalfDuplexGate)
    assert "voicecoach[echo]" in control.name


# --- what makes an echo hard to cancel ----------------------------------------------------------


def test_the_echo_comes_another_way_once_something_has_moved() -> None:
    sound = noise(2, COACH_DBFS)
    still, moved = (
        play(Room(RATE, replace(DEAD, rt60=0.3, moves_at=at)), sound) for at in (None, 1.0)
    )
    np.testing.assert_array_equal(still[:HEARING_RATE], moved[:HEARING_RATE])
    after = slice(round(1.1 * HEARING_RATE), round(1.9 * HEARING_RATE))
    assert abs(decibel(still[after]) - decibel(moved[after])) < 1, "as loud"
    assert decibel(still[after] - moved[after]) > decibel(still[after]) - 3, "but another"


def test_a_loudspeaker_driven_hard_bends_what_is_loud() -> None:
    def overtones(drive: float) -> float:
        time = np.arange(RATE) / RATE
        heard = play(
            Room(RATE, replace(DEAD, drive=drive)),
            (0.3 * np.sin(2 * np.pi * 500 * time)).astype(np.float32),
        )
        spectrum = np.abs(np.fft.rfft(heard[4000:12000]))
        return float(spectrum[740:760].max() / spectrum[240:260].max())

    assert overtones(0) < 0.001
    assert 0.01 < overtones(3) < 0.1


@pytest.mark.parametrize("drift", [200.0, -200.0])
def test_a_faster_clock_is_heard_earlier_and_earlier(drift: float) -> None:
    click = silence(20, RATE)
    click[round(19 * RATE)] = 1.0
    still, drifting = (play(Room(RATE, replace(DEAD, drift=ppm)), click) for ppm in (0.0, drift))
    earlier = int(np.argmax(np.abs(still))) - int(np.argmax(np.abs(drifting)))
    assert earlier == pytest.approx(19 * drift / 1e6 * HEARING_RATE, abs=2)


def test_rooms_that_were_measured_can_be_used_however_loud_they_were_recorded() -> None:
    echo, user = np.zeros((2, 400), dtype=np.float32)
    echo[100] = user[300] = 0.1
    room = Room(RATE, DEAD, EchoPaths(echo, user, echo))
    click = np.zeros(RATE, dtype=np.float32)
    click[0] = 1
    plain, measured = play(Room(RATE, DEAD), click), play(room, click)
    np.testing.assert_allclose(measured[100:], plain[:-100], atol=1e-6)


# --- what else is heard -------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_is_as_loud_against_the_user_as_it_says_and_always_the_same(name: str) -> None:
    sound = SOUNDS[name]
    samples = sound.make()
    np.testing.assert_array_equal(samples, sound.make())
    assert np.isfinite(samples).all()
    room = Room(RATE, replace(DEAD, rt60=0.0))
    until = room.user_says(samples, sound.against_user)
    heard = play(room, silence(until, RATE))
    active = heard[np.abs(heard) > np.abs(heard).max() / 100]
    assert decibel(active) == pytest.approx(USER_DBFS + sound.against_user, abs=1.0)
