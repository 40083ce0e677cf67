"""Collect what is to be played: scripts, replies, and changes of a count."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.actions import Action, Play, Reply
from voicecoach.core.script import Script
from voicecoach.session.script.writer import ScriptWriter


class Outbox:
    """Collect the actions to carry out.

    Set `position` before each event: seconds into the beat `script` (0 in a flow).
    """

    def __init__(self, writer: ScriptWriter):
        self.writer = writer
        self.actions: list[Action] = []
        self.position = 0.0
        self.script = Script()

    @property
    def left(self) -> float:
        """Return the seconds that are left of the beat script; 0 in a flow."""
        return max(0.0, (self.script.seconds or 0.0) - self.position)

    def play(self, script: Script, position: float = 0.0) -> None:
        """Play `script` from `position` (s) on, instead of the one being played."""
        self.script, self.position = script, position
        self.actions.append(Play(script, position))

    def go_on_as(self, script: Script, *, moved: float = 0.0) -> None:
        """Exchange the beat script for another on the same clock.

        The zero of the new one lies `moved` seconds later.
        """
        self.script = script
        self.position -= moved
        self.actions.append(Play(script, keep_clock=True, moved=moved))

    def lengthen(self, seconds: float) -> None:
        """Let the beat script last `seconds` longer; its coming cues move by as much."""
        script = self.script
        cues = tuple(
            replace(cue, at=cue.at + seconds) if cue.at > self.position else cue
            for cue in script.cues
        )
        self.go_on_as(replace(script, cues=cues, seconds=(script.seconds or 0.0) + seconds))

    def reply(self, line: str, *more: str, **values: object) -> None:
        """Say a line over the script, and `more` lines without placeholders."""
        self.actions.append(
            Reply((self.writer.cue(line, **values), *(self.writer.cue(one) for one in more)))
        )
