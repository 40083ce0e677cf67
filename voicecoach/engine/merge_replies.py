"""Merge the actions of several commands in one utterance."""

from __future__ import annotations

from collections.abc import Iterable

from voicecoach.core.actions import Action, Reply


def merge_replies(actions: Iterable[Action]) -> list[Action]:
    """Return `actions` in their order, with all replies merged into one at the end.

    A reply would silence the one before it, and a script the reply.
    """
    actions = list(actions)
    others: list[Action] = [action for action in actions if not isinstance(action, Reply)]
    cues = tuple(cue for action in actions if isinstance(action, Reply) for cue in action.cues)
    return [*others, Reply(cues)] if cues else others
