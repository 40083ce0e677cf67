"""Sound that is kept, where the user wants that: what was said, as it came from the microphone, and what it was taken
for. Without it no sound is ever written."""

from __future__ import annotations

import json
import logging
from collections import deque
from datetime import datetime
from pathlib import Path

import numpy as np
import platformdirs
import soundfile

from voicecoach.events import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.history.recorder import Entry, Now

_LOG = logging.getLogger(__name__)

BEFORE, AFTER = 0.5, 0.3
"""Seconds that are kept around an utterance."""

LONGEST = 16.0
"""Seconds of sound that are at hand: the longest utterance, and what is around it."""

MEGABYTE = 1_000_000


def recordings_folder() -> Path:
    """Where recordings are; there need not be any."""
    return Path(platformdirs.user_data_path("voicecoach")) / "recordings"


class Retention:
    """Writes each utterance to `folder` as a WAV and a JSON of the same name; the oldest go once there are more than
    `most` bytes. `now` is the clock on the wall. A disk that fails ends it with a warning, and not the session."""

    def __init__(self, folder: Path, most: int, now: Now):
        self._folder = folder
        self._most = most
        self._now = now
        self._blocks: deque[Samples] = deque(maxlen=round(LONGEST / BLOCK_SECONDS))
        self._heard = 0
        self._due: deque[tuple[float, Entry, datetime]] = deque()
        self._failed = False

    def hear(self, block: Samples) -> None:
        """The next block of the microphone, 20 ms at 16 kHz."""
        self._blocks.append(block.copy())
        self._heard += 1
        while self._due and self._due[0][0] <= self._seconds:
            _until, entry, now = self._due.popleft()
            self._keep(entry, now)

    def watch(self, entry: Entry) -> None:
        """What the coach logs: an utterance is written once what follows it has been heard, too."""
        if entry.kind == "heard" and entry.data["endpoint"] != "typed" and not self._failed:
            self._due.append((float(str(entry.data["speech_end"])) + AFTER, entry, self._now()))

    @property
    def _seconds(self) -> float:
        return self._heard * BLOCK_SECONDS

    def _keep(self, entry: Entry, now: datetime) -> None:
        start = float(str(entry.data["speech_start"])) - BEFORE
        blocks = round(min(LONGEST, self._seconds - start) / BLOCK_SECONDS)
        sound = np.concatenate(list(self._blocks)[-max(1, blocks) :])
        name = f"{now:%Y-%m-%d_%H-%M-%S}_{round(1000 * entry.at):09d}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self._folder / f"{name}.wav", self._folder / f"{name}.json"):
                path.touch(mode=0o600)
            soundfile.write(self._folder / f"{name}.wav", sound, HEARING_RATE, subtype="PCM_16")
            told = json.dumps(dict(entry.data), ensure_ascii=False)
            (self._folder / f"{name}.json").write_text(told + "\n", encoding="utf-8")
            self._make_room()
        except OSError as error:
            _LOG.warning("%s cannot be written: %s; no more sound is kept", self._folder, error.strerror)
            self._failed = True

    def _make_room(self) -> None:
        files = sorted(self._folder.iterdir())
        sizes = {file: file.stat().st_size for file in files}
        while files and sum(sizes[file] for file in files) > self._most:
            files.pop(0).unlink(missing_ok=True)


def delete_recordings(folder: Path) -> int:
    """Delete all recordings in `folder`; how many there were."""
    wavs = list(folder.glob("*.wav")) if folder.is_dir() else []
    for wav in wavs:
        wav.unlink(missing_ok=True)
    for told in folder.glob("*.json") if folder.is_dir() else ():
        told.unlink(missing_ok=True)
    return len(wavs)
