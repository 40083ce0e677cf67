"""Read WAV and FLAC files, and write WAV files."""

from __future__ import annotations

import contextlib
import errno
import os
import wave
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError

_FULL_SCALE = 32768


class AudioFileError(VoicecoachError):
    """A sound file cannot be read or written: one sentence saying which, why and what to do."""


def read_audio(path: str | Path) -> tuple[Samples, int]:
    """Read a sound file of any rate, width and number of channels.

    Samples that are not finite become 0.

    Returns:
        The mean of its channels, shape (frames,), and its sample rate (Hz).

    Raises:
        AudioFileError: The file is missing, unreadable, not audio, damaged or empty.
    """
    path = Path(path)
    try:
        with path.open("rb"):
            pass
        frames, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except FileNotFoundError:
        raise AudioFileError(f"There is no file {path}: check the name.") from None
    except IsADirectoryError:
        raise AudioFileError(f"{path} is a folder: name a WAV or FLAC file in it.") from None
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be read ({error.strerror}): check its permissions."
        ) from error
    except (soundfile.LibsndfileError, TypeError) as error:
        # TypeError: soundfile needs the rate of headerless ".raw" files.
        raise AudioFileError(
            f"{path} is damaged or no sound file: give a WAV or FLAC file."
        ) from error
    if not len(frames):
        raise AudioFileError(f"{path} holds no sound: give a longer recording.")
    finite = np.nan_to_num(frames, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return finite.mean(axis=1, dtype=np.float32), int(rate)


def to_hearing(samples: Samples, rate: int) -> Samples:
    """Resample samples, shape (frames,), from `rate` (Hz) to the recogniser's 16 kHz."""
    if rate == HEARING_RATE:
        return samples
    resampled: Samples = soxr.resample(samples, rate, HEARING_RATE, "HQ")
    return resampled


class WavWriter:
    """Writes a 16-bit WAV file piece by piece; a context manager.

    The file appears under its name only once it is complete. After an error, in writing or inside
    the
    `with` block, no part is left, and an earlier file of that name is untouched.
    """

    def __init__(self, path: str | Path, rate: int, channels: int = 1) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        self._channels = channels
        try:
            self._file = self._part.open("wb")
        except OSError as error:
            raise self._failure(error) from error
        self._wave = wave.open(self._file, "wb")  # noqa: SIM115 (closed with the writer)
        self._wave.setnchannels(channels)
        self._wave.setsampwidth(2)
        self._wave.setframerate(rate)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def write(self, samples: npt.NDArray[np.float32]) -> None:
        """Append samples; clip those beyond full scale.

        Args:
            samples: Full scale +-1, shape (frames,) or (frames, channels).

        Raises:
            AudioFileError: The disk is full or fails; the partial file has been removed.
        """
        if samples.shape[1:] != (() if self._channels == 1 else (self._channels,)):
            raise ValueError(
                f"samples of shape {samples.shape} do not fit {self._channels} channels"
            )
        scaled = np.rint(np.nan_to_num(samples) * _FULL_SCALE)
        try:
            self._wave.writeframesraw(
                scaled.clip(-_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16).tobytes()
            )
        except OSError as error:
            self.discard()
            raise self._failure(error) from error

    def close(self) -> None:
        """Complete the file and give it its name.

        Raises:
            AudioFileError: The disk is full or fails.
        """
        if self._file.closed:
            return
        try:
            self._wave.close()
            self._file.close()
            self._part.replace(self._path)
        except OSError as error:
            self.discard()
            raise self._failure(error) from error

    def discard(self) -> None:
        """Remove the incomplete file."""
        for close in (self._wave.close, self._file.close):
            with contextlib.suppress(OSError, ValueError):
                close()
        self._part.unlink(missing_ok=True)

    def _failure(self, error: Exception) -> AudioFileError:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return AudioFileError(
                f"The disk is full, so {self._path} was not written: free some space."
            )
        reason = error.strerror if isinstance(error, OSError) else error
        return AudioFileError(f"{self._path} cannot be written ({reason}): choose another place.")
