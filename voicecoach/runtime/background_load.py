"""Load several things concurrently.

Much of the loading waits for a driver or the disk, or runs outside Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def loading(load: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Run `load` in a thread meanwhile.

    The function given waits for its result, or raises its exception.
    """
    with ThreadPoolExecutor(1, "loading") as thread:
        yield thread.submit(load).result
