"""Cache exercises, routines, lines and prompts between starts.

The cache is valid as long as the content's files are unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecoach.content.language import content
from voicecoach.content.library import Library, load_library, own_files
from voicecoach.content.lines import Lines, load_lines
from voicecoach.runtime.object_cache import cached_object, key_of
from voicecoach.runtime.paths import LIBRARY_CACHE

_FILES = ("language.yaml", "exercises.yaml", "routines.yaml", "lines.yaml")


@dataclass(frozen=True, slots=True)
class CachedLibrary:
    """Hold exercises and routines, the lines, and (id, text) of all prompts."""

    library: Library
    lines: Lines
    prompts: tuple[tuple[str, str], ...]


def load_cached_library(language: str, folders: Sequence[Path]) -> CachedLibrary:
    """Return the content of `language` and of the user's `folders`.

    ContentError lists the mistakes in it.
    """
    built_in = [(0, content(language, name)) for name in _FILES]
    try:
        files = [
            (number, str(path), path.read_bytes())
            for number, path in (*built_in, *own_files(folders))
        ]
    except OSError:
        return _made(language, folders)  # which says what is wrong
    key = key_of(files, libraries=("pydantic", "PyYAML", "unicode-rbnf"))
    folder = LIBRARY_CACHE.path
    return cached_object(CachedLibrary, lambda: _made(language, folders), key, folder)


def _made(language: str, folders: Sequence[Path]) -> CachedLibrary:
    from voicecoach.session.script.all_prompts import (
        all_prompts,  # imports half of the session, which is not needed elsewhere
    )

    library, lines = load_library(language, folders), load_lines(language)
    return CachedLibrary(library, lines, tuple(all_prompts(library, lines)))
