"""`voicecoach recognize`: recordings in, JSON lines out, and a sentence for every file that is
none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from click.testing import CliRunner, Result

from tests.conftest import silence
from voicecoach.app.components import App
from voicecoach.asr.model.locate import find_model
from voicecoach.cli import main as cli
from voicecoach.cli import options
from voicecoach.core.audio import HEARING_RATE, Samples

pytestmark = pytest.mark.model

Say = Callable[[str], Samples]

FIELDS = {
    "file",
    "text",
    "intent",
    "slots",
    "accepted",
    "reason",
    "decided_at",
    "speech_end",
    "duration",
}

COFFEE = """
language: en
intents:
  Order:
    data:
      - sentences: ["[please] (make me|i want) a [{size}] (coffee|tea)"]
lists:
  size: {values: [small, large]}
"""


def recording(
    folder: Path, *parts: Samples, name: str = "voice.wav", rate: int = HEARING_RATE
) -> Path:
    """A file with the parts, and a pause before, between and after them."""
    path = folder / name
    sound = np.concatenate([silence(0.6), *(np.append(part, silence(1.0)) for part in parts)])
    soundfile.write(path, soxr.resample(sound, HEARING_RATE, rate), rate)
    return path


@pytest.fixture
def shared(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command uses the session's app instead of loading one each time."""
    monkeypatch.setattr(options, "app_of", lambda **_options: app)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["recognize", *map(str, arguments)])


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("shared")
def test_each_recording_gives_a_line_with_what_was_said_and_what_it_means(
    tmp_path: Path, spoken: Say
) -> None:
    start = recording(tmp_path, spoken("start leg routine"), name="start.wav")
    ask = recording(tmp_path, spoken("how long do I hold"), name="ask.wav")
    result = run(start, ask)
    assert result.exit_code == 0
    first, second = told(result)
    assert set(first) == set(second) == FIELDS
    assert (first["file"], first["text"]) == (str(start), "start leg routine")
    assert (first["intent"], first["slots"], first["accepted"]) == (
        "StartRoutine",
        {"routine": "leg"},
        True,
    )
    assert (second["file"], second["intent"], second["slots"]) == (str(ask), "HowLongHold", {})
    assert first["duration"] == pytest.approx(soundfile.info(start).duration, abs=0.001)
    assert 0.6 < first["speech_end"] < first["decided_at"] < first["duration"]


FORMATS: list[tuple[str, int, int, str]] = [
    ("cd.wav", 44_100, 2, "PCM_16"),
    ("studio.wav", 96_000, 2, "PCM_24"),
    ("float.wav", 48_000, 1, "FLOAT"),
    ("small.flac", 16_000, 1, "PCM_16"),
]


@pytest.mark.usefixtures("shared")
def test_the_format_of_the_recording_does_not_matter(tmp_path: Path, spoken: Say) -> None:
    sound = np.concatenate([silence(0.6), spoken("start leg routine"), silence(1.0)])
    files = []
    for name, rate, channels, subtype in FORMATS:
        samples = soxr.resample(sound, HEARING_RATE, rate)
        soundfile.write(
            tmp_path / name, np.stack([samples] * channels, axis=1), rate, subtype=subtype
        )
        files.append(tmp_path / name)
    found = told(run(*files))
    assert [(line["intent"], line["slots"]) for line in found] == [
        ("StartRoutine", {"routine": "leg"})
    ] * len(FORMATS)


@pytest.mark.usefixtures("shared")
def test_telephone_sound_is_read_and_never_taken_for_another_command(
    tmp_path: Path, spoken: Say
) -> None:
    # Less of it is understood: the model has learned from 16 kHz.
    wanted = {"pause": "Pause", "next": "Next", "how long is left": "HowLongLeft"}
    files = [recording(tmp_path, spoken(text), name=f"{text}.wav", rate=8_000) for text in wanted]
    found = told(run(*files))
    assert all(line["duration"] > 0 for line in found)
    assert all(
        line["intent"] in (None, intent)
        for line, intent in zip(found, wanted.values(), strict=True)
    )


@pytest.mark.usefixtures("shared")
def test_several_utterances_are_all_told_and_the_first_that_is_obeyed_leads(
    tmp_path: Path, spoken: Say
) -> None:
    path = recording(tmp_path, spoken("how was your weekend"), spoken("next"), spoken("pause"))
    (line,) = told(run(path))
    assert set(line) == FIELDS | {"utterances"}
    assert [each["intent"] for each in line["utterances"]] == [None, "Next", "Pause"]
    assert line["intent"] == "Next"
    ends = [each["speech_end"] for each in line["utterances"]]
    assert ends == sorted(ends)


@pytest.mark.usefixtures("shared")
def test_the_state_decides_what_counts(tmp_path: Path, spoken: Say) -> None:
    path = recording(tmp_path, spoken("resume"))
    (working,) = told(run("--state", "working", path))
    assert (working["text"], working["accepted"], working["intent"]) == ("resume", False, None)
    assert working["reason"].startswith("not now")
    (paused,) = told(run("--state", "paused", path))
    assert (paused["accepted"], paused["intent"]) == (True, "Resume")


@pytest.mark.usefixtures("shared")
def test_a_state_that_there_is_not_is_told_with_those_that_there_are() -> None:
    result = run("--state", "dancing", "x.wav")
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error:")
    assert "'dancing'" in line
    assert "paused" in line


@pytest.mark.usefixtures("shared")
def test_silence_is_not_obeyed_and_says_why(tmp_path: Path) -> None:
    result = run(recording(tmp_path, silence(2.0)))
    (line,) = told(result)
    assert result.exit_code == 0
    assert set(line) == FIELDS
    assert (line["accepted"], line["intent"], line["text"]) == (False, None, "")
    assert line["reason"] == "no speech was heard"


@pytest.mark.usefixtures("shared")
def test_files_that_are_no_recordings_are_told_and_the_others_are_done(
    tmp_path: Path, spoken: Say
) -> None:
    text, empty = tmp_path / "text.wav", tmp_path / "empty.wav"
    text.write_text("this is no sound", encoding="utf-8")
    empty.touch()
    good = recording(tmp_path, spoken("next"))
    result = run(text, tmp_path / "missing.wav", tmp_path, empty, good)
    assert result.exit_code == 1
    assert [line["intent"] for line in told(result)] == ["Next"]
    complaints = result.stderr.splitlines()
    assert len(complaints) == 4
    for complaint, path in zip(
        complaints, (text, tmp_path / "missing.wav", tmp_path, empty), strict=True
    ):
        assert complaint.startswith("Error: ")
        assert str(path) in complaint


@pytest.mark.usefixtures("shared")
def test_what_is_printed_is_json_whatever_the_name_of_the_file(tmp_path: Path) -> None:
    path = recording(tmp_path, silence(0.1), name="d\u00e9but \u2013 \U0001f9b5.wav")
    result = CliRunner(charset="ascii").invoke(cli.main, ["recognize", str(path)])
    assert json.loads(result.stdout)["file"] == str(path)


def test_intents_of_another_domain_serve_as_well(
    tmp_path: Path, spoken: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path / "cache")
    intents = tmp_path / "coffee.yaml"
    intents.write_text(COFFEE, encoding="utf-8")
    order = recording(tmp_path, spoken("make me a large coffee"), name="order.wav")
    result = run("--intents", intents, order)
    (line,) = told(result)
    assert (line["intent"], line["slots"]) == ("Order", {"size": "large"})
    assert result.stderr == ""


def test_mistakes_in_intents_are_told_with_file_and_line(tmp_path: Path) -> None:
    intents = tmp_path / "broken.yaml"
    intents.write_text("language: en\nintents:\n  Order:\n    data: [\n", encoding="utf-8")
    result = run("--intents", intents, "x.wav")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {intents}, line 5")


def test_each_of_several_mistakes_has_a_line_of_its_own(tmp_path: Path) -> None:
    intents = tmp_path / "broken.yaml"
    intents.write_text(
        "language: en\nintents:\n  Order:\n    date: []\nlist: {}\n", encoding="utf-8"
    )
    result = run("--intents", intents, "x.wav")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) > 1
    assert all(line.startswith(f"Error: {intents}, line ") for line in lines)


def test_intents_that_are_not_there_are_told(tmp_path: Path) -> None:
    result = run("--intents", tmp_path / "none.yaml", "x.wav")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "none.yaml" in line


def truncated(model: Path, copy: Path) -> Path:
    """A model whose acoustic part breaks off."""
    for source in (path for path in model.rglob("*") if path.is_file()):
        target = copy / source.relative_to(model)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.name == "final.mdl":
            target.write_bytes(source.read_bytes()[:100_000])
        else:
            target.symlink_to(source)
    return copy


@pytest.mark.parametrize("name", ["another-model", "vosk-model-small-en-us-0.15"])
def test_a_model_that_breaks_off_is_told(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path / "cache")
    model = truncated(find_model(), tmp_path / name)
    result = run("--model", model, "x.wav")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: the speech model in ")
    assert str(model) in line
    assert capfd.readouterr().err == ""  # nor does the recogniser's own library say anything


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    result = run("--model", tmp_path, "x.wav")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: the speech model in {tmp_path} cannot be used")
