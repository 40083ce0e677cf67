"""Commands that set how the user is coached: counting, words, pace, volume, voice. They take effect at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from voicecoach.core.actions import OtherVoice, Volume
from voicecoach.session.features.pace import change_pace
from voicecoach.session.profile.preferences import LOUDEST, PACES, QUIETEST, CountStyle, Pace

if TYPE_CHECKING:
    from voicecoach.session.session import Session

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


def _count_style(session: Session, slots: Mapping[str, object]) -> None:
    """Count in another way; what is being counted goes on in it."""
    style = str(slots.get("counting"))
    if style not in get_args(CountStyle):
        style = "usual"
    session.prefer(counting=style)
    if session.state == "working":
        session.flow.recount()
    session.flow.reply(COUNTING_LINES[style])


def _fewer_words(session: Session, _slots: Mapping[str, object]) -> None:
    session.prefer(words="few")
    if session.state == "announcing":
        session.flow.announce_anew("words.few")
    else:
        session.flow.reply("words.few")


def _full_instructions(session: Session, _slots: Mapping[str, object]) -> None:
    session.prefer(words="usual")
    session.flow.forget_explanations()
    if session.state == "announcing":
        session.flow.announce_anew("words.usual")
    else:
        session.flow.reply("words.usual")


def _slower(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        _go(session, 1, "pace.slower", "pace.slowest")
        if session.state == "positioning":
            session.lengths.take_time()


def _faster(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        _go(session, -1, "pace.faster", "pace.fastest")


def _go(session: Session, steps: int, line: str, at_the_end: str) -> None:
    """Take a slower (1) or a faster (-1) pace, if there is one."""
    paces: list[Pace] = list(PACES)
    number = paces.index(session.preferences.pace) + steps
    if not 0 <= number < len(paces):
        session.flow.reply(at_the_end)
        return
    session.prefer(pace=paces[number])
    change_pace(session.flow, PACES[paces[number]], session.state)
    session.flow.reply(line)


def _louder(session: Session, _slots: Mapping[str, object]) -> None:
    _turn(session, "volume.louder", "volume.louder.end", VOLUME_STEP)


def _quieter(session: Session, _slots: Mapping[str, object]) -> None:
    _turn(session, "volume.quieter", "volume.quieter.end", -VOLUME_STEP)


def _turn(session: Session, line: str, at_the_end: str, decibels: int) -> None:
    """Turn the volume up or down by `decibels`, as far as it goes."""
    volume = session.preferences.volume + decibels
    if not QUIETEST <= volume <= LOUDEST:
        session.flow.reply(at_the_end)
        return
    session.prefer(volume=volume)
    session.flow.actions.append(Volume(volume))
    session.flow.reply(line)


def _change_voice(session: Session, _slots: Mapping[str, object]) -> None:
    """Change it once the new voice can say what comes next, and tells of itself."""
    coming = [cue.text for cue in session.flow.script.cues if cue.text]
    session.flow.reply("voice.looking")
    session.flow.actions.append(OtherVoice((session.lines("voice.changed"), *coming)))


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
