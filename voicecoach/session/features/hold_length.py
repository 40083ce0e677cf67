"""Set by voice how long to hold, and how long to wait."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.content.exercise import Hold
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import MOST_HOLD

LEAST_HOLD = 5
"""Shortest hold (s) a user may set (docs/reference/exercise-sources.md)."""

WAIT = 20.0
"""Seconds that "wait" adds when no number is said."""

MOST_WAIT = 300.0
"""Longest wait (s) that is measured.

For a longer one the session is paused, so that the user need not hurry back.
"""

SOONEST_END = 2
"""Seconds until the end of a hold that is made shorter than what has passed of it."""


class Lengths:
    """Change the lengths of the current step."""

    def __init__(self, flow: RoutineFlow):
        self.flow = flow

    def set_hold(self, seconds: float | None, *, counting: bool) -> None:
        """Hold the current exercise for `seconds`, within limits; `counting`: at once."""
        flow, lines = self.flow, self.flow.writer.lines
        if seconds is None or flow.work is None or not isinstance(flow.work.dose, Hold):
            flow.reply("hold.not_a_hold")
        elif seconds > MOST_HOLD:
            flow.reply(
                "hold.too_long", duration=lines.duration(seconds), most=lines.duration(MOST_HOLD)
            )
        elif seconds < LEAST_HOLD:
            flow.reply(
                "hold.too_short", duration=lines.duration(seconds), least=lines.duration(LEAST_HOLD)
            )
        else:
            flow.set_hold(round(seconds))
            if counting:
                self._change_count(round(seconds))
            flow.reply("hold.changed", duration=lines.duration(seconds))

    def wait(self, seconds: float | None) -> None:
        """Give the user `seconds` from now on, never less than is left.

        `seconds` None means the usual number.
        """
        self.take_time(WAIT if seconds is None else seconds)
        self.flow.reply("wait")

    def take_time(self, seconds: float = WAIT) -> None:
        """Let the end of the present script come no sooner than in `seconds`."""
        if self.flow.left < seconds:
            self.flow.lengthen(seconds - self.flow.left)

    def _change_count(self, seconds: int) -> None:
        """Change the length of the hold being counted; its end can still be announced."""
        step, position = self.flow.work, self.flow.position
        if step is None or not isinstance(step.dose, Hold):
            return
        seconds = max(seconds, int(position) + SOONEST_END)
        self.flow.recount(replace(step, dose=step.dose.model_copy(update={"seconds": seconds})))
