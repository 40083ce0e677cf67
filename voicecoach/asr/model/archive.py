"""The files of a model out of a zip or a folder, whatever else is in there."""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import IO

CHUNK_BYTES = 1 << 16
ACOUSTIC_MODEL = "am/final.mdl"
"""The file by which a folder is known for a Vosk model."""
LARGEST = 3_000_000_000
"""Most bytes that a model without published checksums may have when unpacked: the largest that
there are have less."""


class UnavailableError(Exception):
    """Why a source cannot serve, as a clause that fits into a sentence: "npm is not installed"."""


def unpack(source: Path, sizes: Mapping[str, int], folder: Path) -> None:
    """Copy the files named in `sizes` from `source`, a zip or a folder, into `folder`.

    Only these names are asked for, and of each at most one byte more than its size (bytes) is
    written, as a plain file: paths that climb out, links and zip bombs come to nothing. Whether the
    files are there and are the right ones is for the caller to check. In a zip they may lie below a
    folder of any name. Raises UnavailableError for a file that is no zip, or a damaged one.
    """
    if source.is_dir():
        for name, size in sizes.items():
            if (source / name).is_file():
                with (source / name).open("rb") as stream:
                    copy(stream, folder / name, size)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            members = set(archive.namelist())
            root = _root(members, next(iter(sizes)))
            for name in [name for name in sizes if root + name in members]:
                with archive.open(root + name) as stream:
                    copy(stream, folder / name, sizes[name])
    # zipfile raises RuntimeError for a password and NotImplementedError for an unknown compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UnavailableError("it is no zip that can be read") from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise  # trouble with the disk, not with what the zip says of itself
        raise UnavailableError("it is no zip that can be read") from error


def contents(source: Path) -> dict[str, int]:
    """The files of the model in `source`, a zip or a folder, and their sizes in bytes: all that lie
    where its acoustic model does. Raises UnavailableError where there is none, or more than any
    model has."""
    if source.is_dir():
        found = {
            path.relative_to(source).as_posix(): path.stat().st_size
            for path in source.rglob("*")
            if path.is_file()
        }
    else:
        try:
            with zipfile.ZipFile(source) as archive:
                entries = {
                    entry.filename: entry.file_size
                    for entry in archive.infolist()
                    if not entry.is_dir()
                }
        except (zipfile.BadZipFile, OSError) as error:
            raise UnavailableError("it is no zip that can be read") from error
        root = _root(set(entries), ACOUSTIC_MODEL)
        found = {
            name.removeprefix(root): size for name, size in entries.items() if name.startswith(root)
        }
    inside = {name: size for name, size in found.items() if _stays_inside(name)}
    if ACOUSTIC_MODEL not in inside:
        raise UnavailableError(f"it has no {ACOUSTIC_MODEL}")
    if sum(inside.values()) > LARGEST:
        raise UnavailableError(
            f"it is larger than any model ({sum(inside.values()) // 1_000_000} MB)"
        )
    return {ACOUSTIC_MODEL: inside.pop(ACOUSTIC_MODEL), **inside}


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
    )


def _root(members: set[str], known: str) -> str:
    """The folder ("" or "name/") in which the file `known` lies."""
    found = [name for name in members if name == known or name.endswith(f"/{known}")]
    return min(found, key=len, default=known).removesuffix(known)


def copy(stream: IO[bytes], target: Path, size: int) -> None:
    """Write at most one byte more than `size` of `stream` into `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    left = size + 1
    with target.open("wb") as file:
        while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
            left -= file.write(chunk)
