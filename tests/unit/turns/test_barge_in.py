"""Whose words they were, and when the coach yields the floor."""

from __future__ import annotations

import pytest

from voicecoach.turns.barge_in import FORGIVEN, IN_VAIN, LONGEST_YIELD, BargeInPolicy
from voicecoach.turns.self_speech import is_own_voice


@pytest.mark.parametrize(
    ("heard", "said", "its_own"),
    [
        ("stop", "Stopped. Say carry on", True),
        ("go back", "Going back one. Go backwards", True),
        ("carry on", "Say carry on if you want", True),
        ("[unk] carry on", "Say carry on if you want", True),
        ("stop", "Step onto the stair", False),
        ("no", "Now the other leg", False),
        ("next", "And release. Ten", False),
        ("start leg", "Start legs up the wall", True),
        ("start leg", "Start the routine with", False),
        ("stop", "", False),
    ],
)
def test_what_the_coach_says_just_then_is_its_own_voice(
    heard: str, said: str, its_own: bool
) -> None:
    assert is_own_voice(heard, said) is its_own


def speak(floor: BargeInPolicy, at: float, seconds: float = 1.0) -> bool:
    """Somebody speaks for a while: whether the coach yielded at once."""
    yielded = floor.yields(at, speech=True)
    assert floor.yields(at + seconds, speech=False) is False
    return yielded


def test_it_yields_at_once_and_for_as_long_as_somebody_speaks() -> None:
    floor = BargeInPolicy()
    assert floor.yields(10.0, speech=True)
    assert floor.yields(10.0 + LONGEST_YIELD - 0.1, speech=True)
    assert not floor.yields(10.0 + LONGEST_YIELD, speech=True)


def test_to_what_comes_to_nothing_again_and_again_it_does_not_yield_for_a_while() -> None:
    floor = BargeInPolicy()
    assert all(speak(floor, 2.0 * number) for number in range(IN_VAIN))
    assert not speak(floor, 2.0 * IN_VAIN)
    assert speak(floor, 2.0 * IN_VAIN + FORGIVEN)


@pytest.mark.parametrize("understood_before", range(1, IN_VAIN + 1))
def test_once_something_was_understood_it_yields_again(understood_before: int) -> None:
    floor = BargeInPolicy()
    for number in range(understood_before):
        speak(floor, 2.0 * number)
    floor.understood()
    assert speak(floor, 2.0 * IN_VAIN)
