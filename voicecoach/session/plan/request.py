"""What somebody asks of a session: how long, for which muscles, where, of what kind, and without what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voicecoach.session.slots import duration_s, text, texts

SHORT = 7 * 60.0
"""Seconds of "something short"."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """`seconds` long, for `muscles` (none: all of them), only at `places` (positions; one kneels on the floor, too),
    only of `kinds` (`stretch`, `strength`, `warm-up`), `without` what those keys mean (see `selection.matches`), made
    from the exercises of `routine` if one is named. `elsewhere` has parts of the body for which there is nothing;
    `today` has what was to be left out before this was asked."""

    routine: str | None = None
    seconds: float | None = None
    muscles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    today: tuple[str, ...] = ()

    def with_more(self, more: PlanRequest) -> PlanRequest:
        """This wish with `more` said afterwards ("but only standing"); what names exercises itself is a new one."""
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
    """The wish in the slots of a command."""
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
