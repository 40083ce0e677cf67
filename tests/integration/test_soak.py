"""The long run: what is said to a coach that waits for it, and what the table makes of the
hours."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pytest

import soak
from voicecoach.app.components import App
from voicecoach.tts.synthesizer import Synthesizer

SOUNDS = {
    kind: [np.full(4, number, dtype=np.float32)]
    for number, kind in enumerate(("StartRoutine", "Next", "talk"))
}


def heard(state: str) -> dict[int, int]:
    """How often each sound was drawn in a state; -1: none."""
    visitors = soak.Visitors(SOUNDS, seed=3)
    drawn = [visitors.sound(state) for _ in range(400)]
    numbers = [-1 if sound is None else int(sound[0]) for sound in drawn]
    return {number: numbers.count(number) for number in (-1, 0, 1, 2)}


def test_a_routine_is_started_where_there_is_none_and_anything_may_be_said_in_one() -> None:
    idle, working = heard("idle"), heard("working")
    assert idle[1] == 0
    assert idle[0] == pytest.approx(200, abs=40)
    assert working[0] == pytest.approx(working[1], abs=40)
    assert working[1] > 60
    assert min(idle[2], idle[-1], working[2]) > 40


def hour(block: float, decided: float, routines: int = 1) -> soak.Hour:
    blocks, decisions = np.full(100, block), np.full(4, decided)
    return soak.Hour(
        2_000_000, 0, 5_000, soak.Times.of(blocks), soak.Times.of(decisions), routines, 450.0
    )


def test_growth_and_slowing_are_told() -> None:
    memory = [
        (at, round(1e8 + 3e6 * at + (5e7 if at < 0.25 else 9e7))) for at in np.arange(0, 2, 1 / 12)
    ]
    rows = {
        row.metric: row.value
        for row in soak.whole([hour(0.001, 0.02), hour(0.003, 0.03)], memory, 2.0)
    }
    assert rows["growth_mb_per_hour"] == pytest.approx(
        3.0, abs=0.01
    )  # what was loaded at first does not count
    assert rows["block last_to_first"] == pytest.approx(3.0)
    assert rows["utterance last_to_first"] == pytest.approx(1.5)
    assert rows["times_real_time"] == pytest.approx(8.0)


def test_a_coach_is_led_through_its_routines(
    app: App, coach_voice: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "the_app", lambda _intents: app)
    monkeypatch.setattr(soak, "BETWEEN", (3.0, 4.0))
    monkeypatch.setattr(soak, "OFTEN", {"command": 1.0})
    sounds = {"StartRoutine": [coach_voice.clip("start quick routine").samples[::3]]}
    with ExitStack() as stack:
        simulated = soak.Soak(stack, sounds, seed=0)
        found = simulated.hour(16.0)
    assert found.routines == 1
    assert found.blocks.count == 800
    assert found.decided.count >= 1
    assert found.journal > 0
    assert simulated.memory[0][0] == 0.0
