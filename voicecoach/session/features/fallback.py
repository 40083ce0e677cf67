"""What the coach does when it has not understood: it says what it can hear, twice in different words, and then no more
until something is understood. Nobody wants to be lectured by a machine that listens to the radio."""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.session.flow.routine_flow import RoutineFlow

MOST_SAID = 2
"""Times in a row that the coach says what it can hear."""

EXPLANATIONS = {
    "help": {
        "idle": "help.idle",
        "checking": "help.checking",
        "rating": "help.rating",
        "hurting": "help.hurting",
        "comfort": "help.comfort",
        "asking": "help.asking",
        "announcing": "help.announcing",
        "positioning": "help.positioning",
        "working": "help.working",
        "resuming": "help.resuming",
        "resting": "help.resting",
        "paused": "help.paused",
    },
    "again": {
        "idle": "again.idle",
        "checking": "again.checking",
        "rating": "again.rating",
        "comfort": "again.comfort",
        "hurting": "again.hurting",
        "asking": "again.asking",
        "announcing": "again.announcing",
        "positioning": "again.positioning",
        "working": "again.working",
        "resting": "again.resting",
        "paused": "again.paused",
    },
}
"""Kind of explanation -> state -> the line that says what can be said in it."""

QUIET = ("working", "alarmed")
"""States in which a tone has to do: a count is not to be talked over, and after a red flag nothing else matters."""


class Fallback:
    """Answers through `flow`."""

    def __init__(self, flow: RoutineFlow):
        self._flow = flow
        self._times = 0

    def over(self) -> None:
        """Something has been understood."""
        self._times = 0

    def answer(self, lead: str, state: str, states: Sequence[str]) -> None:
        """Say the line `lead` and what can be said in `states` (that of an open question last), or sound a tone;
        `state` is that of the chart."""
        if state in QUIET or self._times >= MOST_SAID:
            self._flow.actions.append(Reply((Cue(tone="unclear"),)))
            return
        self._times += 1
        lines = [lead, self.line("help", states)] if self._times == 1 else [self.line("again", states)]
        self._flow.actions.append(Reply(tuple(map(self._flow.writer.cue, lines))))

    def line(self, kind: str, states: Sequence[str]) -> str:
        """The line that tells ("help"), or tells in other words ("again"), what can be said in `states`."""
        lines = EXPLANATIONS[kind]
        return next(lines[state] for state in reversed(states) if state in lines)
