"""Tones: pleasant, free of clicks, as loud as speech, and told apart by ear."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from voicecoach.core.audio import Clip
from voicecoach.core.script import ToneName
from voicecoach.playback.tones import tone
from voicecoach.tts.renderer import acoustic_onset

RATE = 48_000
NAMES: tuple[ToneName, ...] = get_args(ToneName)


def pitch(clip: Clip, begin: float, end: float) -> float:
    """The strongest frequency (Hz) between two times (s)."""
    part = clip.samples[round(begin * clip.rate) : round(end * clip.rate)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), n=clip.rate))
    return float(np.argmax(spectrum))  # zero-padded to a second: one bin is one Hz


def loudness(clip: Clip) -> float:
    """RMS (dB re full scale) of the loudest 60 ms."""
    window = round(0.06 * clip.rate)
    power = np.convolve(np.square(clip.samples, dtype=float), np.ones(window) / window, "valid")
    return float(10 * np.log10(power.max()))


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
@pytest.mark.parametrize("name", NAMES)
def test_a_tone_is_short_and_begins_at_once(name: ToneName, rate: int) -> None:
    clip = tone(name, rate)
    assert clip.rate == rate
    assert 0.12 <= clip.seconds <= 0.35
    assert clip.onset == 0
    assert acoustic_onset(clip.samples, rate) <= 0.002 * rate


@pytest.mark.parametrize("name", NAMES)
def test_a_tone_neither_clips_nor_clicks_nor_shifts_the_membrane(name: ToneName) -> None:
    samples = tone(name, RATE).samples
    assert np.abs(samples).max() < 0.9
    assert abs(samples.mean()) < 1e-3 * np.abs(samples).max()
    assert np.abs(samples[[0, -1]]).max() < 1e-3
    # A click is a step, and spreads over all frequencies.
    assert np.abs(np.diff(samples)).max() < 0.3 * np.abs(samples).max()
    spectrum = np.square(np.abs(np.fft.rfft(samples)))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    assert spectrum[frequencies > 4000].sum() < 1e-4 * spectrum.sum()


def test_start_rises_and_end_falls() -> None:
    start, end = tone("start", RATE), tone("end", RATE)
    assert pitch(start, 0.2, 0.33) > 1.2 * pitch(start, 0.0, 0.12)
    assert pitch(end, 0.2, 0.33) < pitch(end, 0.0, 0.12) / 1.2


@pytest.mark.parametrize("name", NAMES)
def test_a_tone_lies_where_older_ears_hear_well(name: ToneName) -> None:
    clip = tone(name, RATE)
    assert 400 <= pitch(clip, 0.0, 0.1) <= 1500
    assert 400 <= pitch(clip, clip.seconds - 0.1, clip.seconds) <= 1500


def test_unclear_is_two_notes_and_lower_than_heard() -> None:
    unclear, heard = tone("unclear", RATE), tone("heard", RATE)
    middle = unclear.samples[round(0.115 * RATE) : round(0.145 * RATE)]
    assert np.abs(middle).max() < 1e-3
    assert pitch(unclear, 0.0, 0.1) < pitch(heard, 0.0, 0.1)


def test_tones_that_mark_time_are_as_loud_as_speech_and_answers_are_softer() -> None:
    for name in ("start", "end"):
        assert loudness(tone(name, RATE)) == pytest.approx(-19, abs=2.5)
    for name in ("heard", "unclear"):
        assert -30 < loudness(tone(name, RATE)) < -22


def test_a_shared_tone_cannot_be_spoiled() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tone("heard", RATE).samples[0] = 1.0
