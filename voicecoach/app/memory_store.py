"""Store what the coach remembers of a person in a file, written at each change.

The file is JSON, `{"version": 1, "exercises": {"plank": "easier", ...}}`, and readable only by its
owner. One that cannot be understood is set aside under another name, and never overwritten.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from voicecoach.content.yaml_schema import Content
from voicecoach.runtime.atomic_file import make_private_folder, write_atomically
from voicecoach.session.profile.exercise_memory import ExerciseChoice, ExerciseMemory

_LOG = logging.getLogger(__name__)

LARGEST = 1_000_000
"""Most bytes that the file may have: some thousand exercises."""


class _MemoryFile(Content):
    version: Literal[1] = 1
    exercises: dict[str, ExerciseChoice]


def load_memory(path: Path) -> ExerciseMemory:
    """Return the memory in the file at `path`, which it updates at each change.

    Without such a file it is empty. A file that cannot be used is reported in a warning, and
    nothing is lost.
    """
    try:
        return ExerciseMemory(_read(path), _Writer(path).save)
    except FileNotFoundError:
        return ExerciseMemory({}, _Writer(path).save)
    except OSError as error:
        _LOG.warning(
            "%s cannot be read: %s; nothing is remembered from this session", path, error.strerror
        )
        return ExerciseMemory()
    except (ValueError, RecursionError):
        return _set_aside(path)


def _read(path: Path) -> Mapping[str, ExerciseChoice]:
    if path.stat().st_size > LARGEST:
        raise ValueError("too large")
    try:
        return _MemoryFile.model_validate(json.loads(path.read_text(encoding="utf-8"))).exercises
    except ValidationError as error:
        raise ValueError("not as expected") from error


def _set_aside(path: Path) -> ExerciseMemory:
    """Rename a damaged file; if that fails, leave it, and write nothing."""
    names = (
        path.with_name(f"{path.name}.damaged{number or ''}") for number in (0, *range(2, 1000))
    )
    other = next(name for name in names if not name.exists())
    try:
        path.rename(other)
    except OSError as error:
        _LOG.warning(
            "%s is damaged and stays as it is (%s); nothing is remembered from this session",
            path,
            error.strerror,
        )
        return ExerciseMemory()
    _LOG.warning(
        "%s was damaged: it is now %s, and what you found easy or hard is asked anew",
        path,
        other.name,
    )
    return ExerciseMemory({}, _Writer(path).save)


class _Writer:
    """Write the memory to `path`.

    Log the first of several failures in a row; the session goes on.
    """

    def __init__(self, path: Path):
        self._path = path
        self._failed = False

    def save(self, ways: Mapping[str, ExerciseChoice]) -> None:
        """Write the whole memory."""
        try:
            make_private_folder(self._path.parent)
            text = _MemoryFile(exercises=dict(ways)).model_dump_json(indent=1) + "\n"
            write_atomically(self._path, text.encode(), private=True, durable=True)
            self._failed = False
        except OSError as error:
            if not self._failed:
                _LOG.warning(
                    "%s cannot be written: %s; the session goes on", self._path, error.strerror
                )
            self._failed = True
