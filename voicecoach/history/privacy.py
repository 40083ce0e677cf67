"""What is stored on this machine, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that may be stored: in words, where, and how to get rid of it."""

    what: str
    path: Path
    away: str


def told(stored: Sequence[Stored]) -> Iterator[str]:
    """A line or two for each: what it is, whether there is any, where, how to delete it."""
    for one in stored:
        yield f"{one.what}: {_there(one.path)}"
        yield f"    {one.path}"
        yield f"    {one.away}"


def _there(path: Path) -> str:
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path] if path.exists() else []
    if not files:
        return "nothing"
    size = sum(file.stat().st_size for file in files)
    number = f"{len(files)} files, " if path.is_dir() else ""
    return f"{number}{size / 1000:.0f} kB" if size < 1_000_000 else f"{number}{size / 1_000_000:.1f} MB"
