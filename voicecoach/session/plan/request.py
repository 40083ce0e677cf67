"""Define a user's request: length, muscles, places, kinds, and exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voicecoach.session.slots import duration_s, text, texts

SHORT = 7 * 60.0
"""Seconds of "something short"."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Hold what a user asks of a routine.

    Attributes:
        routine: Only its exercises are used; None: all exercises.
        seconds: Length of the routine; None: as long as the routine is.
        muscles: Muscles to stretch; empty: all of them.
        places: The only positions to use; kneeling counts as on the floor, too.
        kinds: The only kinds to use: `stretch`, `strength`, `warm-up`.
        without: Keys of `selectors.matches` to leave out.
        elsewhere: Parts of the body that were asked for and for which there is nothing.
        today: Keys that were to be left out before this request.
    """

    routine: str | None = None
    seconds: float | None = None
    muscles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    today: tuple[str, ...] = ()

    def with_more(self, more: PlanRequest) -> PlanRequest:
        """Return this request with `more` said afterwards ("but only standing").

        A request that names exercises itself replaces this one.
        """
        if more.routine or more.muscles or more.elsewhere:
            return more
        return replace(
            self,
            seconds=more.seconds or self.seconds,
            places=more.places or self.places,
            kinds=more.kinds or self.kinds,
            without=tuple(dict.fromkeys((*self.without, *more.without))),
        )


def request_from(slots: Mapping[str, object], today: tuple[str, ...] = ()) -> PlanRequest:
    """Return the request in the slots of a command."""
    size = SHORT if slots.get("size") == "short" else None
    return PlanRequest(
        routine=text(slots, "routine"),
        seconds=duration_s(slots) or size,
        muscles=texts(slots, "muscle"),
        places=texts(slots, "posture"),
        kinds=texts(slots, "kind"),
        without=texts(slots, "without"),
        elsewhere=texts(slots, "elsewhere"),
        today=today,
    )
