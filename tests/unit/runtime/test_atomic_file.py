"""A file appears when it is complete, and one about a person is for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from voicecoach.runtime.atomic_file import AtomicFile, make_private_folder, write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="needs permissions of POSIX")


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_takes_the_place_of_the_one_before_only_in_the_end(
    tmp_path: Path, durable: bool
) -> None:
    path = tmp_path / "notes"
    path.write_bytes(b"old")
    with AtomicFile(path, durable=durable) as file:
        file.write(b"ne")
        file.write(b"w")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_bytes(b"old")

    def fail() -> None:
        with AtomicFile(path) as file:
            file.write(b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_only_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "shared", b"")
        write_atomically(tmp_path / "private", b"", private=True)
        make_private_folder(tmp_path / "folder")
    finally:
        os.umask(before)
    assert [permissions(tmp_path / name) for name in ("shared", "private", "folder")] == [
        0o644,
        0o600,
        0o700,
    ]


def test_a_durable_file_is_on_the_disk_before_it_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    usual = os.fsync

    def noting(descriptor: int) -> None:
        synced.append((tmp_path / "notes").exists())
        usual(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    write_atomically(tmp_path / "notes", b"new", durable=True)
    assert synced[0] is False
    if os.name == "posix":
        assert synced == [False, True], "the file, then its name in the folder"


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "notes")
    with file:
        (left,) = tmp_path.iterdir()
    left.write_bytes(b"of another time")
    with file:
        file.write(b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"new"]
