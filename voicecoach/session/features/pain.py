"""Stop everything when it hurts, and ask where and how much.

Nothing goes on by itself. The consequences of the number are the table of
docs/reference/exercise-sources.md: up to three gently on, four and five the easier version, from
six on, and for any sharp pain, without this exercise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from voicecoach.core.actions import Note, Reply
from voicecoach.core.script import Cue
from voicecoach.core.session_events import PainReported
from voicecoach.core.session_state import QuestionContext, SessionState
from voicecoach.core.understanding import Command
from voicecoach.session.context import SessionContext
from voicecoach.session.features.check_in import EASIER_FROM, STRETCHES_FROM
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.features.rating import rating_in
from voicecoach.session.flow.question import ANSWER_TIME, Offer
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.slots import text

LEAVE_OUT_FROM = STRETCHES_FROM
"""Rating (0..10) from which the exercise is left out."""


class Pain:
    """Stop the exercise, ask about the pain, and decide how to go on."""

    def __init__(self, context: SessionContext):
        self._flow = context.flow
        self._chart = context.chart
        self._difficulty = Difficulty(context)

    def hurts(self, slots: Mapping[str, object]) -> None:
        """Stop everything, and ask for what is not known yet.

        A sharp pain needs no number.
        """
        place = text(slots, "place")
        if slots.get("sharp"):
            self._stop()
            self.decide(None, place, sharp=True, lead=("pain",))
            return
        ask = self._flow.writer.cue("pain.ask_how_much" if place else "pain.ask")
        self._stop(self._flow.writer.cue("pain"), ask)
        self._flow.question = PainQuestion(ask, self._flow, self, place)

    def decide(
        self, rating: int | None, place: str | None, *, sharp: bool, lead: tuple[str, ...] = ()
    ) -> None:
        """Say how to go on, after the lines `lead`."""
        step = self._flow.work
        self._note(step, rating, place, sharp=sharp)
        cues = tuple(map(self._flow.writer.cue, lead))
        if sharp or (rating is not None and rating >= LEAVE_OUT_FROM):
            self._leave_out(step, *cues, advice=not sharp)
        elif rating is None:
            self._say(*cues, self._flow.writer.cue("pain.unanswered"))
        elif rating < EASIER_FROM:
            self._offer("pain.mild", self._resume)
        elif step is None or step.level == "easier":
            self._leave_out(step, self._flow.writer.cue("pain.easiest"))
        else:
            self._offer("pain.easier", self.take_easier, "Easier", "Resume", "Ready")

    def take_easier(self) -> bool:
        """Go on in the easier version; return False where there is none."""
        step = self._flow.work
        if step is None or step.level == "easier":
            return False
        self._difficulty.set(step, "easier")
        self._chart.adapt()
        return True

    # --- inside ----------------------------------------------------------------------------------

    def _stop(self, *cues: Cue) -> None:
        self._chart.hurt(cues=cues)

    def _note(
        self, step: WorkStep | None, rating: int | None, place: str | None, *, sharp: bool
    ) -> None:
        flow = self._flow
        exercise, side = (step.exercise.id, step.side) if step else (None, None)
        flow.actions.append(Note(PainReported(rating, sharp, place, exercise, side)))
        if place and place not in flow.hurting:
            flow.hurting += (place,)

    def _leave_out(self, step: WorkStep | None, *cues: Cue, advice: bool = False) -> None:
        """Offer to go on without this exercise; nothing leads back into it by itself."""
        flow, cue = self._flow, self._flow.writer.cue
        flow.skip_remaining = step is not None
        following = flow.coming()
        if isinstance(following, WorkStep):
            ask = cue("pain.next", exercise=following.exercise.name)
        else:
            ask = cue("pain.next_drink" if following else "pain.last")
        left_out = [cue("pain.leave_out", exercise=step.exercise.name)] if step else []
        self._say(*cues, *left_out, *([cue("check.advice")] if advice else []), ask)
        also = dict.fromkeys(("Ready",), self._resume)
        flow.question = Offer(ask, self._resume, self._rest, also=also)

    def _offer(self, line: str, accepted: Callable[[], object], *also: str) -> None:
        """Offer a way to go on, until the user says something else.

        Nobody is to be resumed into an exercise that hurt.
        """
        ask = self._flow.writer.cue(line)
        self._say(ask)
        others = dict.fromkeys(also, accepted)
        self._flow.question = Offer(ask, accepted, self._rest, also=others, patience=math.inf)

    def _resume(self) -> None:
        self._chart.resume()

    def _rest(self) -> None:
        self._flow.reply("pain.rest")

    def _say(self, *cues: Cue) -> None:
        self._flow.actions.append(Reply(cues))


class PainQuestion:
    """Hold the open question where it hurts, and how much.

    It is open until both are known, or nobody answers.
    """

    context = QuestionContext.HURTING
    patience = ANSWER_TIME

    def __init__(self, cue: Cue, flow: RoutineFlow, pain: Pain, place: str | None):
        self.cue = cue
        self._flow = flow
        self._pain = pain
        self._place = place
        self._rating: int | None = None

    def answer(self, command: Command) -> bool:
        """Take a place, a number, or both; "sharp" decides at once."""
        slots = command.slots
        if command.intent == "Easier" and self._pain.take_easier():
            return True
        if command.intent not in ("Rating", "PainPlace", "Pain", "DontKnow", "Wait", "Slower"):
            return False
        self._place = text(slots, "place") or self._place
        rating = rating_in(slots)
        self._rating = self._rating if rating is None else rating
        if slots.get("sharp"):
            self._pain.decide(self._rating, self._place, sharp=True)
        elif command.intent == "DontKnow" or (self._place and self._rating is not None):
            self.unanswered()
        elif command.intent in ("Wait", "Slower"):
            self._ask("rating.wait")
        else:
            self._ask("pain.how_much" if self._rating is None else "pain.where")
        return True

    def unanswered(self) -> None:
        """Decide with what is known."""
        self._pain.decide(self._rating, self._place, sharp=False)

    def _ask(self, line: str) -> None:
        self._flow.reply(line)
        self._flow.question = self


def _hurts(context: SessionContext, slots: Mapping[str, object]) -> None:
    if context.state in (SessionState.IDLE, SessionState.ALARMED):
        context.flow.reply("pain.idle")
    else:
        Pain(context).hurts(slots)


HANDLERS = {"Pain": _hurts}
"""Intent -> what it does."""
