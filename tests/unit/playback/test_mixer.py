"""The mixer: frames are the clock."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.core.audio import Clip
from voicecoach.playback.mixer import MIXER_PARAMS, Mixer

RATE = 16_000


def clip(frames: int, value: float = 0.5, rate: int = RATE) -> Clip:
    return Clip(np.full(frames, value, dtype=np.float32), rate)


def test_a_clip_sounds_from_its_frame_on_across_blocks() -> None:
    mixer = Mixer(RATE)
    mixer.add(clip(400), at=250)
    out = np.concatenate([mixer.read(320) for _ in range(3)])
    assert np.flatnonzero(out).tolist() == list(range(250, 650))


def test_clips_add_up_and_never_exceed_full_scale() -> None:
    mixer = Mixer(RATE)
    mixer.add(clip(10, 0.25), at=0)
    mixer.add(clip(10, 0.5), at=5)
    mixer.add(clip(3, 0.9), at=12)
    out = mixer.read(20)
    assert out[:5] == pytest.approx(0.25)
    assert out[5:10] == pytest.approx(0.75)
    assert out[12:15] == pytest.approx(1.0)


def test_nothing_can_be_placed_in_the_past() -> None:
    mixer = Mixer(RATE)
    mixer.read(320)
    with pytest.raises(ValueError, match="has passed"):
        mixer.add(clip(10), at=319)


def test_a_clip_of_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="44100"):
        Mixer(RATE).add(clip(10, rate=44_100), at=0)


def test_a_cut_clip_fades_within_ten_milliseconds_without_a_click() -> None:
    mixer = Mixer(RATE)
    placed = mixer.add(clip(RATE), at=0)
    mixer.read(320)
    mixer.cut(placed)
    out = mixer.read(320)
    assert out[0] == pytest.approx(0.5)
    assert np.max(np.abs(np.diff(out))) < 0.01
    assert not np.any(out[160:])


def test_a_clip_cut_before_it_begins_is_never_heard() -> None:
    mixer = Mixer(RATE)
    mixer.cut(mixer.add(clip(100), at=500))
    assert not np.any(mixer.read(1000))


def test_a_clip_can_be_cut_at_a_frame_to_come() -> None:
    mixer = Mixer(RATE)
    placed = mixer.add(clip(1000), at=0)
    mixer.cut(placed, at=500)
    out = mixer.read(1000)
    assert np.all(out[:500] == np.float32(0.5))
    assert not np.any(out[660:])


def test_the_volume_is_reached_without_a_click_and_ducking_is_relative_to_it() -> None:
    mixer = Mixer(RATE)
    mixer.add(clip(RATE), at=0)
    mixer.volume = 0.5
    out = mixer.read(RATE // 2)
    assert np.max(np.abs(np.diff(out))) < 0.01
    assert out[-1] == pytest.approx(0.25)
    mixer.ducked = True
    mixer.read(RATE // 4)
    assert mixer.read(160) == pytest.approx(0.5 * 0.5 * MIXER_PARAMS.ducked_gain)


def test_a_volume_above_one_is_louder_and_never_exceeds_full_scale() -> None:
    mixer = Mixer(RATE)
    mixer.volume = 2.0
    mixer.read(RATE)
    mixer.add(clip(100, 0.3), at=RATE)
    mixer.add(clip(100, 0.9), at=RATE + 200)
    out = mixer.read(400)
    assert out[:100] == pytest.approx(0.6)
    assert out[200:300] == pytest.approx(1.0)
