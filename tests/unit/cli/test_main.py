"""The command line as people use it, and as they misuse it: one sentence each, and nothing
half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from voicecoach.app.components import App, Paths
from voicecoach.app.transcript import clock
from voicecoach.audio.device import sound_card
from voicecoach.cli import main as cli
from voicecoach.cli import options
from voicecoach.core.errors import VoicecoachError
from voicecoach.engine.coach import LogEvent
from voicecoach.runtime.atomic_file import LogFile, TextFile

GREETED = """
name: A short one
steps:
  - when: {line: greeting}
    say: start quick routine
    expect: {intent: StartRoutine, slots: {routine: quick}, state: checking}
  - delay: 1
    say: flubber wobble
    expect: {rejected: true, within: 2}
  - delay: 1
    say: stop
    expect: {intent: Stop, state: idle}
"""

DISAPPOINTED = """
name: One that fails
steps:
  - when: {line: greeting}
    say: start quick routine
    expect: {intent: Goodbye, within: 1}
"""


def run(*arguments: str | Path, **extra: Any) -> Result:
    return CliRunner().invoke(cli.main, list(map(str, arguments)), **extra)


def complaint(result: Result, exit_code: int = 1) -> str:
    """The one sentence of a command that failed."""
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


def written(folder: Path, text: str, name: str = "scenario.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def modelless(tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app without a model, and without the user's own routines."""
    nowhere = tmp_path_factory.mktemp("empty") / "nowhere"
    found = App(Paths(model=nowhere))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicecoach.app.components.routines_folder", lambda: nowhere)
        found.matcher  # noqa: B018 - loads all content
    return found


@pytest.fixture
def shared(modelless: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands use one app instead of loading one each time."""
    monkeypatch.setattr(options, "app_of", lambda **_options: modelless)


# --- options ------------------------------------------------------------------------------------


def commands(group: click.Group = cli.main, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


@pytest.mark.parametrize("command", [(), *commands()], ids=" ".join)
def test_every_command_explains_its_options_and_exit_codes(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Exit codes: 0 all went well; 1 " in result.stdout
    found: click.Command = cli.main
    for name in command:
        assert isinstance(found, click.Group)
        found = found.commands[name]
    for option in (parameter for parameter in found.params if isinstance(parameter, click.Option)):
        assert option.opts[-1] in result.stdout
        assert option.help


WRONG = {
    "no such command": (["frobnicate"], "'frobnicate'"),
    "no such option": (["type", "--loud"], "--loud"),
    "option of the group": (["--loud"], "--loud"),
    "no files": (["recognize"], "FILES"),
    "too many arguments": (["voices", "now"], "now"),
    "rate out of range": (["type", "--rate", "12"], "--rate"),
    "routines that are not there": (["type", "--routines", "nowhere"], "nowhere"),
}


@pytest.mark.parametrize(("arguments", "what"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_told_in_a_sentence_with_where_to_look(
    arguments: list[str], what: str
) -> None:
    line = complaint(run(*arguments), exit_code=2)
    assert what in line
    assert "--help" in line


def test_a_folder_without_routines_is_told(tmp_path: Path) -> None:
    assert f"{tmp_path} has no .yaml file" in complaint(
        run("type", "--routines", tmp_path), exit_code=2
    )


def test_mistakes_in_routines_are_told_with_file_and_line_before_anything_begins(
    tmp_path: Path,
) -> None:
    path = written(
        tmp_path,
        "routines:\n  mine:\n    name: my routine\n    about: Up.\n    steps: [{exercise: flying}]\n",
        "mine.yaml",
    )
    result = run("type", "--routines", tmp_path, input="help\n")
    assert complaint(result).startswith(f"{path}, line 5: ")
    assert "flying" in result.stderr
    assert result.stdout == ""


def test_mistakes_in_intents_are_told_before_anything_begins(tmp_path: Path) -> None:
    path = written(tmp_path, "language: en\nintents: [\n", "intents.yaml")
    result = run("type", "--intents", path, input="help\n")
    assert complaint(result).startswith(f"{path}, line 3")
    assert result.stdout == ""


# --- demo ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shared")
def test_the_demonstration_comes_out_as_its_scenario_expects(tmp_path: Path) -> None:
    result = run("demo", "--typed", "--out", tmp_path / "out")
    assert result.stderr == ""
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "events.jsonl",
        "transcript.txt",
    ]


@pytest.mark.usefixtures("shared")
def test_a_scenario_of_ones_own_leaves_a_transcript_and_events(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    result = run("demo", "--typed", "--out", out, written(tmp_path, GREETED))
    assert (result.exit_code, result.stderr) == (0, "")
    transcript = (out / "transcript.txt").read_text(encoding="utf-8")
    assert transcript in result.stdout
    assert "user   start quick routine" in transcript
    events = [
        json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert all(
        isinstance(event["t"], float) and isinstance(event["event"], str) for event in events
    )
    assert {"said", "user", "heard", "state"} <= {event["event"] for event in events}


@pytest.mark.usefixtures("shared")
def test_what_does_not_come_as_expected_is_told_and_the_transcript_is_kept(tmp_path: Path) -> None:
    result = run("demo", "--typed", "--out", tmp_path / "out", written(tmp_path, DISAPPOINTED))
    line = complaint(result)
    assert line.startswith("Not as expected: step 1, at ")
    assert "expected Goodbye" in line
    assert (tmp_path / "out" / "transcript.txt").exists()


@pytest.mark.usefixtures("shared")
def test_a_scenario_that_there_is_not_is_told() -> None:
    assert "leg_routine" in complaint(run("demo", "nope"))


@pytest.mark.usefixtures("shared")
def test_a_scenario_with_a_mistake_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "name: x\nsteps:\n  - when: {line: greting}\n")
    line = complaint(run("demo", "--typed", "--out", tmp_path / "out", path))
    assert "step 1" in line
    assert "did you mean 'greeting'?" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("shared")
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, "keep me", "file")
    assert str(file) in complaint(run("demo", "--typed", "--out", file), exit_code=2)
    assert str(file / "inside") in complaint(run("demo", "--typed", "--out", file / "inside"))
    assert file.read_text(encoding="utf-8") == "keep me"


def fill_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full as soon as `path` is written: what fits into the buffer is refused on
    closing."""
    usual = os.open

    def full(name: str | Path, flags: int, mode: int = 0o777, **rest: Any) -> int:
        opened = usual(name, flags, mode, **rest)
        if not Path(name).name.startswith(f".{path.name}."):
            return opened
        os.close(opened)
        return usual("/dev/full", os.O_WRONLY)

    monkeypatch.setattr("voicecoach.runtime.atomic_file.os.open", full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("name", ["transcript.txt", "events.jsonl"])
@pytest.mark.usefixtures("shared")
def test_a_full_disk_is_told_and_what_was_there_before_is_left_alone(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, out = written(tmp_path, GREETED), tmp_path / "out"
    out.mkdir()
    written(out, "from an earlier demo", name)
    fill_up(out / name, monkeypatch)
    assert f"{name} cannot be written: No space left on device" in complaint(
        run("demo", "--typed", "--out", out, scenario)
    )
    assert (out / name).read_text(encoding="utf-8") == "from an earlier demo"
    assert not list(out.glob(".*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_full_only_at_the_end_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_up(tmp_path / "notes.txt", monkeypatch)
    with (
        pytest.raises(VoicecoachError, match=r"notes\.txt cannot be written: No space left"),
        TextFile(tmp_path / "notes.txt") as file,
    ):
        file.write("a line\n")
    assert list(tmp_path.iterdir()) == []


# --- run ----------------------------------------------------------------------------------------

DEAF = "No microphone was found: plug one in."


@pytest.fixture
def no_sound_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_card, "check_devices", lambda *_: DEAF)


@pytest.mark.usefixtures("no_sound_card")
def test_without_a_sound_card_the_coach_says_what_is_missing() -> None:
    assert complaint(run("run")) == DEAF


@pytest.mark.usefixtures("no_sound_card", "shared")
def test_without_a_sound_card_the_demonstration_can_take_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played: dict[str, Any] = {}
    monkeypatch.setattr(cli.demo, "callback", lambda **options: played.update(options))
    result = run("run", "--or-demo", "--rate", "120")
    assert result.exit_code == 0
    assert result.stderr.startswith(DEAF)
    assert played["scenario"] == "leg_routine"
    assert (played["typed"], played["rate"]) == (False, 120)


def test_a_machine_without_a_sound_system_gets_one_sentence() -> None:
    environment = {**os.environ, "PULSE_SERVER": "unix:/nonexistent"}
    command = [sys.executable, "-m", "voicecoach", "run"]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    if ended.returncode == 0:
        pytest.skip("this machine has a sound card that needs no server")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("Error: ")
    assert ended.stdout == ""


def test_a_log_goes_on_where_it_ended_and_has_each_line_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "before\n", "log.jsonl")
    with LogFile(path) as log:
        log.write("after\n")
        assert path.read_text(encoding="utf-8") == "before\nafter\n"


def test_a_log_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(VoicecoachError, match="cannot be written"),
        LogFile(tmp_path / "nowhere" / "log"),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_ends_the_log_with_one_warning_but_not_the_session(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with LogFile(Path("/dev/full")) as log:
        log.write("one\n")
        log.write("two\n")
    (warning,) = caplog.messages
    assert "/dev/full cannot be written" in warning


# --- ends ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("shared")
def test_ctrl_c_ends_without_a_traceback_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_entry: LogEvent) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_printer", lambda: interrupt)
    result = run("demo", "--typed", "--out", tmp_path / "out")
    assert result.exit_code == 130
    assert result.stderr.strip() == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_ctrl_c_ends_a_waiting_process_quietly() -> None:
    command = [sys.executable, "-m", "voicecoach", "type"]
    # What a shell starts in the background ignores Ctrl-C, and so would its children.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("help\nhelp\n" + "\n" * 5)
        process.stdin.flush()
        process.stdout.readline()  # it has begun
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, told.strip()) == (130, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX pipes")
def test_a_reader_who_has_seen_enough_ends_it_quietly() -> None:
    command = [sys.executable, "-m", "voicecoach", "type"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stderr
        process.stdout.close()
        process.stdin.write("help\nhelp\n")
        process.stdin.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "00:00.0"), (59.97, "01:00.0"), (127.54, "02:07.5"), (-1, "00:00.0")]
)
def test_the_clock_shows_minutes_seconds_and_tenths(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
