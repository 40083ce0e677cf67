"""Whether what was heard is meant for the coach: always, or only with its name ("coach, next").

Danger, pain, "stop" and "pause" count without it, as do answers to what the coach has asked. Its name alone calls it:
what is said next is meant for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command, Understanding, Verdict
from voicecoach.session.flow.question import ANSWER_TIME

if TYPE_CHECKING:
    from voicecoach.session.session import Session

NEEDS_NO_NAME = frozenset({"RedFlag", "Pain", "Stop", "Pause", "ListenAlways", "ListenByName"})
"""What counts without the name. Whoever wants to be heard again need not know how."""

MOST_WORDS = 3
"""Words of an utterance that is only a call: "hey coach", "okay coach please"."""

MEANS_SOMETHING = 60.0
"""Score from which on such an utterance was more than a call."""


@dataclass(frozen=True, eq=False)
class Called:
    """The coach has been called by its name, and waits for what is said next."""

    context: QuestionContext = QuestionContext.CALLED
    patience: float = ANSWER_TIME
    cue: None = None

    def answer(self, command: Command) -> bool:  # noqa: ARG002
        """It is no answer: everything is obeyed as always."""
        return False

    def unanswered(self) -> None:
        """Then it was nothing."""


def meant(understanding: Understanding, name: str) -> Understanding:
    """`understanding`, or where neither the coach's `name` was said nor what needs none, that it is not for the coach.
    What may be urgent is asked about all the same."""
    if _named(understanding, name) or understanding.urgent or understanding.intent in NEEDS_NO_NAME:
        return understanding
    return replace(
        understanding,
        verdict=Verdict.REJECT,
        reason=f"not said to {name}: {understanding.reason}",
        intent=None,
        slots={},
        score=0.0,
        then=(),
    )


def calls(understanding: Understanding, name: str) -> bool:
    """Whether nothing but the name was said, or next to nothing: the recogniser hears "coach oh"."""
    slight = understanding.score < MEANS_SOMETHING and len(understanding.text.split()) <= MOST_WORDS
    return slight and not understanding.accepted and _named(understanding, name)


def _named(understanding: Understanding, name: str) -> bool:
    return name in understanding.text.split()


def _by_name(session: Session, _slots: Mapping[str, object]) -> None:
    session.prefer(listening="by name")
    session.flow.reply("listening.by-name", name=session.lines.phrase("name"))


def _always(session: Session, _slots: Mapping[str, object]) -> None:
    session.prefer(listening="always")
    session.flow.reply("listening.always")


HANDLERS = {
    "ListenByName": _by_name,
    "ListenAlways": _always,
}
"""Intent -> what it does."""
