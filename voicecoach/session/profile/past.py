"""What is known of earlier sessions. Their store implements `Past`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Protocol

from voicecoach.core.past_sessions import Progress, StoredSession


class Past(Protocol):
    """Define the queries about past sessions."""

    def strength_lately(self) -> bool:
        """Return True if strength work was done today or yesterday.

        Muscles need a day between.
        """

    def known_exercises(self) -> frozenset[str]:
        """Return exercises done to their end not long ago; a short explanation does."""

    def unfinished(self) -> StoredSession | None:
        """Return the last session if it was broken off within a day; else None."""

    def last(self) -> StoredSession | None:
        """Return the last session; None where there was none."""

    def progress(self) -> Progress:
        """Return the progress so far."""

    def last_glass(self) -> datetime | None:
        """Return when the last glass of water was drunk; None where it is not known."""

    def reminders(self) -> Collection[time]:
        """Return the times of the daily reminders of the exercises that were set by voice."""

    def declined(self) -> Collection[time]:
        """Return the times in the settings of which the user wants no reminder any more."""

    @property
    def lasting(self) -> bool:
        """True if the next session knows what is logged in this one."""


class NothingKnown:
    """Know nothing of past sessions."""

    def strength_lately(self) -> bool:
        """Return False: no session is known."""
        return False

    def known_exercises(self) -> frozenset[str]:
        """Return no exercise: every one is new."""
        return frozenset()

    def unfinished(self) -> StoredSession | None:
        """Return None: no session is known."""
        return None

    def last(self) -> StoredSession | None:
        """Return None: no session is known."""
        return None

    def progress(self) -> Progress:
        """Return an empty progress."""
        return Progress()

    def last_glass(self) -> datetime | None:
        """Return None: no glass is known."""
        return None

    def reminders(self) -> Collection[time]:
        """Return no time: none was set."""
        return ()

    def declined(self) -> Collection[time]:
        """Return no time: none was declined."""
        return ()

    @property
    def lasting(self) -> bool:
        """False: nothing is written down."""
        return False
