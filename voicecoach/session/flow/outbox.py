"""What is being played, and what is to be done next: scripts, answers over them, and changes of a beat under way."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.actions import Action, Play, Reply
from voicecoach.core.script import Script
from voicecoach.session.script.writer import ScriptWriter


class Outbox:
    """Collects the actions to carry out. `position` is to be set before each event: seconds into the beat `script`
    (0 in a flow)."""

    def __init__(self, writer: ScriptWriter):
        self.writer = writer
        self.actions: list[Action] = []
        self.position = 0.0
        self.script = Script()

    @property
    def left(self) -> float:
        """Seconds that are left of the beat script; 0 in a flow."""
        return max(0.0, (self.script.seconds or 0.0) - self.position)

    def play(self, script: Script, position: float = 0.0) -> None:
        """Play `script`, from `position` (s) on, in place of the one being played."""
        self.script, self.position = script, position
        self.actions.append(Play(script, position))

    def go_on_as(self, script: Script, *, moved: float = 0.0) -> None:
        """Let the beat script go on as another on the same clock; `moved`: whose zero is so many seconds later."""
        self.script = script
        self.position -= moved
        self.actions.append(Play(script, keep_clock=True, moved=moved))

    def lengthen(self, seconds: float) -> None:
        """Let the beat script last `seconds` longer; what is still to be said comes so much later."""
        script = self.script
        cues = tuple(replace(cue, at=cue.at + seconds) if cue.at > self.position else cue for cue in script.cues)
        self.go_on_as(replace(script, cues=cues, seconds=(script.seconds or 0.0) + seconds))

    def reply(self, line: str, *more: str, **values: object) -> None:
        """Say a line over what is going on, and `more` that need nothing filled in."""
        self.actions.append(Reply((self.writer.cue(line, **values), *(self.writer.cue(one) for one in more))))
