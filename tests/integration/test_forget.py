"""Nothing of a person's own words stays on the machine after `voicecoach forget --all`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.journal_builder import Clock, lead
from voicecoach.app.components import App
from voicecoach.cli import main as cli
from voicecoach.core.errors import VoicecoachError
from voicecoach.runtime.paths import (
    PLACES,
    ROUTINES,
    SPEECH,
    Place,
    delete,
    journal_file,
    memory_file,
    personal_caches,
)

PRIVATE = """
routines:
  my-knee: {name: purple knee thing, about: For the purple knee., steps: [{exercise: bent-knee-calf-stretch}]}
"""

WORDS = re.compile(rb"purple|p\x00u\x00r\x00p\x00l\x00e\x00", re.IGNORECASE)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, [*arguments])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder."""
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("voicecoach.app.components.memory_file", memory_file)
    return tmp_path


@pytest.fixture
def own_routine(home: Path) -> Path:
    file = ROUTINES.path / "mine.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(PRIVATE, encoding="utf-8")
    assert file.is_relative_to(home)
    return file


def holding(home: Path) -> list[Path]:
    """Return the files whose names or bytes hold the private word; the user's own files do not
    count."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    mine = [path for path in files if not path.is_relative_to(home / "config")]
    return [
        path for path in mine if WORDS.search(path.read_bytes()) or WORDS.search(path.name.encode())
    ]


@pytest.mark.model
def test_forget_all_deletes_every_trace_of_an_own_routine(
    home: Path, own_routine: Path, engine: None
) -> None:
    app = App()
    app.utterance_detector()
    with app.synthesizer(16_000) as synthesizer:
        synthesizer.clip("purple knee thing")
    lead(app, journal_file(), Clock(), "start purple knee thing", "+80 stop")
    kept = {
        path.relative_to(home).parts[2]
        for path in holding(home)
        if path.is_relative_to(home / "cache")
    }
    assert kept == {"repertoires", "intents", "graphs"}, "what is to be deleted is there"
    assert list(SPEECH.path.iterdir())
    outcome = run("forget", "--all", "--yes")
    assert outcome.exit_code == 0
    for place in personal_caches():
        assert not place.path.exists()
        assert str(place.path) in outcome.output
    assert holding(home) == []
    assert own_routine.exists(), "what the user has written stays"


def test_files_that_were_set_aside_are_forgotten_too(home: Path) -> None:
    folder = journal_file().parent
    folder.mkdir(parents=True)
    for name in (
        "journal.db.damaged",
        "journal.db.newer2-wal",
        "exercises.json.damaged",
        ".exercises.json.7.part",
    ):
        (folder / name).write_text("purple", encoding="utf-8")
    (folder / "mine.txt").write_text("of the user", encoding="utf-8")
    assert "Forgotten: 0 sessions" in run("forget", "--all", "--yes").output
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("home")
def test_privacy_names_every_place() -> None:
    text = run("privacy").output
    for place in PLACES:
        assert str(place.path) in text
        assert place.what in text


def test_links_are_deleted_and_not_followed(home: Path) -> None:
    model = home / "model"
    model.mkdir()
    (model / "final.mdl").write_text("of the user", encoding="utf-8")
    graphs = Place("graphs", "", "cache", True, "")
    (graphs.path / "one").mkdir(parents=True)
    (graphs.path / "one" / "final.mdl").symlink_to(model / "final.mdl")
    (graphs.path / "two").symlink_to(model)
    assert delete(graphs) == 2
    assert (model / "final.mdl").exists()
    assert not graphs.path.exists()


def test_a_cache_that_is_a_link_is_emptied(home: Path) -> None:
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "clip").touch()
    SPEECH.path.parent.mkdir(parents=True)
    SPEECH.path.symlink_to(elsewhere)
    assert delete(SPEECH) == 1
    assert list(elsewhere.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_a_file_that_cannot_be_deleted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    memory_file().parent.mkdir(parents=True)
    memory_file().touch()

    def refused(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(
        VoicecoachError, match=r"exercises\.json cannot be deleted: Permission denied"
    ):
        delete(next(place for place in PLACES if place.path == memory_file()))
