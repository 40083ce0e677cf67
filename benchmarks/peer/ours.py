"""The coach's own hearing and understanding, with the whole grammar active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lib.hearing import the_app
from peer.base import Setup
from voicecoach.core.audio import Samples
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.turns.continuation import continue_utterance


class Ours:
    """See module docstring."""

    def __init__(self, _setup: Setup):
        the_app(None).utterance_detector()

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """See Peer."""
        detector = the_app(None).utterance_detector()
        before: Understanding | None = None
        for block in blocks:
            told = []
            for heard in detector.feed(block):
                new = (
                    continue_utterance(before, heard, _understood)[1]
                    if heard.continues and before
                    else _understood(heard)
                )
                before = new or before
                told += [new] if new else []
            yield told


def _understood(heard: Hypothesis) -> Understanding:
    return the_app(None).understand(heard, None)
