"""`voicecoach type`: sessions by typed lines, from a file or a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from voicecoach.app.components import App, Paths
from voicecoach.cli import main as cli
from voicecoach.cli import options


@pytest.fixture(scope="module")
def modelless(tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app without a model, and without the user's own routines."""
    nowhere = tmp_path_factory.mktemp("empty") / "nowhere"
    found = App(Paths(model=nowhere))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicecoach.app.components.routines_folder", lambda: nowhere)
        patch.setattr("voicecoach.app.components.settings_file", lambda: nowhere)
        found.matcher, found.settings  # noqa: B018 - loads all content
    return found


@pytest.fixture(autouse=True)
def _shared(modelless: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "app_of", lambda **_options: modelless)


def typed(*lines: str, options: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(
        cli.main, ["type", *options], input="".join(f"{line}\n" for line in lines)
    )


def states(result: Result) -> list[str]:
    return [line.rsplit(" -> ", 1)[1] for line in result.stdout.splitlines() if "  state  " in line]


def test_a_little_session_goes_from_state_to_state() -> None:
    result = typed(
        "start quick routine",
        "+8 skip",
        "+30 ready",
        "+5 pause",
        "resume",
        "+20 next",
        "+3 stop",
        "goodbye",
    )
    assert result.exit_code == 0
    assert states(result) == [
        *(
            "checking",
            "announcing",
            "working",
            "paused",
            "resuming",
            "working",
            "announcing",
            "idle",
        ),
    ]
    assert result.stderr == ""


def test_time_passes_as_the_lines_say() -> None:
    lines = typed("", "", "+12.5 help").stdout.splitlines()
    (heard,) = [line for line in lines if "  heard  " in line]
    assert heard.startswith("00:14.5  ")


def test_what_is_no_command_is_not_obeyed_and_says_why() -> None:
    result = typed("start quick routine", "flubber wobble")
    assert '"flubber wobble": not obeyed, nothing like a command' in result.stdout
    assert states(result) == ["checking"]


def test_what_does_not_fit_the_state_is_not_obeyed_and_says_when_it_would() -> None:
    result = typed("ready")
    assert result.exit_code == 0
    assert '"ready": not obeyed, not now: Ready counts only when ' in result.stdout
    assert states(result) == []


def test_ouch_stops_the_count_at_once_and_resume_goes_on_with_it() -> None:
    result = typed(
        "start quick routine", "+8 two", "+30 ready", "+5 that hurts", "+8 resume", "+8 stop"
    )
    assert states(result) == [
        "checking",
        "announcing",
        "working",
        "paused",
        "resuming",
        "working",
        "idle",
    ]
    assert "coach  Come out of it slowly and gently." in result.stdout


def test_a_hold_of_nine_hundred_seconds_is_understood_and_declined() -> None:
    result = typed(
        "start quick routine", "skip", "+2 next", "+2 hold for nine hundred seconds", "+3"
    )
    assert '"hold for nine hundred seconds": SetHold' in result.stdout
    assert "The longest that I count is one minute." in result.stdout


def test_a_hold_of_one_and_a_half_minutes_is_named_as_it_was_meant() -> None:
    result = typed(
        "start quick routine", "skip", "+2 next", "+2 hold for a minute and thirty seconds", "+3"
    )
    assert "One minute and thirty seconds is too long for one hold." in result.stdout


def test_louder_is_answered_even_before_a_routine() -> None:
    result = typed("+5 louder", "+3 louder", "+3")
    assert result.stdout.count(": Louder") == 2
    assert "as loud as I can speak" in result.stdout


def test_goodbye_ends_the_session_and_is_answered_even_in_mid_count() -> None:
    result = typed("start quick routine", "+8 four", "+30 ready", "+5 goodbye")
    assert result.exit_code == 0
    heard, answer = result.stdout.splitlines()[-2:]
    assert '"goodbye": Goodbye' in heard
    assert "coach  Goodbye" in answer


def test_after_goodbye_nothing_is_heard() -> None:
    result = typed("goodbye", "+10 start leg routine")
    assert result.exit_code == 0
    assert "StartRoutine" not in result.stdout


@pytest.mark.parametrize(
    "lines", [(), ("",), ("start leg routine",), ("start leg routine", "+30 ready", "+3 pause")]
)
def test_the_end_of_the_input_ends_the_session(lines: tuple[str, ...]) -> None:
    result = typed(*lines)
    assert result.exit_code == 0
    assert result.stdout.startswith("00:00.0  coach  Hello")


@pytest.mark.parametrize(
    "line", ["+x next", "+ 5 next", "+5next", "+1e9 next", "+-3 next", "+3601", "+", "+inf next"]
)
def test_a_wrong_waiting_time_is_told_with_its_line(line: str) -> None:
    result = typed("help", line)
    assert result.exit_code == 1
    (complaint,) = result.stderr.splitlines()
    assert complaint.startswith(f"Error: line 2: {line!r} should be ")


def test_the_mark_that_windows_puts_before_text_is_no_word() -> None:
    result = typed("\ufeff+5 start quick routine")
    assert "00:05.0  heard  " in result.stdout
    assert states(result)[0] == "checking"


def test_verbose_explains_every_event_on_stderr() -> None:
    result = typed("flubber", options=("-v",))
    assert result.exit_code == 0
    assert '"verdict": "reject"' in result.stderr
    assert '"verdict"' not in result.stdout


def run_process(text: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "voicecoach", "type"]
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_no_model_is_needed_and_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    result = run_process(
        b"\xff\xfe help\nstart quick routine\n", VOICECOACH_MODEL=nowhere, PYTHONIOENCODING="utf-8"
    )
    assert result.returncode == 0
    assert result.stderr == b""
    assert b"idle -> checking" in result.stdout
