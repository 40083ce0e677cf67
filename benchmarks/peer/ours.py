"""The coach's own hearing and understanding, with the whole grammar active."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hearing import the_app
from peer.base import Setup
from voicecoach.events import Samples, Understanding


class Ours:
    """See module docstring."""

    def __init__(self, _setup: Setup):
        the_app(None).listener()

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """See Peer."""
        app = the_app(None)
        listener = app.listener()
        for block in blocks:
            yield [app.understand(heard, None) for heard in listener.feed(block)]
