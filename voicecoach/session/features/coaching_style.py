"""Commands that set how the user is coached. They take effect at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from voicecoach.core.actions import OtherVoice, Volume
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import SessionContext
from voicecoach.session.features.hold_length import Lengths
from voicecoach.session.features.pace import change_pace
from voicecoach.session.profile.preferences import LOUDEST, PACES, QUIETEST, CountStyle, Pace
from voicecoach.session.slots import text

COUNTING_LINES = {
    "usual": "counting.usual",
    "every second": "counting.every-second",
    "every five": "counting.every-five",
    "down": "counting.down",
    "none": "counting.none",
}
"""Way of counting -> the line that confirms it."""

VOLUME_STEP = 6
"""Step (dB) of "louder" and "quieter": a change that nobody asks about twice."""


def _count_style(context: SessionContext, slots: Mapping[str, object]) -> None:
    """Count in another style; a running count goes on in it."""
    style = text(slots, "counting") or ""
    if style not in get_args(CountStyle):
        style = "usual"
    context.prefer(counting=style)
    if context.state == SessionState.WORKING:
        context.flow.recount()
    context.flow.reply(COUNTING_LINES[style])


def _fewer_words(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.prefer(words="few")
    if context.state == SessionState.ANNOUNCING:
        context.flow.announce_again("words.few")
    else:
        context.flow.reply("words.few")


def _full_instructions(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.prefer(words="usual")
    context.flow.forget_explanations()
    if context.state == SessionState.ANNOUNCING:
        context.flow.announce_again("words.usual")
    else:
        context.flow.reply("words.usual")


def _slower(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        _go(context, 1, "pace.slower", "pace.slowest")
        if context.state == SessionState.POSITIONING:
            Lengths(context.flow).take_time()


def _faster(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        _go(context, -1, "pace.faster", "pace.fastest")


def _go(context: SessionContext, steps: int, line: str, at_the_end: str) -> None:
    """Take a slower (1) or a faster (-1) pace, if there is one."""
    paces: list[Pace] = list(PACES)
    number = paces.index(context.preferences.pace) + steps
    if not 0 <= number < len(paces):
        context.flow.reply(at_the_end)
        return
    context.prefer(pace=paces[number])
    change_pace(context.flow, PACES[paces[number]], context.state)
    context.flow.reply(line)


def _louder(context: SessionContext, _slots: Mapping[str, object]) -> None:
    _turn(context, "volume.louder", "volume.louder.end", VOLUME_STEP)


def _quieter(context: SessionContext, _slots: Mapping[str, object]) -> None:
    _turn(context, "volume.quieter", "volume.quieter.end", -VOLUME_STEP)


def _turn(context: SessionContext, line: str, at_the_end: str, decibels: int) -> None:
    """Turn the volume up or down by `decibels`, as far as it goes."""
    volume = context.preferences.volume + decibels
    if not QUIETEST <= volume <= LOUDEST:
        context.flow.reply(at_the_end)
        return
    context.prefer(volume=volume)
    context.act(Volume(volume))
    context.flow.reply(line)


def _change_voice(context: SessionContext, _slots: Mapping[str, object]) -> None:
    """Ask for another voice that can say what comes next, and announces itself."""
    coming = [cue.text for cue in context.flow.script.cues if cue.text]
    context.flow.reply("voice.looking")
    context.act(OtherVoice((context.lines("voice.changed"), *coming)))


HANDLERS = {
    "ChangeVoice": _change_voice,
    "CountStyle": _count_style,
    "FewerWords": _fewer_words,
    "FullInstructions": _full_instructions,
    "Slower": _slower,
    "Faster": _faster,
    "Louder": _louder,
    "Quieter": _quieter,
}
"""Intent -> what it does."""
