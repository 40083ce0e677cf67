"""Ask for a number from 0 to 10, and interpret the users' answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from voicecoach.core.script import Cue
from voicecoach.core.session_state import QuestionContext
from voicecoach.core.understanding import Command
from voicecoach.session.flow.question import ANSWER_TIME
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.slots import integer, text

MOST = 10
"""The worst."""


class RatingOutcome(Protocol):
    """Define what follows from a rating question."""

    def rated(self, rating: int) -> None:
        """Take the rating, 0 to 10."""

    def compared(self, than: str) -> bool:
        """Take "same", "better" or "worse" than before; return True if it is an answer."""

    def declined(self) -> None:
        """Go on without a rating: the user does not want to tell, or does not know."""

    def silent(self) -> None:
        """Go on without a rating: nobody has answered."""


def rating_in(slots: Mapping[str, object]) -> int | None:
    """Return the rating (0..10) in `slots`; None where there is none.

    A half counts as the next number, more than ten as ten.
    """
    rating = integer(slots, "rating")
    return None if rating is None else min(rating + bool(slots.get("half")), MOST)


class RatingQuestion:
    """Ask for a number from 0 to 10, open until there is an `outcome`.

    After silence it is asked once more with the line `again` (None: not at all). Of words that are
    no number ("terrible") it asks for the number, and takes the words for one where none is given.
    """

    context = QuestionContext.RATING
    patience = ANSWER_TIME

    def __init__(
        self, flow: RoutineFlow, outcome: RatingOutcome, cue: Cue, again: str | None = None
    ):
        self._flow = flow
        self._outcome = outcome
        self.cue = cue
        self._again = again
        self._about: int | None = None

    def answer(self, command: Command) -> bool:
        """Take a number, or words for one; return False for any other command."""
        intent = command.intent
        if intent == "Rating":
            self._take(command.slots)
        elif intent in ("DontKnow", "Next"):
            self._outcome.declined()
        elif intent in ("Wait", "Slower"):
            self._ask("rating.wait")
        elif intent == "Pain":
            self._ask("rating.number")
        else:
            return False
        return True

    def unanswered(self) -> None:
        """Ask once more, or go on without a rating."""
        again, self._again = self._again, None
        if self._about is not None:
            self._outcome.rated(self._about)
        elif again:
            self._ask(again)
        else:
            self._outcome.silent()

    def _take(self, slots: Mapping[str, object]) -> None:
        rating = rating_in(slots)
        if rating is None:
            if not self._outcome.compared(text(slots, "than") or ""):
                self._ask("rating.number")
        elif (integer(slots, "rating") or 0) > MOST:
            self._ask("rating.above")
        elif slots.get("rough") and self._about is None:
            self._about = rating
            self._ask("rating.number")
        else:
            self._outcome.rated(rating)

    def _ask(self, line: str) -> None:
        self._flow.reply(line)
        self._flow.question = self
