"""The benchmark of barge-in measures what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

import barge_in
import layers
from lib import talking
from lib.cancellers import CANCELLERS
from lib.corpus import recordings
from lib.hearing import Meaning
from lib.talking import Scene, Spoken
from tests.conftest import silence
from tests.unit.benchmarks.test_commands import folder, hiss
from voicecoach.app.components import App
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.simulation.room import RoomSettings

pytestmark = pytest.mark.model

Say = Callable[[str], Samples]

SKIP = Meaning("Next")
TEXTS = (
    "Bend the knee until you feel a gentle pull in the front of the thigh.",
    "Keep your knees together.",
    "1",
    "2",
)


@pytest.fixture(autouse=True)
def the_same_app(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "the_app", lambda _intents: app)
    monkeypatch.setattr(barge_in, "the_app", lambda _intents: app)


@pytest.fixture
def corpus(tmp_path: Path, spoken: Say) -> Path:
    """Two commands, a noise and two rooms."""
    folder(
        tmp_path / "voices",
        [
            ("stop.wav", "stop", spoken("stop")),
            ("skip.wav", "skip this one", spoken("skip this one")),
        ],
    )
    folder(tmp_path / "noise", [("hiss.wav", "[noise] kitchen", hiss(12))])
    near, far = silence(0.1), silence(0.1)
    near[0] = far[0] = 1.0
    far[800] = 0.3
    rooms = [
        ("a.wav", "[rir] sim rt60=0.2 dist=0.5m", near),
        ("b.wav", "[rir] sim rt60=0.3 dist=2.0m", far),
    ]
    folder(tmp_path / "rooms", rooms)
    return tmp_path


@pytest.fixture
def scene(corpus: Path) -> Scene:
    """A coach that is soft at the microphone, and a user who says "skip this one"."""
    near, far = corpus / "rooms" / "a.wav", corpus / "rooms" / "b.wav"
    command = Spoken(corpus / "voices" / "skip.wav", SKIP)
    return Scene("test", RoomSettings(echo_db=-16.0), (near, far, near), TEXTS, (command,))


def test_what_is_said_over_the_coach_is_obeyed(scene: Scene) -> None:
    heard = talking.run(scene)
    assert (heard.obeyed, heard.self_triggers) == ([[SKIP]], [])
    assert 1 <= heard.barge_ins <= 2, "a breath of noise may pass for speech"


def test_a_command_that_is_obeyed_late_is_no_self_trigger(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "ANSWER", 0.1)
    heard = talking.run(replace(scene, commands=(*scene.commands, *scene.commands)))
    assert (heard.obeyed, heard.self_triggers) == ([[], []], [])
    assert heard.late >= 1


def test_with_nobody_there_everything_is_read_once(scene: Scene) -> None:
    heard = talking.run(replace(scene, commands=()))
    assert (heard.obeyed, heard.self_triggers) == ([], [])
    assert 6 < heard.seconds < 20


def test_a_coach_that_is_heard_a_second_late_does_not_obey_itself(scene: Scene) -> None:
    texts = (
        "Say stop whenever you like.",
        "Skip this one, or say next exercise.",
        "Pause, or start again.",
        *TEXTS,
    )
    heard = talking.run(
        replace(scene, settings=RoomSettings(echo_db=5.0, delay=1.0), texts=texts, commands=())
    )
    assert heard.self_triggers == []
    assert heard.seconds > 12


def test_how_much_of_the_echo_is_taken_out_is_measured(scene: Scene) -> None:
    loud = RoomSettings(echo_db=10.0, noise_db=-40.0)
    heard = talking.run(replace(scene, settings=loud, texts=TEXTS * 3, commands=()))
    assert heard.before > 30 * heard.after > 0


def test_what_nobody_said_is_told(scene: Scene, spoken: Say, tmp_path: Path) -> None:
    """The television says "skip this one", again and again."""
    television = tmp_path / "television.wav"
    soundfile.write(
        television,
        np.concatenate([spoken("skip this one"), silence(1.5)]),
        HEARING_RATE,
        subtype="FLOAT",
    )
    heard = talking.run(
        replace(scene, texts=TEXTS * 2, noise=television, noise_dbfs=-28.0, commands=())
    )
    assert "skip this one" in heard.self_triggers
    assert heard.barge_ins >= 1


def test_a_drawn_room_keeps_to_what_the_benchmark_promises(corpus: Path) -> None:
    rooms = recordings(corpus / "rooms")
    drawn = [barge_in._scene("x", 0.0, rooms, np.random.default_rng(seed)) for seed in range(60)]
    assert all(
        0.04 <= one.settings.delay <= 0.3 and abs(one.settings.drift) <= 200 for one in drawn
    )
    assert {one.ways[0].name for one in drawn} == {"a.wav"}, "the loudspeaker is near"
    assert {one.ways[1].name for one in drawn} == {"b.wav"}, "the user is not"
    assert 10 <= sum(one.settings.moves_at is not None for one in drawn) <= 30
    assert 15 <= sum(bool(one.settings.drive) for one in drawn) <= 45


def test_the_table_has_every_case(corpus: Path, tmp_path: Path) -> None:
    options = [
        "--data",
        str(corpus),
        "--limit",
        "1",
        "--jobs",
        "1",
        "--json",
        str(tmp_path / "out.json"),
    ]
    result = CliRunner().invoke(barge_in.main, options)
    assert result.exit_code == 0, result.output
    rows = {
        (row["case"], row["metric"])
        for row in json.loads((tmp_path / "out.json").read_text())["rows"]
    }
    assert {("no echo", metric) for metric in ("obeyed", "stop_obeyed", "self_triggers")} <= rows
    for level in ("-10", "0", "5", "10"):
        assert {
            (f"echo{level}dB", metric) for metric in ("obeyed", "stop_obeyed", "self_triggers")
        } <= rows
    assert {("noise", "false_barge_ins_per_hour"), ("cost", "core_share")} <= rows


@pytest.mark.parametrize("benchmark", [barge_in.main, layers.main], ids=["barge_in", "layers"])
def test_without_recordings_it_says_that_it_skips(benchmark: click.Command, tmp_path: Path) -> None:
    result = CliRunner().invoke(benchmark, ["--data", str(tmp_path / "none")])
    assert (result.exit_code, "skipped: there are no recordings" in result.output) == (0, True)


def test_a_layer_that_is_left_out_is_missed(scene: Scene) -> None:
    """Behind the gate nothing is heard over the coach; without a canceller all of its echo is."""
    assert talking.run(replace(scene, canceller="gate")).obeyed == [[]]
    coach = Scene("test", RoomSettings(echo_db=0.0), scene.ways, ("Skip this one.",) * 3)
    heard = {name: talking.run(replace(coach, canceller=name)) for name in ("no canceller", "all")}
    assert heard["all"].self_triggers == []
    assert heard["no canceller"].after == heard["no canceller"].before


@pytest.mark.parametrize("name", CANCELLERS)
def test_every_layer_can_be_left_out(scene: Scene, name: str) -> None:
    """Without any canceller the coach answers itself: what the others are for."""
    heard = talking.run(replace(scene, texts=TEXTS[:1], commands=(), canceller=name))
    assert heard.seconds > 2
    assert name == "no canceller" or heard.self_triggers == []


def test_the_table_of_layers_has_their_rows(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = recordings(corpus / "rooms")
    breathless = [
        " and ".join([TEXTS[0].rstrip(".")] * 8)
    ]  # no command falls between two of its sentences
    monkeypatch.setattr(layers, "texts_and_rooms", lambda _chosen: (breathless, rooms))
    options = ["--data", str(corpus), "--limit", "1", "--jobs", "1", "--layer", "gate"]
    result = CliRunner().invoke(layers.main, [*options, "--json", str(tmp_path / "out.json")])
    assert result.exit_code == 0, result.output
    rows = {
        (row["case"], row["metric"]): row["value"]
        for row in json.loads((tmp_path / "out.json").read_text())["rows"]
    }
    assert rows["gate, echo 0 dB", "obeyed"] == rows["gate, echo 10 dB", "obeyed"] == 0
    assert rows["gate", "core_share"] < 0.05
