"""The user's settings: what may be in the file, what is told of mistakes, and who is told of
them."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from voicecoach.app.settings import Settings, load_settings
from voicecoach.cli import main as cli
from voicecoach.cli.errors import FAILED
from voicecoach.content.yaml_schema import ContentError
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.preferences import Preferences


def settings(folder: Path, text: str) -> Settings:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.yaml") == Settings()
    assert Settings().emergency_number == "112"


@pytest.mark.parametrize(
    ("written", "number"),
    [("911", "911"), ('"911"', "911"), ("'000'", "000"), ("000", "000"), ("01", "01")],
)
def test_the_emergency_number_may_be_quoted_or_not(
    tmp_path: Path, written: str, number: str
) -> None:
    assert settings(tmp_path, f"emergency_number: {written}\n").emergency_number == number


@pytest.mark.parametrize(
    "written",
    [
        "1",
        "1234567890123456",
        "9-1-1",
        "'1 1 2'",
        "police",
        "true",
        "11.2",
        "''",
        "[112]",
        "~",
        "-112",
        "\u0661\u0661\u0662",
    ],
)
def test_what_is_no_number_is_told_with_its_line(tmp_path: Path, written: str) -> None:
    with pytest.raises(ContentError) as mistake:
        settings(tmp_path, f"# mine\nemergency_number: {written}\n")
    (told,) = mistake.value.mistakes
    assert told.startswith(f"{tmp_path / 'settings.yaml'}, line 2: emergency_number: cannot be ")
    assert told.endswith(" - give 2 to 15 digits and nothing else, such as 112.")


def test_an_unknown_key_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(
        ContentError, match=r"line 1: emergency_nummer: .* did you mean 'emergency_number'"
    ):
        settings(tmp_path, "emergency_nummer: 112\n")


@pytest.mark.parametrize("command", ["type", "doctor", "lint"])
def test_a_mistake_is_told_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("emergency_number: none\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.app.components.settings_file", lambda: path)
    result = CliRunner().invoke(cli.main, [command], input="")
    assert result.exit_code == FAILED
    assert result.output.startswith(f"Error: {path}, line 1: emergency_number: cannot be 'none'")


def test_the_number_that_is_set_is_the_one_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("emergency_number: 911\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.app.components.settings_file", lambda: path)
    typed = "start quick routine\n+8 skip\n+30 ready\n+5 my chest hurts\n+9 carry on\n"
    result = CliRunner().invoke(cli.main, ["type"], input=typed)
    assert result.exit_code == 0
    assert "Call nine, one, one at once" in result.stdout
    assert "working -> alarmed" in result.stdout
    assert "coach  We do not go on with this today." in result.stdout
    assert result.stdout.rstrip().endswith("Keep still until help is there."), (
        "and the advice goes on"
    )


def test_the_check_in_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("check_in: false\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.app.components.settings_file", lambda: path)
    result = CliRunner().invoke(cli.main, ["type"], input="start quick routine\n")
    assert "idle -> announcing" in result.stdout
    assert "nought to ten" not in result.stdout


def test_how_one_likes_to_be_coached_can_be_set(tmp_path: Path) -> None:
    found = settings(tmp_path, "counting: every five\nwords: few\npace: very slow\nvolume: -6\n")
    assert found.preferences == Preferences("every five", "few", "very slow", -6)
    assert Settings().preferences == Preferences()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "counting: every ten",
            r"line 1: counting: cannot be 'every ten' - did you mean 'every second'",
        ),
        ("pace: slowly", r"line 1: pace: cannot be 'slowly' - did you mean 'slow'"),
        ("volume: 20", r"line 1: volume: must be .* not 20"),
    ],
)
def test_what_nobody_can_like_is_told_with_what_there_is(
    tmp_path: Path, written: str, told: str
) -> None:
    with pytest.raises(ContentError, match=told):
        settings(tmp_path, f"{written}\n")


def test_a_session_begins_as_it_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("counting: every five\ncheck_in: false\n", encoding="utf-8")
    monkeypatch.setattr("voicecoach.app.components.settings_file", lambda: path)
    result = CliRunner().invoke(
        cli.main, ["type"], input="start quick routine\n+2 next\n+2 ready\n+17\n"
    )
    assert [
        word for word in ("coach  four", "coach  five", "coach  six") if word in result.stdout
    ] == ["coach  five"]


def test_times_of_the_day_are_written_with_a_colon(tmp_path: Path) -> None:
    found = settings(tmp_path, "awake: [8:30, 21:00]\nremind_at: [7:05, 18:00]\nwater_every: 90\n")
    assert found.day == DayTimes(time(8, 30), time(21), 90, (time(7, 5), time(18)))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("awake: [20:00, 9:00]", "ends before it begins"),
        ("awake: [9:00]", "awake"),
        ("awake: [9, 20]", "cannot be 9 - give a time of the day such as 9:00 or 20:30"),
        ("remind_at: [25:00]", "cannot be '25:00' - give a time of the day"),
        ("remind_at: [half past]", "cannot be 'half past' - give a time of the day"),
        ("water_every: -5", "water_every: must be"),
        ("journal: maybe", "journal: "),
    ],
)
def test_what_is_no_time_of_the_day_is_told(tmp_path: Path, written: str, told: str) -> None:
    with pytest.raises(ContentError) as mistake:
        settings(tmp_path, f"{written}\n")
    assert any(told in one for one in mistake.value.mistakes)
    assert all("line 1" in one for one in mistake.value.mistakes)
