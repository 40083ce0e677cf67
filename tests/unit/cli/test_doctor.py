"""The doctor tries every part, and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from voicecoach.app.components import App, Paths
from voicecoach.audio.echo.control import HalfDuplexGate
from voicecoach.cli import doctor
from voicecoach.cli import main as cli
from voicecoach.cli.doctor import Finding, examine
from voicecoach.cli.errors import FAILED


def found(app: App) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(app)}


@pytest.fixture
def with_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "check_devices", lambda *_devices: None)


@pytest.fixture
def with_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its check takes ten seconds."""
    monkeypatch.setattr(doctor, "check_content", lambda _app: [])


@pytest.mark.model
@pytest.mark.usefixtures("with_devices")
def test_on_a_machine_that_is_ready_everything_is_ok(app: App) -> None:
    findings = found(app)
    assert list(findings) == ["sound", "echo", "model", "speech", "content", "settings"]
    assert {finding.state for finding in findings.values()} == {"ok"}


@pytest.mark.model
@pytest.mark.usefixtures("with_devices", "with_content")
def test_without_a_canceller_it_says_that_the_coach_is_deaf_while_it_speaks(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "make_echo_control", HalfDuplexGate)
    echo = found(app)["echo"]
    assert echo.state == "poor"
    assert "not heard while the coach speaks" in echo.text
    assert "install voicecoach[echo]" in echo.text


@pytest.mark.usefixtures("with_devices", "with_content")
def test_the_emergency_number_is_told_and_where_to_set_another(app: App) -> None:
    settings = found(app)["settings"]
    assert settings.state == "ok"
    assert "call 112" in settings.text
    assert "emergency_number in " in settings.text
    assert "settings.yaml" in settings.text


@pytest.mark.usefixtures("with_devices", "with_content")
def test_what_is_missing_is_told_and_the_rest_is_tried_all_the_same(tmp_path: Path) -> None:
    findings = found(App(Paths(model=tmp_path / "nowhere")))
    assert findings["model"].state == "missing"
    assert "voicecoach model fetch" in findings["model"].text
    assert findings["speech"].state == "ok"


@pytest.mark.usefixtures("with_content")
@pytest.mark.model
def test_without_sound_the_command_says_what_to_do_and_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        doctor, "check_devices", lambda *_devices: "there is no microphone; connect one"
    )
    result = CliRunner().invoke(cli.main, ["doctor"])
    assert result.exit_code == FAILED
    first, *others = result.output.splitlines()
    assert first.split(None, 2) == ["missing", "sound", "there is no microphone; connect one"]
    assert [line.split()[0] for line in others] == ["ok"] * 5
