"""Entries come back whole or not at all, and within the limits."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from voicecoach.runtime.disk_cache import CacheLimits, DiskCache

posix = pytest.mark.skipif(os.name != "posix", reason="needs owners and permissions of POSIX")


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache", ".bin", CacheLimits())


def test_what_was_put_is_got(cache: DiskCache) -> None:
    assert cache.get("one") is None
    cache.put("one", b"first")
    cache.put("two", b"")
    assert (cache.get("one"), cache.get("two")) == (b"first", b"")
    cache.put("one", b"second")
    assert cache.get("one") == b"second"


@pytest.mark.parametrize("position", [0, 25, -1], ids=["header", "checksum", "content"])
def test_a_damaged_entry_is_passed_over_and_removed(cache: DiskCache, position: int) -> None:
    cache.put("one", b"content")
    damaged = bytearray(cache.path("one").read_bytes())
    damaged[position] ^= 1
    cache.path("one").write_bytes(damaged)
    assert cache.get("one") is None
    assert not cache.path("one").exists()


@pytest.mark.parametrize("length", [0, 10, 30, 41])
def test_an_entry_that_breaks_off_is_passed_over(cache: DiskCache, length: int) -> None:
    cache.put("one", b"content")
    cache.path("one").write_bytes(cache.path("one").read_bytes()[:length])
    assert cache.get("one") is None


def test_an_entry_of_another_key_is_passed_over(cache: DiskCache) -> None:
    cache.put("one", b"content")
    cache.path("one").rename(cache.path("two"))
    assert cache.get("two") is None


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_an_entry_that_others_may_write_is_passed_over_and_removed(
    cache: DiskCache, mode: int
) -> None:
    cache.put("one", b"content")
    cache.path("one").chmod(mode)
    assert cache.get("one") is None
    assert not cache.path("one").exists()


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away"
)
def test_an_entry_of_somebody_else_is_passed_over_and_removed(cache: DiskCache) -> None:
    cache.put("one", b"content")
    os.chown(cache.path("one"), 12345, 12345)
    assert cache.get("one") is None
    assert not cache.path("one").exists()


@posix
def test_entries_are_for_their_owner_alone_whatever_the_umask(cache: DiskCache) -> None:
    before = os.umask(0o002)
    try:
        cache.put("one", b"content")
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache.path("one").stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.path("one").parent.stat().st_mode) == 0o700
    assert cache.get("one") == b"content"


def fill(folder: Path, limits: CacheLimits) -> DiskCache:
    """Put four entries, the first of which was used last."""
    cache = DiskCache(folder, ".bin", limits)
    for age, key in enumerate("abcd"):
        cache.put(key, bytes(1000))
        os.utime(cache.path(key), (1e9 - age, 1e9 - age))
    return cache


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        (CacheLimits(), "abcd"),
        (CacheLimits(entries=2), "ab"),
        (CacheLimits(size_bytes=3500), "abc"),
        (CacheLimits(size_bytes=3500, entries=1), "a"),
        (CacheLimits(size_bytes=0), ""),
    ],
)
def test_what_was_not_used_for_longest_goes_first(
    tmp_path: Path, limits: CacheLimits, left: str
) -> None:
    cache = fill(tmp_path, limits)
    cache.prune()
    assert sorted(path.stem for path in tmp_path.iterdir()) == list(left)


def test_an_entry_that_was_got_is_used(tmp_path: Path) -> None:
    cache = fill(tmp_path, CacheLimits(entries=1))
    cache.get("d")
    cache.prune()
    assert [path.stem for path in tmp_path.iterdir()] == ["d"]


def test_old_leftovers_go_and_what_is_being_written_stays(tmp_path: Path) -> None:
    cache = fill(tmp_path, CacheLimits())
    for name in ("left.flac", ".a.bin.7.part"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "left.flac", (1e9, 1e9))
    cache.prune()
    assert {path.name for path in tmp_path.iterdir()} == {
        "a.bin",
        "b.bin",
        "c.bin",
        "d.bin",
        ".a.bin.7.part",
    }


def test_a_folder_that_cannot_be_made_is_as_good_as_empty(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = DiskCache(tmp_path / "file" / "cache", ".bin", CacheLimits(entries=1))
    assert cache.get("one") is None
    cache.prune()
    with pytest.raises(OSError, match="file"):
        cache.put("one", b"content")
