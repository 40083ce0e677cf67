"""Write in a separate thread, so that a slow disk does not delay the sound."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")

MAX_BATCH = 1000
"""Most items that are written together."""


class Background(Generic[Item]):
    """Hand items to `write` in a thread called `name`, in batches if several wait.

    The end of the `with` block waits until all items have been written.
    """

    def __init__(self, name: str, write: Callable[[Sequence[Item]], None]):
        self._write = write
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def put(self, item: Item) -> None:
        """Add one item without waiting."""
        self._items.put(item)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._items.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            items = [self._items.get()]
            while not self._items.empty() and len(items) < MAX_BATCH:
                items.append(self._items.get())
            ended = None in items
            self._write([item for item in items if item is not None])
