"""Rendered speech kept for next time: on disk at the engine's rate, and lately used clips in memory."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf

from voicecoach.core.audio import Clip, Samples

_LOG = logging.getLogger(__name__)

DISK_LIMIT = 200_000_000
"""Bytes the folder may hold: about two hours of speech."""

MEMORY_LIMIT = 32_000_000
"""Bytes of samples held in memory: about three minutes at 48 kHz."""

STEPS = 2**15
"""Steps of 16-bit sound from nought to full scale."""


def clip_key(*parts: str | int) -> str:
    """A file name for what makes a recording what it is: SHA-256 (hex) of its parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class ClipCache:
    """Recordings in a folder, one 16-bit FLAC file each (its checksums give damage away).

    The oldest files go when the folder holds more than `limit`
    bytes; this is looked at once, before another comes. A folder that cannot be written is reported once in the
    log, and from then on nothing is kept. Several programs may share a folder, and several threads a cache.
    """

    def __init__(self, folder: Path, *, limit: int = DISK_LIMIT) -> None:
        self._folder = folder
        self._writable = True
        self._limit = limit
        self._pruned = False

    def load(self, key: str) -> tuple[Samples, int] | None:
        """Samples and their rate (Hz), or None. A damaged file counts as none; `store` will replace it."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            samples, rate = sf.read(io.BytesIO(content), dtype="float32")
        except sf.SoundFileError as error:
            _LOG.warning("passing over the damaged recording %s: %s", path, error)
            return None
        return samples, int(rate)

    def holds(self, key: str) -> bool:
        """Whether there is a file, which may be damaged."""
        return self._path(key).is_file()

    def store(self, key: str, samples: Samples, rate: int) -> Samples:
        """Keep a mono recording at `rate` Hz, and return it as `load` will: what is heard the first time is the same to
        the sample as ever after. Want of room or rights is logged, not raised."""
        steps = np.clip(np.rint(samples * STEPS), -STEPS, STEPS - 1).astype(np.int16)
        if self._writable:
            self._write(key, steps, rate)
        return (steps / np.float32(STEPS)).astype(np.float32)

    def _write(self, key: str, steps: npt.NDArray[np.int16], rate: int) -> None:
        if not self._pruned:
            self._pruned = True
            self._prune()
        content = io.BytesIO()
        sf.write(content, steps, rate, format="FLAC", subtype="PCM_16")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_atomically(self._path(key), content.getvalue())
        except OSError as error:
            self._writable = False
            _LOG.warning("speech is not kept in %s (%s); it will be rendered each time", self._folder, error)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.flac"

    def _prune(self) -> None:
        """Remove the oldest files (leftovers of interrupted writing among them) until the rest fits."""
        try:
            with os.scandir(self._folder) as entries:
                files = [(entry.stat(), entry.path) for entry in entries if entry.is_file()]
        except OSError:
            return
        excess = sum(stat.st_size for stat, _ in files) - self._limit
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if excess <= 0:
                return
            with contextlib.suppress(OSError):
                Path(path).unlink()
                excess -= stat.st_size


def _write_atomically(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        temporary = Path(part.name)
        try:
            part.write(content)
            part.close()
            temporary.replace(path)
        except OSError:
            part.close()
            temporary.unlink(missing_ok=True)
            raise


class RecentClips:
    """Clips in memory; the least recently used go first. Not thread-safe."""

    def __init__(self, limit: int = MEMORY_LIMIT) -> None:
        self._limit = limit
        self._size = 0
        self._clips: OrderedDict[str, Clip] = OrderedDict()

    def get(self, text: str) -> Clip | None:
        """The clip of a text, which becomes the most recently used one."""
        clip = self._clips.get(text)
        if clip is not None:
            self._clips.move_to_end(text)
        return clip

    def put(self, text: str, clip: Clip) -> None:
        """Keep a clip, making room for it."""
        if text in self._clips:
            self._size -= self._clips.pop(text).samples.nbytes
        self._clips[text] = clip
        self._size += clip.samples.nbytes
        while self._size > self._limit and len(self._clips) > 1:
            self._size -= self._clips.popitem(last=False)[1].samples.nbytes
