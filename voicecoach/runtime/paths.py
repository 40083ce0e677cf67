"""List every place on this machine where voicecoach keeps files.

`voicecoach privacy` prints this list, and `voicecoach forget` deletes by it. No other module
computes a folder of the user, so that nothing is stored that the list does not name.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from voicecoach.core.errors import VoicecoachError

_APP = "voicecoach"

Kind = Literal["settings", "personal", "cache", "program"]
"""Written by the user; written about the user; computed, and computed again when missing;
downloaded."""

_FOLDERS: dict[Kind, Callable[[str], Path]] = {
    # Looked up at each call, so that a changed environment counts.
    "settings": lambda app: platformdirs.user_config_path(app),
    "personal": lambda app: platformdirs.user_data_path(app),
    "cache": lambda app: platformdirs.user_cache_path(app),
    "program": lambda app: platformdirs.user_data_path(app),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Describe one file or folder that voicecoach keeps.

    Attributes:
        name: The name of the file or folder.
        what: The contents in words, for the user.
        kind: Who wrote the contents, which decides about the parent folder.
        personal_words: True if the contents may hold words of the user, such as the name of an own
            routine.
        removal: How the user deletes the contents.
        set_aside: True if an unusable file is kept next to this one, under `name` and a suffix.
    """

    name: str
    what: str
    kind: Kind
    personal_words: bool
    removal: str
    set_aside: bool = False

    @property
    def path(self) -> Path:
        """Return the path, where there need not be anything yet."""
        return Path(_FOLDERS[self.kind](_APP)) / self.name

    def copies(self) -> list[Path]:
        """List files that were set aside as unusable, or whose writing was interrupted."""
        if not self.set_aside:
            return []
        patterns = (f"{self.name}.damaged*", f"{self.name}.newer*", f".{self.name}.*.part")
        return sorted(path for pattern in patterns for path in self.path.parent.glob(pattern))

    def files(self) -> Iterator[Path]:
        """Yield all files of this place; links count as files."""
        path = self.path
        if path.is_dir():
            yield from (entry for entry in path.rglob("*") if entry.is_symlink() or entry.is_file())
        elif path.exists():
            yield path
        yield from self.copies()


_ALL = "voicecoach forget --all"
_CACHE = f"{_ALL}, or delete the folder; it is made again when it is needed"

JOURNAL = Place(
    "journal.db",
    "What you did: sessions, pain, water",
    "personal",
    True,
    f"{_ALL}, or --day 2026-03-10",
    True,
)
MEMORY = Place("exercises.json", "What you find easy or hard", "personal", True, _ALL, True)
RECORDINGS = Place(
    "recordings", "What you said, as sound", "personal", True, "voicecoach forget --audio"
)
SETTINGS = Place("settings.yaml", "Your settings", "settings", True, "delete the file")
ROUTINES = Place(
    "routines", "Your own routines", "settings", True, "delete the file of the routine"
)
SPEECH = Place("speech", "The coach's own sentences, spoken", "cache", True, _CACHE)
LIBRARY_CACHE = Place(
    "repertoires", "Exercises, routines and lines, checked", "cache", True, _CACHE
)
MATCHER_CACHE = Place("intents", "The sentences that are understood", "cache", True, _CACHE)
GRAPH_NAMES = Place("names", "Names of the recogniser's graphs", "cache", True, _CACHE)
GRAPHS = Place("graphs", "The recogniser's graphs of those sentences", "cache", True, _CACHE)
MODELS = Place(
    "models",
    "The recogniser's models",
    "program",
    False,
    "delete the folder; voicecoach model fetch",
)

PLACES = (
    JOURNAL,
    MEMORY,
    RECORDINGS,
    SETTINGS,
    ROUTINES,
    SPEECH,
    LIBRARY_CACHE,
    MATCHER_CACHE,
    GRAPH_NAMES,
    GRAPHS,
    MODELS,
)
"""Every place there is."""


def personal_caches() -> Iterator[Place]:
    """Yield the caches that may hold words of the user."""
    return (place for place in PLACES if place.kind == "cache" and place.personal_words)


def delete(place: Place) -> int:
    """Delete everything in `place`, and return the number of files deleted.

    Links are deleted, and never followed. A place that is itself a link to a folder is emptied, and
    stays.

    Raises:
        VoicecoachError: A file cannot be deleted.
    """
    number = len(list(place.files()))
    with _as_one_sentence():
        if place.path.is_dir():
            _empty(place.path)
        else:
            place.path.unlink(missing_ok=True)
    delete_copies(place)
    return number


def delete_copies(place: Place) -> int:
    """Delete only files that were set aside or interrupted; return their number.

    Raises:
        VoicecoachError: A file cannot be deleted.
    """
    copies = place.copies()
    with _as_one_sentence():
        for path in copies:
            path.unlink(missing_ok=True)
    return len(copies)


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    if not folder.is_symlink():
        folder.rmdir()


@contextmanager
def _as_one_sentence() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VoicecoachError(f"{error.filename} cannot be deleted: {error.strerror}") from error


def journal_file() -> Path:
    """Return the file of the journal, which need not exist."""
    return JOURNAL.path


def memory_file() -> Path:
    """Return the file of what the user finds easy or hard, which need not exist."""
    return MEMORY.path


def recordings_folder() -> Path:
    """Return the folder of recordings, which need not exist."""
    return RECORDINGS.path


def settings_file() -> Path:
    """Return the file of the user's settings, which need not exist."""
    return SETTINGS.path


def routines_folder() -> Path:
    """Return the folder of the user's own content, which need not exist.

    It holds exercises and routines.
    """
    return ROUTINES.path


def models_folder() -> Path:
    """Return the folder of downloaded models, which need not exist."""
    return MODELS.path
