"""Give a coach access to the journal: past sessions, and the one to write.

Only one coach at a time writes the journal.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from voicecoach.history.database import open_or_set_aside
from voicecoach.history.journal import Journal
from voicecoach.history.journal_writer import Entry, JournalWriter, LiveJournalWriter, Now
from voicecoach.history.queries import JournalQueries

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JournalAccess:
    """Hold the queries of past sessions (`past`) and the writer of the next one.

    `past` is None if nothing is known. `taken` means that another coach is writing, so this one
    does not.
    """

    past: JournalQueries | None = None
    watch: Callable[[Entry], None] = lambda _entry: None
    taken: bool = False


@contextmanager
def open_journal(path: Path, now: Now) -> Iterator[JournalAccess]:
    """Open the journal at `path` for as long as the coach runs.

    A fault is reported in a warning, and coaching goes on without a journal.
    """
    with ExitStack() as stack:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(FileLock(path.with_name(f"{path.name}.lock"), timeout=0))
        except Timeout:
            _LOG.warning(
                "another coach is running and writes %s; this session is not written down", path
            )
            yield JournalAccess(taken=True)
            return
        except OSError as error:
            _LOG.warning(
                "%s cannot be written: %s; nothing is remembered from this session",
                path,
                error.strerror,
            )
            yield JournalAccess()
            return
        database = open_or_set_aside(path)
        if database is None:
            yield JournalAccess()
            return
        stack.enter_context(closing(database))
        past = stack.enter_context(
            closing(sqlite3.connect(path))
        )  # asked by the coach while the other is written
        recorder = stack.enter_context(LiveJournalWriter(JournalWriter(Journal(database)), now))
        yield JournalAccess(JournalQueries(past, now), recorder.watch)
