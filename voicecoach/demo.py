"""A scenario played for somebody to listen to and read: sound, transcript and events in a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from voicecoach.app import App
from voicecoach.audio.wav import WavWriter
from voicecoach.coach import Logged
from voicecoach.events import HEARING_RATE, Samples
from voicecoach.files import TextFile
from voicecoach.scenario import Scenario
from voicecoach.simulate import Outcome
from voicecoach.transcript import json_line, writer

LISTENING_GAIN = 10.0
"""The microphone hears voices at -30 to -40 dB; a listener wants them 20 dB louder."""


def play_demo(
    app: App, scenario: Scenario, folder: Path, *, typed: bool, watchers: Sequence[Callable[[Logged], None]]
) -> Outcome:
    """Play `scenario`; write room.wav, transcript.txt and events.jsonl into `folder`. Each file appears only
    when it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        transcript = files.enter_context(TextFile(folder / "transcript.txt"))
        events = files.enter_context(TextFile(folder / "events.jsonl"))
        record = None
        if not typed:
            sound = files.enter_context(WavWriter(folder / "room.wav", HEARING_RATE, 1))

            def record(block: Samples) -> None:
                sound.write(np.clip(block * np.float32(LISTENING_GAIN), -1.0, 1.0))

        simulation, coach = files.enter_context(app.simulation(scenario, typed=typed, record=record))
        coach.watchers += [*watchers, writer(transcript.write), writer(events.write, json_line)]
        return simulation.run()
