"""Decide whether an utterance was meant for the coach.

Listening "by name", the coach obeys only what is said with its name ("coach, next"), danger, pain,
"stop" and "pause", and answers to its questions. The name alone calls the coach: the next utterance
is meant for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict
from voicecoach.session.context import SessionContext
from voicecoach.session.flow.question import ANSWER_TIME

NEEDS_NO_NAME = frozenset({"RedFlag", "Pain", "Stop", "Pause", "ListenAlways", "ListenByName"})
"""What counts without the name. Whoever wants to be heard again need not know how."""

MOST_WORDS = 3
"""Words of an utterance that is only a call: "hey coach", "okay coach please"."""

MEANS_SOMETHING = 60.0
"""Score from which on such an utterance was more than a call."""


@dataclass(frozen=True, eq=False)
class Called:
    """Hold the call of the coach by its name, before what is said next."""

    context: QuestionContext = QuestionContext.CALLED
    patience: float = ANSWER_TIME
    cue: None = None

    def answer(self, command: Command) -> bool:  # noqa: ARG002
        """Return False: a call has no answer, and every command is obeyed as usual."""
        return False

    def unanswered(self) -> None:
        """Do nothing: nobody wanted anything."""


def attend(context: SessionContext, understanding: Understanding) -> Understanding:
    """Return `understanding`, rejected where it was not meant for the coach.

    While the coach listens by name it is meant where the name was said or is not needed, where it
    may be urgent, and where a question is open.
    """
    if context.preferences.listening == "always" or context.question:
        return understanding
    name = context.lines.phrase("name")
    if _named(understanding, name) or understanding.urgent or understanding.intent in NEEDS_NO_NAME:
        return understanding
    return replace(
        understanding,
        verdict=Verdict.REJECT,
        reject_reason=RejectReason.NOT_ADDRESSED,
        detail=f"not said to {name}: {understanding.detail}",
        intent=None,
        slots={},
        score=0.0,
        then=(),
    )


def answer_call(context: SessionContext, understanding: Understanding) -> bool:
    """Wait for a command if only the coach's name was said; return True if it was.

    Next to nothing else may have been said. The recogniser hears "coach oh" for "coach".
    """
    if context.preferences.listening != "by name":
        return False
    slight = understanding.score < MEANS_SOMETHING and len(understanding.text.split()) <= MOST_WORDS
    if (
        not slight
        or understanding.accepted
        or not _named(understanding, context.lines.phrase("name"))
    ):
        return False
    context.flow.question = Called()
    context.act(Reply((Cue(tone="heard"),)))
    return True


def _named(understanding: Understanding, name: str) -> bool:
    return name in understanding.text.split()


def _by_name(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.prefer(listening="by name")
    context.flow.reply("listening.by-name", name=context.lines.phrase("name"))


def _always(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.prefer(listening="always")
    context.flow.reply("listening.always")


HANDLERS = {
    "ListenByName": _by_name,
    "ListenAlways": _always,
}
"""Intent -> what it does."""
