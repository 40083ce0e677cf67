"""The silences between words that the endpoint's waits rest on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

import pauses
from tests.conftest import silence
from voicecoach.core.audio import HEARING_RATE, Samples


@pytest.mark.parametrize("seconds", [0.5, 0.9])
def test_the_silence_between_two_words_is_found(
    spoken: Callable[[str], Samples], tmp_path: Path, seconds: float
) -> None:
    sound = np.concatenate(
        [silence(0.5), spoken("next"), silence(seconds), spoken("next"), silence(0.5)]
    )
    soundfile.write(tmp_path / "next next.wav", sound, HEARING_RATE)
    longest = max(pauses.silences(tmp_path / "next next.wav"))
    assert longest == pytest.approx(seconds, abs=0.15)


def test_where_nobody_speaks_there_is_none(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "nothing.wav", silence(1.0), HEARING_RATE)
    assert list(pauses.silences(tmp_path / "nothing.wav")) == []
