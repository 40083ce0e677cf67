"""What was heard over the coach is judged once more by what is known of its echo then."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.echo_scenes import QUIET, at_the_microphone, blocks
from voicecoach.audio.echo.control import EchoCanceller, HalfDuplexGate
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.engine.coach import VANISHED
from voicecoach.simulation.room import RoomSettings
from voicecoach.tts.synthesizer import Synthesizer

MOVES = RoomSettings(echo_db=0.0, noise_db=-40.0, moves_at=12.0)


def echo_reduction_db(
    speech: Samples, microphone: Samples, since: float, until: float
) -> float | None:
    """What vanishes of the sound between two moments, asked a quarter of a second after it: when it
    is decided on."""
    canceller = EchoCanceller()
    asked = until + 0.25
    end = round(asked * HEARING_RATE)
    for near, far in zip(blocks(microphone[:end]), blocks(speech[:end]), strict=True):
        canceller.process(near, far, speaking=True)
    return canceller.echo_reduction_db(asked - since, asked - until)


def with_user(
    microphone: Samples, voice: Synthesizer, text: str, at: float, level_db: float
) -> tuple[Samples, float]:
    """Somebody says `text` into the microphone; and when that ends."""
    clip = voice.clip(text).samples[::3]
    both = microphone.copy()
    begin = round(at * HEARING_RATE)
    both[begin : begin + len(clip)] += clip * np.float32(10 ** (level_db / 20))
    return both, at + len(clip) / HEARING_RATE


@pytest.mark.parametrize("at", [12.1, 12.4])
def test_an_echo_whose_way_has_just_changed_vanishes(speech: Samples, at: float) -> None:
    found = echo_reduction_db(speech, at_the_microphone(speech, MOVES), at, at + 0.6)
    assert found is not None
    assert found > VANISHED


@pytest.mark.parametrize("settings", [QUIET, MOVES], ids=["steady", "changed"])
@pytest.mark.parametrize("level_db", [0.0, -10.0], ids=["as loud", "quieter"])
def test_what_somebody_says_stays(
    speech: Samples,
    coach_voice: Synthesizer,
    settings: RoomSettings,
    level_db: float,
) -> None:
    echo = at_the_microphone(speech, settings)
    both, end = with_user(echo, coach_voice, "skip this one", 14.0, level_db)
    found = echo_reduction_db(speech, both, 14.0, end)
    assert found is not None
    assert found < VANISHED / 2


def test_before_it_is_known_how_late_the_echo_comes_nothing_can_be_told(speech: Samples) -> None:
    assert echo_reduction_db(speech, at_the_microphone(speech, QUIET), 0.1, 0.4) is None


def test_a_moment_too_short_to_judge_is_not_judged(speech: Samples) -> None:
    assert echo_reduction_db(speech, at_the_microphone(speech, QUIET), 14.0, 14.0) is None


def test_looking_back_changes_nothing(speech: Samples) -> None:
    microphone = at_the_microphone(speech, QUIET)
    plain, asked = EchoCanceller(), EchoCanceller()
    for number, (near, far) in enumerate(
        zip(blocks(microphone[:160_000]), blocks(speech[:160_000]), strict=True)
    ):
        heard = plain.process(near, far, speaking=True)
        np.testing.assert_array_equal(heard, asked.process(near, far, speaking=True))
        if number % 100 == 99:
            asked.echo_reduction_db(1.0, 0.2)


def test_where_the_coach_is_not_heard_nothing_vanishes() -> None:
    assert HalfDuplexGate().echo_reduction_db(1.0, 0.5) == 0.0
