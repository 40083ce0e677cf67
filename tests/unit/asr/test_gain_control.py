"""The control of the level: quiet speech is made louder, and nothing else is spoilt by it."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.asr.detection.gain_control import (
    FLOOR_DB,
    LOUDEST_DB,
    MOST_DB,
    AutomaticGainControl,
)
from voicecoach.asr.detection.vad import CHUNK, CHUNK_SECONDS
from voicecoach.core.audio import Samples
from voicecoach.simulation.room import at_level


def noise(level: float, seed: int = 0) -> Samples:
    """A chunk of noise at `level` (dB re full scale)."""
    return at_level(np.random.default_rng(seed).standard_normal(CHUNK).astype(np.float32), level)


def decibels(factor: np.float32) -> float:
    return 20 * float(np.log10(factor))


def after(control: AutomaticGainControl, levels: list[float], speaking: bool = False) -> float:
    """The gain (dB) after chunks of noise at these levels."""
    return decibels(
        [control.feed(noise(level, number), speaking) for number, level in enumerate(levels)][-1]
    )


def chunks(seconds: float) -> int:
    return round(seconds / CHUNK_SECONDS)


def test_quiet_speech_in_a_quiet_room_comes_to_the_usual_level_at_once() -> None:
    control = AutomaticGainControl()
    after(control, [-80.0] * chunks(1))
    assert after(control, [-40.0]) == pytest.approx(LOUDEST_DB + 40, abs=0.3)


def test_speech_that_is_loud_enough_stays_as_it_is() -> None:
    control = AutomaticGainControl()
    after(control, [-80.0] * chunks(1))
    assert after(control, [LOUDEST_DB + 3]) == 0


def test_nothing_is_made_softer() -> None:
    assert after(AutomaticGainControl(), [-1.0] * 5) == 0


def test_the_microphones_own_noise_is_not_blown_up_without_end() -> None:
    assert after(AutomaticGainControl(), [-95.0] * chunks(5)) == pytest.approx(MOST_DB)


def test_the_noise_of_a_room_stays_in_the_background() -> None:
    assert after(AutomaticGainControl(), [-55.0] * chunks(5)) == pytest.approx(FLOOR_DB + 55, abs=1)


def test_the_gain_falls_but_does_not_rise_within_an_utterance() -> None:
    control = AutomaticGainControl()
    after(control, [-80.0] * chunks(1))
    soft = after(control, [-45.0])
    loud = after(control, [-30.0], speaking=True)
    assert loud < soft - 10
    assert after(control, [-50.0] * chunks(2), speaking=True) == pytest.approx(loud)


def test_somebody_who_has_moved_away_is_heard_again_after_a_while() -> None:
    control = AutomaticGainControl()
    after(control, [-80.0] * chunks(1))
    near = after(control, [-20.0])
    assert after(control, [-80.0] * chunks(10)) > near + 10


def test_digital_silence_is_no_reason_to_fail() -> None:
    assert decibels(AutomaticGainControl().feed(np.zeros(CHUNK, dtype=np.float32), False)) >= 0


def test_what_is_left_of_the_coachs_own_voice_is_not_made_louder() -> None:
    control = AutomaticGainControl()
    after(control, [-80.0] * chunks(1))
    assert decibels(control.feed(noise(-50), False, far_end=True)) == 0
    assert decibels(control.feed(noise(-50), True)) == 0, "nor what began over it"
    assert decibels(control.feed(noise(-50), False)) > 20
