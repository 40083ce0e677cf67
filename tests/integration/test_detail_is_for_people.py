"""No behaviour hangs on the wording of a message: reword every reason, and the coach does the
same."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

import pytest
import yaml

from tests.support.paths import ROOT
from voicecoach.app.builders import coach_of, no_hearing
from voicecoach.app.components import App
from voicecoach.app.typed import FAST_RATE, run_fast
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.engine.coach import LogEvent
from voicecoach.playback.clip_source import SilentSource

CHEST = [
    "start leg routine",
    "+2 two",
    "+20 my chest hurts",
    "+1 ready",
    "+1 jog instead",
    "+12 next",
    "+1 help",
]
MIXED = [
    "start stretch only",
    "+1 jog instead",
    "+1 resume",
    "+30 four",
    "+1 i'm really busy",
    "+1 pause",
    "+1 ready",
]


class RewordingApp(App):
    """An app whose matcher gives every reason in other words."""

    def understand(self, heard: Hypothesis, states: Collection[str] | None) -> Understanding:
        return replace(super().understand(heard, states), detail="in other words")


def events(app: App, lines: list[str]) -> list[tuple[float, str, dict[str, object]]]:
    """Return what happens in a typed session, without the reasons."""
    coach = coach_of(app, FAST_RATE, SilentSource(FAST_RATE), no_hearing(), remembers=False)
    log: list[LogEvent] = []
    coach.listeners.append(log.append)
    run_fast(coach, lines)
    return [(entry.at, entry.kind, {**entry.data, "reason": ""}) for entry in log]


def drawn(seed: int) -> list[str]:
    """Return a session of sentences drawn at random from those of the tests."""
    tests = yaml.safe_load((ROOT / "tests" / "sentences.yaml").read_text(encoding="utf-8"))["tests"]
    sentences = [sentence for test in tests for sentence in test["sentences"]]
    return [
        "start leg routine",
        *(f"+3 {text}" for text in random.Random(seed).sample(sentences, 25)),
    ]


def test_after_a_red_flag_ready_is_answered_whatever_the_reason_is_called() -> None:
    said = [
        str(data["text"]) for _at, kind, data in events(RewordingApp(), CHEST) if kind == "said"
    ]
    assert any(text.startswith("We do not go on with this today") for text in said)


@pytest.mark.parametrize(
    "lines", [CHEST, MIXED, drawn(1), drawn(2)], ids=["chest", "mixed", "drawn 1", "drawn 2"]
)
def test_a_session_goes_the_same_when_every_reason_is_reworded(lines: list[str]) -> None:
    assert events(RewordingApp(), lines) == events(App(), lines)
