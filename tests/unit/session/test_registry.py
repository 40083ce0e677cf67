"""The handlers of all features, found by themselves."""

from __future__ import annotations

import pytest

from voicecoach.session.features import age, navigation
from voicecoach.session.registry import HANDLERS, find_handlers


def test_every_feature_is_found() -> None:
    assert HANDLERS["Age"] is age.HANDLERS["Age"]
    assert HANDLERS["Next"] is navigation.HANDLERS["Next"]


def test_two_features_that_obey_one_intent_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(navigation.HANDLERS, "Age", age.HANDLERS["Age"])
    with pytest.raises(ValueError, match="Age is obeyed by another feature"):
        find_handlers()
