"""Sound is kept only where the user wants it, and never more than that."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.conftest import silence
from tests.support.journal_builder import Clock
from voicecoach.app.components import App
from voicecoach.audio.wav_file import read_audio
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.session_events import SessionEvent
from voicecoach.history.utterance_audio import (
    AFTER_S,
    BEFORE_S,
    BUFFER_S,
    UtteranceAudioStore,
    delete_recordings,
)


@dataclass
class Heard:
    """An utterance in the coach's log."""

    start: float
    end: float
    at: float
    text: str = "stop"
    endpoint: str = "silence"
    kind: str = "heard"
    data: Mapping[str, object] = field(init=False)
    event: SessionEvent | None = None

    def __post_init__(self) -> None:
        self.data = {
            "text": self.text,
            "verdict": "accept",
            "speech_start": self.start,
            "speech_end": self.end,
            "endpoint": self.endpoint,
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def hear(retention: UtteranceAudioStore, sound: Samples, *heard: Heard) -> None:
    """Sound, and what the coach logs meanwhile; then it ends."""
    with retention:
        hear_on(retention, sound, *heard)


def hear_on(retention: UtteranceAudioStore, sound: Samples, *heard: Heard) -> None:
    size = round(BLOCK_SECONDS * HEARING_RATE)
    waiting = list(heard)
    for number, begin in enumerate(range(0, len(sound), size)):
        retention.hear(sound[begin : begin + size])
        while waiting and waiting[0].at <= (number + 1) * BLOCK_SECONDS:
            retention.watch(waiting.pop(0))


def ramp(seconds: float) -> Samples:
    """Sound whose level tells when it was."""
    return np.linspace(0, 0.9, round(seconds * HEARING_RATE), dtype=np.float32)


def test_an_utterance_is_kept_with_what_is_around_it_and_what_it_was_taken_for(
    folder: Path,
) -> None:
    hear(UtteranceAudioStore(folder, 10_000_000, Clock()), ramp(10), Heard(5.0, 6.0, at=6.2))
    (wav,), (told,) = folder.glob("*.wav"), folder.glob("*.json")
    assert wav.stem == told.stem == "2026-03-10_12-00-00_000006200"
    samples, rate = read_audio(wav)
    assert rate == HEARING_RATE
    assert len(samples) / rate == pytest.approx(BEFORE_S + 1.0 + AFTER_S, abs=2 * BLOCK_SECONDS)
    assert samples[0] == pytest.approx(0.09 * (5.0 - BEFORE_S), abs=0.005)
    assert json.loads(told.read_text(encoding="utf-8"))["text"] == "stop"


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_only_the_owner_can_listen_to_it(folder: Path) -> None:
    hear(UtteranceAudioStore(folder, 10_000_000, Clock()), ramp(4), Heard(2.0, 2.5, at=2.7))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_a_long_utterance_is_kept_as_far_as_it_is_at_hand(folder: Path) -> None:
    hear(UtteranceAudioStore(folder, 10_000_000, Clock()), ramp(30), Heard(2.0, 25.0, at=25.2))
    samples, rate = read_audio(next(folder.glob("*.wav")))
    assert len(samples) / rate == pytest.approx(BUFFER_S, abs=0.1)


def test_the_oldest_goes_when_there_is_no_more_room(folder: Path) -> None:
    heard = [Heard(float(start), start + 0.5, at=start + 0.7) for start in range(2, 40, 2)]
    hear(UtteranceAudioStore(folder, 200_000, Clock()), ramp(45), *heard)
    files = sorted(file.name for file in folder.iterdir())
    assert 0 < sum((folder / name).stat().st_size for name in files) <= 200_000
    assert files[-1].startswith("2026-03-10_12-00-00_000038700")


def test_what_is_typed_is_no_sound(folder: Path) -> None:
    hear(
        UtteranceAudioStore(folder, 10_000_000, Clock()),
        ramp(4),
        Heard(2.0, 2.0, at=2.0, endpoint="typed"),
    )
    assert not folder.exists()


def test_a_disk_that_fails_ends_it_with_one_warning(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("a file where the folder should be")
    hear(
        UtteranceAudioStore(folder, 10_000_000, Clock()),
        ramp(8),
        Heard(2.0, 2.5, at=2.7),
        Heard(5.0, 5.5, at=5.7),
    )
    assert caplog.text.count("no more sound is kept") == 1


def test_a_full_disk_leaves_no_half_of_a_recording(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_sound: object, **_how: object) -> None:
        path.write_bytes(b"RIFF")
        raise soundfile.LibsndfileError(0, "no space left: ")

    monkeypatch.setattr(soundfile, "write", full)
    hear(
        UtteranceAudioStore(folder, 10_000_000, Clock()),
        ramp(8),
        Heard(2.0, 2.5, at=2.7),
        Heard(5.0, 5.5, at=5.7),
    )
    assert list(folder.iterdir()) == []
    assert caplog.text.count("no space left") == 1


def test_a_disk_that_hangs_does_not_hold_up_the_coach_and_nothing_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, goes_on = soundfile.write, threading.Event()

    def slow(*sound: object, **how: object) -> None:
        assert goes_on.wait(10)
        write(*sound, **how)

    monkeypatch.setattr(soundfile, "write", slow)
    with UtteranceAudioStore(folder, 10_000_000, Clock()) as retention:
        hear_on(retention, ramp(12), *(Heard(float(at), at + 0.5, at=at + 0.7) for at in (2, 5, 8)))
        assert not [file for file in folder.glob("*.wav") if file.stat().st_size], (
            "the coach has gone on"
        )
        goes_on.set()
    assert len([file for file in folder.glob("*.wav") if file.stat().st_size]) == 3


def test_the_last_words_before_the_end_are_kept(folder: Path) -> None:
    """Goodbye: the coach ends before what follows it has been heard."""
    hear(
        UtteranceAudioStore(folder, 10_000_000, Clock()),
        ramp(3.02),
        Heard(2.0, 2.9, at=3.0, text="goodbye"),
    )
    samples, rate = read_audio(next(folder.glob("*.wav")))
    assert len(samples) / rate == pytest.approx(BEFORE_S + 3.02 - 2.0, abs=2 * BLOCK_SECONDS)


def test_all_of_it_can_be_deleted(folder: Path) -> None:
    hear(
        UtteranceAudioStore(folder, 10_000_000, Clock()),
        ramp(8),
        Heard(2.0, 2.5, at=2.7),
        Heard(5.0, 5.5, at=5.7),
    )
    assert delete_recordings(folder) == 2
    assert list(folder.iterdir()) == []
    assert delete_recordings(folder.with_name("none")) == 0


def test_unless_it_is_wanted_nothing_keeps_sound(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.retention(Clock()) is None
    monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"keep_audio": 5}))
    assert app.retention(Clock()) is not None


def test_silence_without_an_utterance_is_not_kept(folder: Path) -> None:
    hear(UtteranceAudioStore(folder, 10_000_000, Clock()), silence(5))
    assert not folder.exists()
