"""Counting as small projects do it: say a number through pyttsx3, sleep a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from voicecoach.core.audio import Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.tts.espeak import provide_espeak

SILENCE = 0.3
"""Seconds without sound between two counts: more than within one."""

AUDIBLE = 40.0
"""dB below the loudest from which on sound counts."""

_FRAME = 0.005


def count(seconds: int) -> None:
    """Count aloud so many seconds."""
    provide_espeak()
    import pyttsx3

    engine = pyttsx3.init()
    for number in range(1, seconds + 1):
        engine.say(str(number))
        engine.runAndWait()
        time.sleep(1)


def in_a_process(seconds: int) -> None:
    """Count in a process whose speech PulseAudio plays.

    pyttsx3 plays with `aplay`, which stands in for `paplay`.
    """
    with TemporaryDirectory() as folder:
        player = Path(folder) / "aplay"
        player.write_text('#!/bin/sh\nexec paplay "$1"\n', encoding="utf-8")
        player.chmod(0o755)
        paths = os.pathsep.join((folder, os.environ.get("PATH", "")))
        done = subprocess.run(
            [sys.executable, "-m", "peer.say_and_sleep", str(seconds)],
            env=os.environ | {"PATH": paths, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise VoicecoachError(f"pyttsx3 cannot count here: {done.stderr.strip().splitlines()[-1]}")


def onsets(sound: Samples, rate: int) -> list[float]:
    """Return the times (s) at which sound begins after SILENCE."""
    frame = round(rate * _FRAME)
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    level = np.sqrt(np.mean(np.square(frames, dtype=np.float64), axis=1))
    audible = np.flatnonzero(level > level.max() * 10 ** (-AUDIBLE / 20))
    silent = np.diff(audible, prepend=-np.inf) * _FRAME
    return [float(at) * _FRAME for at in audible[silent > SILENCE]]


if __name__ == "__main__":
    count(int(sys.argv[1]))
