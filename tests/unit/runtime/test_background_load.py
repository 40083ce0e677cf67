"""Loading while other things are done."""

from __future__ import annotations

import threading

import pytest

from voicecoach.runtime.background_load import loading


def test_it_is_loaded_while_other_things_are_done() -> None:
    needed = threading.Event()
    with loading(lambda: needed.wait(10)) as loaded:
        needed.set()  # only now: what is loaded did not hold up what is done meanwhile
        assert loaded() is True


def test_what_went_wrong_is_raised_where_it_is_needed() -> None:
    with loading(lambda: 1 // 0) as loaded, pytest.raises(ZeroDivisionError):
        loaded()


def test_a_mistake_found_meanwhile_is_told_once_loading_has_ended() -> None:
    ended = []
    with pytest.raises(ValueError, match="meanwhile"), loading(lambda: ended.append(1)):
        raise ValueError("meanwhile")
    assert ended == [1]
