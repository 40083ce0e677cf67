"""Tell what is stored on this machine, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicecoach.runtime.paths import Place


def privacy_report(places: Sequence[Place]) -> Iterator[str]:
    """Yield three lines for each place: contents and size, path, and how to delete it."""
    for place in places:
        words = (
            "; may hold words of yours" if place.kind == "cache" and place.personal_words else ""
        )
        yield f"{place.what}: {_size(place)}{words}"
        yield f"    {place.path}"
        yield f"    {place.removal}"


def _size(place: Place) -> str:
    """Return the number of files and their size; links count as empty files."""
    sizes = [file.lstat().st_size for file in place.files() if not file.is_symlink()]
    if not sizes:
        return "nothing"
    number = f"{len(sizes)} files, " if place.path.is_dir() or len(sizes) > 1 else ""
    size = sum(sizes)
    return (
        f"{number}{size / 1000:.0f} kB"
        if size < 1_000_000
        else f"{number}{size / 1_000_000:.1f} MB"
    )
