"""Play a scenario into a folder: sound, transcript and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np

from voicecoach.app.builders import simulated_coach
from voicecoach.app.components import App
from voicecoach.app.transcript import json_line, writer
from voicecoach.audio.wav_file import WavWriter
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.engine.coach import LogEvent
from voicecoach.runtime.atomic_file import TextFile
from voicecoach.simulation.runner import Outcome
from voicecoach.simulation.scenario import Scenario, check_lines

LISTENING_GAIN = 10.0
"""The microphone hears voices at -30 to -40 dB; a listener wants them 20 dB louder."""


def play_demo(
    app: App,
    scenario: Scenario,
    folder: Path,
    *,
    typed: bool,
    listeners: Sequence[Callable[[LogEvent], None]],
) -> Outcome:
    """Play `scenario`, and write its files into `folder`.

    The files are room.wav (unless `typed`), transcript.txt and events.jsonl. Each appears only when
    it is complete.

    Raises:
        VoicecoachError: Something is missing, wrong or cannot be written.
    """
    check_lines(scenario, app.lines.texts)
    with ExitStack() as files:
        files.enter_context(_folder(folder))
        transcript = files.enter_context(TextFile(folder / "transcript.txt"))
        events = files.enter_context(TextFile(folder / "events.jsonl"))
        record = None
        if not typed:
            sound = files.enter_context(WavWriter(folder / "room.wav", HEARING_RATE, 1))

            def record(block: Samples) -> None:
                sound.write(np.clip(block * np.float32(LISTENING_GAIN), -1.0, 1.0))

        simulation, coach = files.enter_context(
            simulated_coach(app, scenario, typed=typed, record=record)
        )
        coach.listeners += [*listeners, writer(transcript.write), writer(events.write, json_line)]
        return simulation.run()


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make the folder, and remove it if the demo fails.

    Only an empty folder that was not there before is removed.
    """
    is_new = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoicecoachError(
            f"{path} cannot be made a folder: {error.strerror}; choose another place"
        ) from error
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                path.rmdir()
        raise
