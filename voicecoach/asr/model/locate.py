"""The recogniser's model: where it is, and whether it is whole."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from voicecoach.asr.model.manifest import Manifest, Pin, sha256_of
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime import process_tuning
from voicecoach.runtime.lazy_modules import postponed
from voicecoach.runtime.paths import models_folder

logger = logging.getLogger(__name__)

ENVIRONMENT_VARIABLE = "VOICECOACH_MODEL"
"""Names the folder of the model to use."""

_PACKAGE = Path(__file__).resolve().parents[2]
_ABSENT = "there is no such folder"


class ModelError(VoicecoachError):
    """The speech model is missing, damaged, or cannot be fetched."""


def manifest_of(name: str, language: str) -> Manifest:
    """The manifest of the model `name` for a language: this package's own where it is that model's,
    else an empty one, since nothing is published to compare its files with."""
    own = load_manifest()
    return own if own.name == name else Manifest(name=name, license="", language=language)


def load_manifest() -> Manifest:
    """The manifest that belongs to this package; ModelError when the installation is damaged."""
    path = (
        _installed_manifest() if _installed_manifest().is_file() else _checkout() / "manifest.json"
    )
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        logger.info("%s: %s", path, error)
        raise ModelError(
            f"the model's manifest {path} is missing or damaged; install voicecoach again"
        ) from error


def _installed_manifest() -> Path:
    """Where a wheel has it (see pyproject.toml)."""
    return _PACKAGE / "data" / "manifest.json"


def _checkout() -> Path:
    return _PACKAGE.parent / "models"


def default_destination() -> Path:
    """The folder that holds fetched models: `models` in a checkout, else the user's data folder."""
    if (_checkout() / "manifest.json").is_file() and not _installed_manifest().is_file():
        return _checkout()
    return models_folder()


def find_model(explicit: Path | None = None, manifest: Manifest | None = None) -> Path:
    """The folder of the model to use, after a quick look at its files and their sizes.

    The first of: `explicit`, the environment variable VOICECOACH_MODEL, and the manifest's model in
    the checkout, in the user's data folder, and in Vosk's own folders. The first two may name a
    Vosk model of another name (another language): then only its structure is checked. Raises
    ModelError.
    """
    manifest = manifest or load_manifest()
    if explicit is not None:
        return _chosen(explicit, "leave out --model", manifest)
    if chosen := os.environ.get(ENVIRONMENT_VARIABLE):
        return _chosen(Path(chosen).expanduser(), f"unset {ENVIRONMENT_VARIABLE}", manifest)
    complaints = []
    for folder in _places(manifest.name):
        fault = fault_of(folder, manifest, full=False)
        if fault is None:
            return folder
        if fault != _ABSENT:
            complaints.append(_unusable(folder, fault, manifest))
            logger.warning("%s", complaints[-1])
    raise ModelError(
        complaints[0] if complaints else f"there is no speech model yet; run `{manifest.command}`"
    )


def verify_model(path: Path, full: bool = True, manifest: Manifest | None = None) -> None:
    """Compare the model in `path` with the manifest: every file's SHA-256 (about 0.2 s), or only
    the sizes.

    Of a model of another name only the structure can be checked. Raises ModelError.
    """
    manifest = manifest or load_manifest()
    fault = fault_of(path, manifest, full=full, other_names=True)
    if fault is not None:
        raise ModelError(_unusable(path, fault, manifest))


def _unusable(folder: Path, fault: str, manifest: Manifest) -> str:
    return f"the speech model in {folder} cannot be used: {fault}; run `{manifest.command}` to get a good copy"


def _chosen(folder: Path, way_out: str, manifest: Manifest) -> Path:
    fault = fault_of(folder, manifest, full=False, other_names=True)
    if fault is not None:
        raise ModelError(
            f"the speech model in {folder} cannot be used: {fault}; "
            f"name another folder, or run `{manifest.command}` and {way_out}"
        )
    return folder


def _places(name: str) -> Iterator[Path]:
    yield default_destination() / name
    yield models_folder() / name
    for folder in load_vosk().MODEL_DIRS:
        if folder:
            yield Path(folder) / name


def load_vosk() -> Any:
    """Vosk, imported late because that loads its library; ModelError when that fails."""
    process_tuning.choose_kernels()
    try:
        with postponed(
            "requests", "srt"
        ):  # for fetching and for subtitles: a tenth of a second of the coach's start
            import vosk
    except (ImportError, OSError, TypeError) as error:  # TypeError: no library for this system
        raise ModelError(
            f"the recogniser Vosk cannot be loaded ({error}); install vosk again"
        ) from error
    return vosk


def fault_of(folder: Path, manifest: Manifest, full: bool, other_names: bool = False) -> str | None:
    """What keeps `folder` from being the manifest's model; with `other_names`, from being any model
    under another name. Of one without checksums only the structure can be told."""
    try:
        if not folder.is_dir():
            return _ABSENT
        if not manifest.files or (other_names and folder.absolute().name != manifest.name):
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
    """What keeps `folder` from being a Vosk model at all: without these files Vosk cannot load
    it."""
    missing = [
        name for name in ("am/final.mdl", "conf/model.conf") if not (folder / name).is_file()
    ]
    if missing:
        return f"{missing[0]} is missing"
    empty = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not path.stat().st_size
    ]
    if empty:
        return f"{empty[0].relative_to(folder)} is empty"  # Vosk would end the process over some
    graph = folder / "graph"
    if (graph / "HCLr.fst").is_file() and (graph / "Gr.fst").is_file():
        return None
    if not (graph / "HCLG.fst").is_file():
        return "graph/HCLr.fst and graph/Gr.fst are missing"
    logger.warning(
        "%s has a fixed graph (HCLG.fst), with which Vosk ignores the list of commands", folder
    )
    return None
