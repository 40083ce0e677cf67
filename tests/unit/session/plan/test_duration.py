"""The length that the coach announces, against the length of all that it then says and counts."""

from __future__ import annotations

import pytest

from voicecoach.content.library import load_library
from voicecoach.content.lines import load_lines
from voicecoach.core.actions import Action, Play
from voicecoach.core.script import Script
from voicecoach.core.understanding import Command
from voicecoach.session.plan.duration import seconds_from, whole_length
from voicecoach.session.session import Session

LIBRARY = load_library()
ONE_WORD, SILENCE, TONE = 1 / 2.5, 0.2, 0.3
"""Seconds of a word at 150 words a minute, of the silence at the ends of a sentence, and of a
tone."""


def length(script: Script) -> float:
    """Seconds that a script takes."""
    if script.seconds is not None:
        return script.seconds
    return sum(
        cue.gap + (SILENCE + ONE_WORD * len(cue.text.split()) if cue.text else TONE)
        for cue in script.cues
    )


def led(session: Session, actions: list[Action]) -> list[tuple[int, float]]:
    """What is played from `actions` to the end of the routine: the step it belongs to, and its
    seconds."""
    found = []
    while True:
        found += [
            (session.flow.index, length(action.script))
            for action in actions
            if isinstance(action, Play)
        ]
        if session.state == "idle":
            return found
        actions = session.script_finished()


@pytest.mark.parametrize("routine", LIBRARY.routines)
def test_a_routine_takes_about_as_long_as_is_said(routine: str) -> None:
    session = Session(LIBRARY, load_lines())
    parts = led(session, session.command(Command("StartRoutine", {"routine": routine})))
    plan = session.flow.plan
    assert whole_length(plan) == pytest.approx(sum(seconds for _, seconds in parts), rel=0.05)
    half = len(plan) // 2
    left = sum(seconds for index, seconds in parts if index >= half)
    assert seconds_from(plan, half) == pytest.approx(left, rel=0.1)
    assert seconds_from(plan, len(plan)) == 0


def test_nothing_takes_no_time() -> None:
    assert seconds_from((), 0) == 0
