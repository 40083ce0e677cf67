"""Loading several things at the same time: much of it waits for a driver or the disk, or computes outside Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def loading(load: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Load while other things are done; what is given waits for it, and raises what went wrong."""
    with ThreadPoolExecutor(1, "loading") as thread:
        yield thread.submit(load).result
