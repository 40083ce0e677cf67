"""The whole coach on a real sound server: a voice into its microphone, its reply recorded from its
speaker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.support.pulse_server import PulseServer, pulse  # noqa: F401 - a fixture
from tests.support.word_graphs import graph_of
from voicecoach.app.components import App
from voicecoach.asr.decoder.graph import Grammar
from voicecoach.asr.detection.vad import VoiceActivityDetector
from voicecoach.asr.model.locate import ModelError
from voicecoach.asr.utterances import UtteranceDetector
from voicecoach.tts.synthesizer import Voice

pytestmark = [pytest.mark.device, pytest.mark.model]

PATIENCE = 40.0
"""Seconds of real time until a step of the conversation counts as failed."""


class LiveCoach:
    """`voicecoach run` as a user starts it, and the log that it writes."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "events.jsonl"
        settings = folder / "voicecoach" / "settings.yaml"
        settings.parent.mkdir()
        settings.write_text(
            "words: few\ncheck_in: false\n", encoding="utf-8"
        )  # it is all spoken in real time
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voicecoach", "run", "--log", str(self.log)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "XDG_CONFIG_HOME": str(folder)},
        )

    def events(self) -> list[dict[str, object]]:
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def wait_for(self, what: Callable[[dict[str, object]], bool]) -> dict[str, object]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            for event in self.events():
                if what(event):
                    return event
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(
            f"it never came; the coach printed:\n{self.process.stdout and self.process.stdout.read()}"
        )


@pytest.fixture
def coach(pulse: PulseServer, tmp_path: Path) -> Iterator[LiveCoach]:  # noqa: F811
    try:
        App().model  # noqa: B018
    except ModelError as error:
        pytest.skip(str(error))
    live = LiveCoach(tmp_path)
    yield live
    live.process.kill()
    live.process.wait()


def say(pulse: PulseServer, folder: Path, text: str) -> None:  # noqa: F811
    """Speak `text` into the microphone."""
    with App().synthesizer(48_000, Voice(name="en-us+Annie", rate=150)) as voice:
        clip = voice.clip(text)
    pause = np.zeros(24_000, dtype=np.float32)
    path = folder / "voice.wav"
    soundfile.write(path, np.concatenate([pause, clip.samples, pause]), 48_000)
    pulse.play_to_microphone(path).wait()


def heard_in(recording: np.ndarray, sentences: list[str]) -> list[str]:
    """What our own recogniser hears in a recording of the speaker (48 kHz)."""
    detector = UtteranceDetector(
        App().model.recognizer(Grammar(graph_of(sentences))), VoiceActivityDetector()
    )
    sound = soxr.resample(recording, 48_000, 16_000)
    return [
        found.text
        for found in [*detector.feed(np.append(sound, np.zeros(9_600, "f"))), *detector.flush()]
    ]


def test_a_spoken_command_is_answered_aloud_and_goodbye_ends_the_session(
    coach: LiveCoach,
    pulse: PulseServer,  # noqa: F811
    tmp_path: Path,
) -> None:
    greeting = coach.wait_for(lambda event: event.get("line") == "greeting")
    time.sleep(float(str(greeting["until"])) - float(str(greeting["t"])) + 1.0)
    with pulse.record_speaker() as recording:
        say(pulse, tmp_path, "start quick routine")
        coach.wait_for(lambda event: event.get("line") == "announce.plain")
    started = next(event for event in coach.events() if event["event"] == "heard")
    assert (started["intent"], started["slots"]) == ("StartRoutine", {"routine": "quick"})
    assert 0 < float(str(started["computing"])) < 1
    assert 0.05 < float(str(started["waited"])) < 1
    assert (
        0.02
        < float(str(coach.wait_for(lambda event: event["event"] == "devices")["round_trip"]))
        < 0.5
    )
    sentences = [
        "leg routine",
        "quick routine",
        "strength only",
        "nothing should hurt",
        "a gentle pull is enough",
    ]
    spoken = heard_in(recording.samples.mean(axis=1), sentences)
    assert "quick routine" in " ".join(spoken)
    assert "a gentle pull is enough" in " ".join(spoken)

    coach.wait_for(lambda event: event["event"] == "state" and event["to"] == "positioning")
    say(pulse, tmp_path, "that's all for today")
    coach.wait_for(lambda event: event.get("line") == "goodbye")
    assert coach.process.wait(timeout=PATIENCE) == 0
