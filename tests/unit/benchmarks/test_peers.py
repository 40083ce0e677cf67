"""The comparison with peers: what they are made from, when they have decided, and a small run that
needs none."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

import peer.whisper as whisper
import peers
from lib import hearing
from lib.report import Row
from peer import base, process, say_and_sleep, segments, sphinx
from peer.moonshine import vocabulary
from peer.wordings import Wordings, plain
from voicecoach.app.components import App
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.understanding import Understanding, WordGraph

NOWHERE = WordGraph(({},), {})


def made_from(folder: Path, *phrases: str) -> base.Setup:
    return base.Setup(phrases, NOWHERE, folder, folder, folder)


# --- from dictation to commands -----------------------------------------------------------------


def test_dictated_text_is_compared_without_its_case_punctuation_and_digits() -> None:
    assert plain("Stop!") == "stop"
    assert plain("What’s next?") == "what's next"
    assert (
        plain("Give me 25 more seconds, or 20; no, 7.")
        == "give me twenty five more seconds or twenty no seven"
    )


def test_the_likest_wording_is_obeyed_if_it_is_like_enough() -> None:
    wordings = Wordings(["stop", "how long is left"])
    near = wordings.understand("How long is lift?")
    assert near
    assert (near.accepted, near.sentence) == (True, "how long is left")
    far = wordings.understand("Nobody knows how long it lasts.")
    assert far
    assert not far.accepted
    assert wordings.understand(" ... ") is None


# --- the automaton ------------------------------------------------------------------------------


def test_the_grammar_of_pocketsphinx_has_the_commands_and_no_more() -> None:
    arcs: tuple[dict[str, int], ...] = (
        {"stop": 1, "go": 2, "four": 3, "fjord": 4},
        {},
        {"back": 1},
        {},
        {"side": 1},
    )
    final = {1: frozenset({"command"}), 3: frozenset({"answer"})}
    graph = sphinx.without(WordGraph(arcs, final), {"answer"})
    assert graph.arcs[0].keys() == {"stop", "go", "fjord"}
    found = sphinx.transitions(graph, lambda word: word != "fjord")
    assert [arc for arc in found if arc[0] == 0] == [(0, 1, 0.5, "stop"), (0, 2, 0.5, "go")]
    assert (1, len(arcs), 1.0) in found


# --- sound --------------------------------------------------------------------------------------


def test_utterances_are_found_between_silences(spoken: Callable[[str], Samples]) -> None:
    silence = np.zeros(HEARING_RATE, dtype=np.float32)
    sound = np.concatenate(
        [silence, spoken("next exercise"), silence, spoken("how long is left"), silence]
    )
    blocks = [sound[start : start + 320] for start in range(0, len(sound), 320)]
    ended = [one for found in segments.utterances(blocks) for one in found]
    assert len(ended) == 2
    for utterance, text in zip(ended, ("next exercise", "how long is left"), strict=True):
        assert len(utterance) / HEARING_RATE == pytest.approx(
            len(spoken(text)) / HEARING_RATE + 0.8, abs=0.3
        )


def test_whispers_spectrogram_shows_a_tone_in_its_band_and_while_it_sounds() -> None:
    bands = whisper.mel_bands()
    assert bands.shape == (80, 201)
    tone = np.sin(2 * np.pi * 1000 * np.arange(HEARING_RATE) / HEARING_RATE).astype(np.float32)
    (found,) = whisper.spectrogram(tone, bands)
    assert found.shape == (80, 3000)
    loudest = int(found[:, 50].argmax())
    assert 40 * int(bands[loudest].argmax()) == pytest.approx(
        1000, abs=40
    )  # 40 Hz from one bin to the next
    assert found[loudest, 50] - found[loudest, 150] == pytest.approx(2.0)  # 80 dB, in units of 40


# --- processes and clocks -----------------------------------------------------------------------


class Slow:
    """Decides with the third block."""

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        for number, _ in enumerate(blocks, start=1):
            yield [base.obeyed("stop", "stop")] if number == 3 else []


@pytest.mark.parametrize(
    ("clock", "processor", "done"), [(0.001, 0.001, 0.061), (0.05, 0.06, 0.17), (0.9, 0.05, 0.17)]
)
def test_a_peer_that_is_slower_than_sound_falls_behind_but_not_because_the_machine_is_busy(
    monkeypatch: pytest.MonkeyPatch, clock: float, processor: float, done: float
) -> None:
    def ticks(block: float) -> Callable[[], float]:
        read = itertools.count()
        return lambda: next(read) // 2 * block

    # One watch is made for the whole; then each block is timed from one reading to the next.
    monkeypatch.setattr(time, "perf_counter", ticks(clock))
    monkeypatch.setattr(time, "process_time", ticks(processor))
    (decision,) = process.listened(Slow(), np.zeros(1600, dtype=np.float32)).decisions
    assert decision.came == pytest.approx(0.06)
    assert decision.done == pytest.approx(done)


@pytest.mark.parametrize("where", ["peer.whisper:Whisper", "peer.moonshine:Moonshine"])
def test_what_is_not_installed_is_named_with_the_way_to_get_it(tmp_path: Path, where: str) -> None:
    with pytest.raises(base.AbsentError, match="make peers"):
        base.made(where, made_from(tmp_path))


def test_a_package_without_a_vocabulary_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.js").write_text("nothing", encoding="utf-8")
    with pytest.raises(base.AbsentError, match="no vocabulary"):
        vocabulary(tmp_path / "x.js")


PARROTS = """
from peer.base import AbsentError, obeyed

class Parrot:
    def __init__(self, setup):
        self.phrase = setup.phrases[0]
        print("what a library prints")

    def hear(self, blocks):
        for number, _ in enumerate(blocks):
            yield [obeyed("squawk", self.phrase)] if number == 80 else []

class Extinct:
    def __init__(self, setup):
        raise AbsentError("there are no more of them; go and find one")
"""


def test_a_run_compares_peers_and_names_those_that_are_missing(
    tmp_path: Path, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parrots.py").write_text(PARROTS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(hearing, "the_app", lambda _intents: app)
    monkeypatch.setattr(peers, "the_app", lambda _intents: app)
    monkeypatch.setattr(peers, "setup_of", lambda folder: made_from(folder, "next"))
    known = {
        base.OURS: "parrots:Parrot",
        "dodo": "parrots:Extinct",
        "vosk dictation": "parrots:Parrot",
    }
    for name, where in known.items():
        monkeypatch.setitem(base.PEERS, name, where)
    labels = ["path\ttext\tspeaker\tseconds\tlicence\tsource"]
    (tmp_path / "voices").mkdir()
    for text in ("next", "stop", "seventeen"):
        sound = np.concatenate([np.full(8000, 0.1), np.zeros(1600)]).astype(np.float32)
        soundfile.write(tmp_path / "voices" / f"{text}.wav", sound, HEARING_RATE, subtype="FLOAT")
        labels.append(f"{text}.wav\t{text}\tx\t0.6\t\t")
    (tmp_path / "voices" / "labels.tsv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    monkeypatch.setattr(peers, "SILENCE", 1.0)
    file = tmp_path / "table.json"
    option = next(one for one in peers.main.params if one.name == "names")
    monkeypatch.setattr(option.type, "choices", tuple(known))
    options = [
        "--data",
        tmp_path,
        "--part",
        "hearing",
        "--json",
        file,
        *(f"--peer={name}" for name in known),
    ]
    result = CliRunner().invoke(peers.main, list(map(str, options)))
    assert result.exit_code == 0, result.output
    assert "skipped dodo: there are no more of them; go and find one.\n" in result.stdout
    found = json.loads(file.read_text(encoding="utf-8"))
    assert {"machine", "commit"} < set(found)
    rows = {(row["case"], row["metric"]): row["value"] for row in found["rows"]}
    assert rows["vosk dictation", "voices/clean accuracy"] == 0.5
    assert rows["vosk dictation", "voices/other false_commands"] == 1.0
    assert rows["vosk dictation / voicecoach", "voices/clean accuracy"] == 1.0
    # Speech lasts from 0.5 to 1.0 s, and the block that decides has been recorded after 81 of 20
    # ms.
    assert rows["vosk dictation", "decision median_ms"] == pytest.approx(620, abs=15)
    assert rows["vosk dictation", "memory_mb"] > 1


# --- counting -----------------------------------------------------------------------------------


def test_counts_are_found_by_the_silence_before_them() -> None:
    rate = 1000
    sound = np.zeros(5 * rate, dtype=np.float32)
    for at in (0.5, 2.0, 3.9):
        sound[round(at * rate) : round((at + 0.1) * rate)] = 0.5
        sound[round((at + 0.2) * rate) : round((at + 0.3) * rate)] = 0.5  # the same word
    onsets = say_and_sleep.onsets(sound, rate)
    assert onsets == pytest.approx([0.5, 2.0, 3.9])
    rows = {row.metric: row.value for row in peers.beats("x", onsets)}
    assert rows["count worst_error_ms"] == pytest.approx(900)
    assert rows["count median_error_ms"] == pytest.approx(700)
    assert rows["count drift_ms"] == pytest.approx(1400)


def test_nothing_is_compared_with_nought() -> None:
    rows = [Row(base.OURS, "a", 2.0, "ms", 1), Row(base.OURS, "b", 0.0, "ms", 1)]
    rows += [
        Row("other", "a", 3.0, "ms", 5),
        Row("other", "b", 1.0, "ms", 5),
        Row("other", "c", 1.0, "ms", 5),
    ]
    (ratio,) = peers.ratios(rows)
    assert (ratio.case, ratio.metric, ratio.value) == ("other / voicecoach", "a", 1.5)
