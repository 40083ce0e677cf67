"""What was made from the intents' files is kept: it is what it would be if it were made anew."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest

from tests.support.intents import project_intents
from voicecoach.app.components import App, Paths
from voicecoach.nlu.intents import IntentSet
from voicecoach.nlu.matcher import Matcher
from voicecoach.runtime.disk_cache import DiskCache
from voicecoach.runtime.object_cache import (
    LIMITS,
    cached_object,
    digest_of_code,
    key_of,
    package_digest,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def made(value: dict[str, int], folder: Path, key: str = "one") -> tuple[dict[str, int], bool]:
    """What there is, and whether it was made now."""
    calls = []

    def make() -> dict[str, int]:
        calls.append(1)
        return value

    return cached_object(dict, make, key, folder), bool(calls)


def test_what_was_made_once_is_not_made_again(folder: Path) -> None:
    assert made({"a": 1}, folder) == ({"a": 1}, True)
    assert made({"a": 2}, folder) == ({"a": 1}, False)
    assert made({"a": 2}, folder, "another") == ({"a": 2}, True)


@pytest.mark.parametrize(
    "content", [b"", b"junk", pickle.dumps(1)], ids=["empty", "no pickle", "another kind"]
)
def test_an_entry_of_no_use_is_made_anew(folder: Path, content: bytes) -> None:
    DiskCache(folder, ".pickle", LIMITS).put("one", content)
    assert made({"a": 2}, folder) == ({"a": 2}, True)
    assert made({"a": 3}, folder) == ({"a": 2}, False)


def test_nobody_needs_a_folder_that_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert made({"a": 1}, tmp_path / "file" / "kept") == ({"a": 1}, True)


def test_old_files_go(folder: Path) -> None:
    assert LIMITS.entries is not None
    for number in range(LIMITS.entries + 3):
        made({"a": number}, folder, str(number))
    assert len(list(folder.iterdir())) == LIMITS.entries


def test_other_code_is_another_state_of_things(tmp_path: Path) -> None:
    code = tmp_path / "package" / "code.py"
    code.parent.mkdir()
    digests = set()
    for text in ("one", "two", "one"):
        code.write_text(text)
        (tmp_path / "data.yaml").write_text(text)
        digests.add(digest_of_code(tmp_path))
    assert len(digests) == 2


def test_the_digest_of_the_package_takes_no_time() -> None:
    package_digest.cache_clear()
    began = time.perf_counter()
    digest = package_digest()
    assert time.perf_counter() - began < 0.5  # measured: 7 ms
    assert package_digest() is digest


def test_a_key_changes_with_each_file_and_each_part(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("ab")
    two.write_text("c")
    keys = {
        key_of("part", files=(one, two)),
        key_of("part", files=(one,)),
        key_of("other", files=(one, two)),
    }
    one.write_text("a")
    two.write_text("bc")
    keys.add(key_of("part", files=(one, two)))
    keys.add(key_of("part", files=(one, two), libraries=("hassil",)))
    assert len(keys) == 5


def test_intents_that_were_kept_mean_what_they_meant(folder: Path) -> None:
    fresh = project_intents()
    cached_object(IntentSet, lambda: fresh, "intents", folder)
    kept = cached_object(IntentSet, lambda: pytest.fail("it is there"), "intents", folder)
    assert kept.word_graph() == fresh.word_graph()
    assert kept.cautions == fresh.cautions
    texts = (
        "start leg routine",
        "hold for forty five seconds",
        "how lung is left",
        "the weather",
        "please stop",
    )
    matchers = Matcher(fresh), Matcher(kept)
    for text in texts:
        assert matchers[0].understand(text) == matchers[1].understand(text)
        assert fresh.exact(text) == kept.exact(text)


def test_a_changed_file_of_intents_counts_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "mine.yaml"
    for word in ("hop", "jump", "hop"):
        file.write_text(
            f"language: en\nintents:\n  Next:\n    data:\n      - sentences: [{word}]\n",
            encoding="utf-8",
        )
        assert App(Paths(intents=file)).intents.words() == {word}
