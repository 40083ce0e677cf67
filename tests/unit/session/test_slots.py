"""Slots read by type: what was said once, several times, or not at all."""

from __future__ import annotations

import pytest

from voicecoach.session.slots import Slots, duration_s, integer, text, texts


@pytest.mark.parametrize(
    ("slots", "seconds"),
    [
        ({}, None),
        ({"seconds": 30}, 30.0),
        ({"minutes": 2}, 120.0),
        ({"minutes": 1, "seconds": 30}, 90.0),
        ({"seconds": [20, 45]}, 45.0),
        ({"minutes": 0.5}, 30.0),
    ],
)
def test_a_length_of_time_is_seconds_or_minutes_or_both(
    slots: Slots, seconds: float | None
) -> None:
    assert duration_s(slots) == seconds


def test_a_text_that_was_not_said_is_none() -> None:
    assert text({"place": "knee"}, "place") == "knee"
    assert text({"place": ""}, "place") is None
    assert text({}, "place") is None


def test_several_texts_are_given_once_each_in_their_order() -> None:
    assert texts({"without": ["floor", "lunge", "floor"]}, "without") == ("floor", "lunge")
    assert texts({"without": "floor"}, "without") == ("floor",)
    assert texts({}, "without") == ()


def test_a_number_is_rounded_to_a_whole_one() -> None:
    assert integer({"count": "3"}, "count") == 3
    assert integer({"count": 2.6}, "count") == 3
    assert integer({}, "count") is None
