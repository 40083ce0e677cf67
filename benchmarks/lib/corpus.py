"""Read folders of recordings and their labels.

A folder has a `labels.tsv` (path, text, speaker, seconds, licence, source).
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicecoach.core.errors import VoicecoachError

VARIABLE = "VOICECOACH_SPEECH"
"""Environment variable that names the folder of recordings."""

_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "speech"
_LABELS = "labels.tsv"
_COLUMNS = ("path", "text", "speaker", "seconds")


class CorpusError(VoicecoachError):
    """Labels that cannot be used: one sentence saying where, and what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold one sound file.

    `name` is its path within its folder, equal on every machine; `seconds` is its length.
    """

    path: Path
    name: str
    text: str
    speaker: str
    seconds: float


def data_folder(given: Path | None) -> Path:
    """Return the folder of recordings.

    It is `given`, else the value of VOICECOACH_SPEECH, else `../shared/speech`.
    """
    named = os.environ.get(VARIABLE)
    return given or (Path(named) if named else _DEFAULT)


def recordings(folder: Path) -> list[Recording]:
    """Return the recordings that `labels.tsv` in `folder` lists, in its order.

    Empty if there is no such file.

    Raises:
        CorpusError: A column or a file is missing, or a length is no number.
    """
    labels = folder / _LABELS
    if not labels.is_file():
        return []
    # The text of a coffee order is JSON: its quotation marks are its own.
    with labels.open(encoding="utf-8-sig", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := [column for column in _COLUMNS if column not in (table.fieldnames or ())]:
            raise CorpusError(
                f"{labels} has no column {', '.join(missing)}: name the columns in its first line."
            )
        return [_recording(folder, row, f"{labels}, line {table.line_num}") for row in table]


def _recording(folder: Path, row: dict[str, str], where: str) -> Recording:
    if any(row[column] is None for column in _COLUMNS):
        raise CorpusError(
            f"{where} breaks off: it needs {', '.join(_COLUMNS)}, with tabs between them."
        )
    path = folder / row["path"]
    if not path.is_file():
        raise CorpusError(
            f"{where}: there is no file {path}; take the line out, or put the file there."
        )
    try:
        seconds = float(row["seconds"])
    except ValueError:
        raise CorpusError(
            f"{where}: {row['seconds']!r} is no length in seconds; give a number."
        ) from None
    return Recording(path, row["path"], row["text"].strip(), row["speaker"], seconds)


def subset(found: Sequence[Recording], limit: int | None, seed: int) -> list[Recording]:
    """Choose `limit` recordings at random, always alike (None: all), in their order.

    A smaller choice is part of a larger one.
    """
    if limit is None:
        return list(found)
    drawn = sorted(range(len(found)), key=lambda index: (draw(seed, found[index].name), index))
    return [found[index] for index in sorted(drawn[:limit])]


def draw(seed: int, *what: str) -> int:
    """Return a number (64 bits) that depends on the recording alone."""
    return int.from_bytes(
        hashlib.blake2b("\0".join((str(seed), *what)).encode(), digest_size=8).digest()
    )


def listed_commands(file: Path) -> dict[str, list[str]]:
    """Return the commands truly said in recordings of talk, by their names.

    `file` has lines of path<TAB>text. Empty if there is no such file.

    Raises:
        CorpusError: A line has no tab.
    """
    said: dict[str, list[str]] = {}
    if not file.is_file():
        return said
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        name, tab, text = line.partition("\t")
        if not tab:
            raise CorpusError(
                f"{file}, line {number}: put a tab between the recording's path and what is said."
            )
        said.setdefault(name, []).append(text.strip())
    return said
