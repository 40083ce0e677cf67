"""Greet the user."""

from __future__ import annotations

from voicecoach.core.actions import Play, Volume
from voicecoach.session.context import SessionContext
from voicecoach.session.features.resume import Unfinished


def greet(context: SessionContext, *, half_duplex: bool, alone: bool) -> None:
    """Say hello, and what the user has to know before the first command.

    Args:
        context: The session.
        half_duplex: The coach cannot hear while it speaks.
        alone: No other coach writes the journal.
    """
    cue, preferences = context.writer.cue, context.preferences
    if preferences.volume:
        context.act(Volume(preferences.volume))
    cues = [cue("greeting")]
    if preferences.listening == "by name":
        cues.append(cue("listening.by-name", name=context.lines.phrase("name")))
    if half_duplex:
        cues.append(cue("greeting.turns"))
    if not alone:
        cues.append(cue("greeting.another"))
    cues += context.feature(Unfinished).offer()
    context.act(Play(context.writer.flow("greeting", *cues)))
