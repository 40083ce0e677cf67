"""What a recogniser that is made anew costs: the table's figures come from real recordings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

import renewing
from tests.conftest import silence
from voicecoach.app.components import App
from voicecoach.asr.decoder import vosk_recognizer
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError

SAID = ("next", "start leg routine", "go back")


@pytest.fixture(autouse=True)
def _here(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this process is changed for good."""
    monkeypatch.setattr(renewing, "the_app", lambda _intents: app)
    monkeypatch.setattr(renewing, "give_back_memory", lambda: True)
    monkeypatch.setattr(vosk_recognizer, "READINGS", vosk_recognizer.READINGS)


@pytest.mark.model
def test_each_recording_is_heard_whether_the_recogniser_is_made_anew_or_not(
    spoken: Callable[[str], Samples], tmp_path: Path
) -> None:
    voices = tmp_path / "voices"
    voices.mkdir()
    for text in SAID:
        sf.write(
            voices / f"{text}.flac",
            np.concatenate([silence(0.4), spoken(text), silence(0.4)]),
            HEARING_RATE,
        )
    rows = ["path\ttext\tspeaker\tseconds", *(f"{text}.flac\t{text}\tAnnie\t1" for text in SAID)]
    (voices / "labels.tsv").write_text("\n".join(rows), encoding="utf-8")
    never, each = (renewing.heard(tmp_path, 9, after, seed=0) for after in (0, 1))
    assert sorted(never.readings) == sorted(SAID)
    assert each.readings == never.readings
    assert min(never.share, each.share) > 0


def test_without_recordings_it_is_said_where_they_are_missed(tmp_path: Path) -> None:
    with pytest.raises(VoicecoachError, match="no recording in voices, words, chatter of"):
        renewing.heard(tmp_path, 9, 0, seed=0)
