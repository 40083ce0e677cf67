"""What is remembered of a person, in a file: whole, private, and never lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from voicecoach.app.memory_store import load_memory
from voicecoach.cli import main as cli
from voicecoach.session.profile.exercise_memory import ExerciseMemory

DAMAGED = {
    "no json": b"{",
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "another shape": b'{"version": 1, "exercises": {"plank": "impossible"}}',
    "a newer version": b'{"version": 2, "exercises": {}}',
    "nested without end": b"[" * 100_000,
    "empty": b"",
}


def test_what_is_remembered_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "exercises.json"
    memory = load_memory(path)
    assert not memory.knows("plank")
    memory.remember("plank", "easier")
    memory.remember("walk", "left out")
    again = load_memory(path)
    assert (again.way("plank"), again.way("walk"), again.knows("jog")) == (
        "easier",
        "left out",
        False,
    )


def test_it_is_written_at_once_and_only_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "exercises.json"
    memory = load_memory(path)
    memory.remember("plank", "easier")
    path.unlink()
    memory.remember("plank", "easier")
    assert not path.exists()
    memory.remember("plank", "usual")
    assert json.loads(path.read_text()) == {"version": 1, "exercises": {"plank": "usual"}}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "exercises.json"
    load_memory(path).remember("plank", "easier")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["exercises.json"], (
        "nothing is left beside it"
    )


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_set_aside_whole_with_one_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "exercises.json"
    path.write_bytes(content)
    memory = load_memory(path)
    (warning,) = caplog.messages
    assert "exercises.json.damaged" in warning
    memory.remember("plank", "harder")
    assert (tmp_path / "exercises.json.damaged").read_bytes() == content
    assert load_memory(path).way("plank") == "harder"


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "exercises.json"
    for content in ("first", "second"):
        path.write_text(content)
        load_memory(path)
    assert sorted(one.read_text() for one in tmp_path.iterdir()) == ["first", "second"]


def test_a_folder_in_its_place_is_told_and_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "exercises.json"
    path.mkdir()
    load_memory(path).remember("plank", "easier")
    assert path.is_dir()
    assert len(caplog.messages) == 1


def test_a_disk_that_fails_is_told_once_and_the_session_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = load_memory(tmp_path / "file" / "exercises.json")
    (tmp_path / "file").write_text("in the way")
    memory.remember("plank", "easier")
    memory.remember("walk", "easier")
    assert memory.way("walk") == "easier"
    assert len(caplog.messages) == 1


def test_two_typed_sessions_remember(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "voicecoach.app.components.memory_file", lambda: tmp_path / "exercises.json"
    )
    first = "start stretch only\nskip\nnext\n+5 that's too much\n+9 goodbye\n"
    assert CliRunner().invoke(cli.main, ["type"], input=first).exit_code == 0
    second = CliRunner().invoke(
        cli.main, ["type"], input="start stretch only\nskip\nnext\n+60 goodbye\n"
    )
    assert "This is the easier way." in second.stdout


def test_a_memory_of_its_own_saves_nowhere() -> None:
    memory = ExerciseMemory()
    memory.remember("plank", "easier")
    assert memory.way("plank") == "easier"
