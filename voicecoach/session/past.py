"""What is known of the sessions before this one. Whoever keeps it implements `Past`; without it nothing is known."""

from __future__ import annotations

from typing import Protocol


class Past(Protocol):
    """The sessions before this one."""

    def strength_yesterday(self) -> bool:
        """Whether strength work was done the day before: muscles need a day between."""


class NothingKnown:
    """No session before this one is known."""

    def strength_yesterday(self) -> bool:
        """Not that one knows."""
        return False
