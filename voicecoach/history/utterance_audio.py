"""Store the sound of utterances, if the user wants that.

A recording is the microphone's signal, with what was recognised in it. Without the user's consent
no sound is ever written.
"""

from __future__ import annotations

import json
import logging
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile

from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.history.journal_writer import Entry, Now
from voicecoach.runtime.background_writer import Background

_LOG = logging.getLogger(__name__)

BEFORE_S, AFTER_S = 0.5, 0.3
"""Sound that is kept before and after an utterance."""

BUFFER_S = 16.0
"""Sound that is in memory: the longest utterance, and what is around it."""

BYTES_PER_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class _Utterance:
    """Hold the sound of an utterance, its file name, and what was recognised."""

    name: str
    sound: Samples
    told: Mapping[str, object]


class UtteranceAudioStore:
    """Write each utterance to `folder` as a WAV and a JSON of the same name.

    Writing happens in the background, and is complete when the `with` block ends. The oldest files
    are deleted once there are more than `most` bytes. `now` is the wall clock. A disk that fails
    ends the storing with a warning, and not the session.
    """

    def __init__(self, folder: Path, most: int, now: Now):
        self._folder = folder
        self._most = most
        self._now = now
        self._blocks: deque[Samples] = deque(maxlen=round(BUFFER_S / BLOCK_SECONDS))
        self._heard = 0
        self._due: deque[tuple[float, Entry, datetime]] = deque()
        self._failed = False
        self._background: Background[_Utterance] = Background("recordings", self._write)

    def __enter__(self) -> Self:
        self._background.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._keep_until(math.inf)  # the last words, as far as what followed them was heard
        self._background.__exit__(kind, error, trace)

    def hear(self, block: Samples) -> None:
        """Take the next block of the microphone, 20 ms at 16 kHz."""
        self._blocks.append(block.copy())
        self._heard += 1
        self._keep_until(self._seconds)

    def watch(self, entry: Entry) -> None:
        """Take an entry of the coach's log.

        An utterance is stored once the sound that follows it has been heard, too.
        """
        if entry.kind == "heard" and entry.data["endpoint"] != "typed" and not self._failed:
            self._due.append((float(str(entry.data["speech_end"])) + AFTER_S, entry, self._now()))

    @property
    def _seconds(self) -> float:
        return self._heard * BLOCK_SECONDS

    def _keep_until(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            _until, entry, at = self._due.popleft()
            self._background.put(self._utterance(entry, at))

    def _utterance(self, entry: Entry, now: datetime) -> _Utterance:
        start = float(str(entry.data["speech_start"])) - BEFORE_S
        blocks = round(min(BUFFER_S, self._seconds - start) / BLOCK_SECONDS)
        sound = np.concatenate(list(self._blocks)[-max(1, blocks) :])
        return _Utterance(
            f"{now:%Y-%m-%d_%H-%M-%S}_{round(1000 * entry.at):09d}", sound, dict(entry.data)
        )

    # --- in the background -----------------------------------------------------------------------

    def _write(self, utterances: Sequence[_Utterance]) -> None:
        for utterance in utterances:
            if self._failed:
                return
            try:
                self._write_one(utterance)
                self._make_room()
            except (OSError, soundfile.SoundFileError) as error:
                reason = getattr(error, "strerror", None) or error
                _LOG.warning(
                    "%s cannot be written: %s; no more sound is kept", self._folder, reason
                )
                self._failed = True

    def _write_one(self, utterance: _Utterance) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        wav, told = (self._folder / f"{utterance.name}.{kind}" for kind in ("wav", "json"))
        try:
            for path in (wav, told):
                path.touch(mode=0o600)
            soundfile.write(wav, utterance.sound, HEARING_RATE, subtype="PCM_16")
            told.write_text(json.dumps(utterance.told, ensure_ascii=False) + "\n", encoding="utf-8")
        except BaseException:
            for path in (wav, told):
                with suppress(OSError):
                    path.unlink()  # half a recording is none
            raise

    def _make_room(self) -> None:
        sizes = dict(_sizes(self._folder))
        while sizes and sum(sizes.values()) > self._most:
            oldest = min(sizes)
            del sizes[oldest]
            oldest.unlink(missing_ok=True)


def _sizes(folder: Path) -> Iterator[tuple[Path, int]]:
    """Return the files in the folder with their sizes.

    A file may vanish meanwhile, since `voicecoach forget` may be deleting them.
    """
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            yield file, file.stat().st_size


def delete_recordings(folder: Path) -> int:
    """Delete all recordings in `folder`; how many there were."""
    wavs = list(folder.glob("*.wav")) if folder.is_dir() else []
    for wav in wavs:
        wav.unlink(missing_ok=True)
    for told in folder.glob("*.json") if folder.is_dir() else ():
        told.unlink(missing_ok=True)
    return len(wavs)
