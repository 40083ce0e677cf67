"""What is known of the sessions before this one. Whoever keeps it implements `Past`; without it nothing is known."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Protocol

from voicecoach.core.past_sessions import Progress, StoredSession


class Past(Protocol):
    """The sessions before this one."""

    def strength_lately(self) -> bool:
        """Whether strength work was done today or the day before: muscles need a day between."""

    def known_exercises(self) -> frozenset[str]:
        """Exercises that were done to their end not long ago, and need no full explanation."""

    def unfinished(self) -> StoredSession | None:
        """The last session, where it was broken off within a day, and may be carried on with."""

    def last(self) -> StoredSession | None:
        """The last session."""

    def progress(self) -> Progress:
        """How it has gone so far."""

    def last_glass(self) -> datetime | None:
        """When the last glass of water was drunk."""

    def reminders(self) -> Collection[time]:
        """When to remind of the exercises, every day."""

    def declined(self) -> Collection[time]:
        """The times of the settings of which the user wanted to hear no more."""

    @property
    def lasting(self) -> bool:
        """Whether what is noted in this session is known in the next one."""


class NothingKnown:
    """No session before this one is known."""

    def strength_lately(self) -> bool:
        """Not that one knows."""
        return False

    def known_exercises(self) -> frozenset[str]:
        """Every exercise is new."""
        return frozenset()

    def unfinished(self) -> StoredSession | None:
        """Nothing was broken off."""
        return None

    def last(self) -> StoredSession | None:
        """There was none."""
        return None

    def progress(self) -> Progress:
        """Everything is to come."""
        return Progress()

    def last_glass(self) -> datetime | None:
        """Not that one knows."""
        return None

    def reminders(self) -> Collection[time]:
        """None was set."""
        return ()

    def declined(self) -> Collection[time]:
        """None that one knows."""
        return ()

    @property
    def lasting(self) -> bool:
        """Nobody writes it down."""
        return False
