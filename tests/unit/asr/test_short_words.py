"""Short words that the voice-activity detector doubts: told by how far they rise out of what was
before."""

from __future__ import annotations

import numpy as np
import pytest

from voicecoach.asr.detection.short_words import BEFORE, LONGEST, RISE, ShortWordDetector

QUIET, WORD = -60.0, -25.0
DOUBTFUL, NO_VOICE = 0.2, 0.02


def heard(
    levels: list[float], probability: float = DOUBTFUL, residual: float = -np.inf
) -> list[bool]:
    """Whether each chunk belongs to a short word, after as much quiet as is looked back at."""
    burst = ShortWordDetector()
    for _ in range(BEFORE + RISE):
        assert not burst.feed(QUIET, -np.inf, 0.0)
    return [burst.feed(level, residual, probability) for level in levels]


def test_a_short_word_far_above_all_that_was_before_counts_as_long_as_it_is_loud() -> None:
    assert heard([WORD] * 6 + [WORD - 20] * 4) == [True] * 6 + [False] * 4


def test_a_knock_is_no_word() -> None:
    assert not any(heard([WORD] * 6, NO_VOICE))


def test_a_word_that_begins_like_a_knock_counts_from_where_it_sounds_like_a_voice() -> None:
    burst = ShortWordDetector()
    for _ in range(BEFORE + RISE):
        burst.feed(QUIET, -np.inf, 0.0)
    assert [burst.feed(WORD, -np.inf, one) for one in (0.0, 0.05, 0.3, 0.05)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_word_may_take_a_moment_to_become_loud() -> None:
    assert heard([WORD - 25, WORD - 15, WORD - 8, WORD]) == [False, True, True, True]
    assert heard([WORD - 28, WORD - 27, WORD - 26, WORD])[-1]


def test_what_goes_on_is_no_short_word() -> None:
    found = heard([WORD] * (2 * LONGEST))
    assert all(found[:LONGEST])
    assert not any(found[LONGEST:])


@pytest.mark.parametrize("before", [[QUIET, WORD - 5], [WORD - 5, WORD - 25]])
def test_in_noise_that_goes_up_and_down_nothing_stands_out(before: list[float]) -> None:
    assert not any(heard(before * BEFORE + [WORD])[-1:])


def test_what_may_be_the_coachs_own_voice_is_no_word() -> None:
    assert not any(heard([WORD] * 6, residual=WORD - 5))
    assert all(heard([WORD] * 6, residual=WORD - 20))


def test_nothing_is_told_before_anything_was_heard() -> None:
    assert not ShortWordDetector().feed(WORD, -np.inf, 1.0)
