"""Keep rendered speech on disk, and recently used clips in memory.

The recordings on disk have the engine's rate.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections import OrderedDict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf

from voicecoach.core.audio import Clip, Samples
from voicecoach.runtime.disk_cache import CacheLimits, DiskCache

_LOG = logging.getLogger(__name__)

DISK_LIMIT_BYTES = 200_000_000
"""Size that the folder may have: about two hours of speech."""

MEMORY_LIMIT_BYTES = 32_000_000
"""Size of the samples in memory: about three minutes at 48 kHz."""

_PCM_16_STEPS = 2**15
"""Steps of 16-bit sound from zero to full scale."""


def clip_key(*parts: str | int) -> str:
    """Return a file name for a recording: the SHA-256 (hex) of `parts`.

    `parts` are everything that the recording depends on.
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class ClipCache:
    """Keep recordings in `folder`, a 16-bit FLAC each, at most `limit_bytes` of them.

    Recordings that have not been used for longest are removed first, once a run, before another is
    stored. A folder that cannot be written is reported once in the log, and from then on nothing is
    stored. Several programs may share a folder, and several threads a cache.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = DISK_LIMIT_BYTES) -> None:
        self._folder = folder
        self._entries = DiskCache(folder, ".clip", CacheLimits(size_bytes=limit_bytes))
        self._writable = True
        self._pruned = False

    def load(self, key: str) -> tuple[Samples, int] | None:
        """Return samples and their rate (Hz); None for a missing or damaged recording."""
        content = self._entries.get(key)
        if content is None:
            return None
        try:
            samples, rate = sf.read(io.BytesIO(content), dtype="float32")
        except sf.SoundFileError as error:
            _LOG.warning("passing over the recording %s: %s", self._entries.path(key), error)
            return None
        return samples, int(rate)

    def holds(self, key: str) -> bool:
        """Return True if there is a recording, which may be damaged."""
        return self._entries.path(key).is_file()

    def store(self, key: str, samples: Samples, rate: int) -> Samples:
        """Store a mono recording at `rate` Hz, and return it as `load` will return it.

        So a text sounds equal to the sample at its first playing and ever after. A full disk or a
        lack of permission is logged, not raised.
        """
        steps = np.clip(np.rint(samples * _PCM_16_STEPS), -_PCM_16_STEPS, _PCM_16_STEPS - 1).astype(
            np.int16
        )
        if self._writable:
            self._write(key, steps, rate)
        return (steps / np.float32(_PCM_16_STEPS)).astype(np.float32)

    def _write(self, key: str, steps: npt.NDArray[np.int16], rate: int) -> None:
        if not self._pruned:
            self._pruned = True
            self._entries.prune()
        content = io.BytesIO()
        sf.write(content, steps, rate, format="FLAC", subtype="PCM_16")
        try:
            self._entries.put(key, content.getvalue())
        except OSError as error:
            self._writable = False
            _LOG.warning(
                "speech is not kept in %s (%s); it will be rendered each time", self._folder, error
            )


class RecentClips:
    """Keep clips in memory, and drop the least recently used first. Not thread-safe."""

    def __init__(self, limit_bytes: int = MEMORY_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._size = 0
        self._clips: OrderedDict[str, Clip] = OrderedDict()

    def get(self, text: str) -> Clip | None:
        """Return the clip of a text, which becomes the most recently used one."""
        clip = self._clips.get(text)
        if clip is not None:
            self._clips.move_to_end(text)
        return clip

    def put(self, text: str, clip: Clip) -> None:
        """Store a clip, and drop others to make room for it."""
        if text in self._clips:
            self._size -= self._clips.pop(text).samples.nbytes
        self._clips[text] = clip
        self._size += clip.samples.nbytes
        while self._size > self._limit_bytes and len(self._clips) > 1:
            self._size -= self._clips.popitem(last=False)[1].samples.nbytes
