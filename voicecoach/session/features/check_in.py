"""Ask how the legs feel, before a routine and after it.

The routine is fitted to the answer. The scale and its consequences are those of
docs/reference/exercise-sources.md: up to three as planned, four and five the easier versions, from
six on stretches only.
"""

from __future__ import annotations

from voicecoach.content.library import Library
from voicecoach.content.routine import Routine
from voicecoach.core.actions import Note, Play, Reply
from voicecoach.core.script import Cue
from voicecoach.core.session_events import LegsRated
from voicecoach.session.features.rating import RatingQuestion
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import Offer
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.levels import Fit, as_planned, at_level, stretches
from voicecoach.session.plan.steps import PlanStep, make_plan

EASIER_FROM, STRETCHES_FROM = 4, 6
"""Ratings (0..10) from which the easier versions are done, and stretches only."""


def easier(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """Return the plan in its easier versions."""
    return at_level(plan, "easier")


def gentle(plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
    """Return the stretches of the plan only, in their easier versions."""
    return easier(stretches(plan))


class Checks:
    """Ask how the legs feel before a routine and after it."""

    def __init__(self, flow: RoutineFlow, chart: SessionChart, library: Library):
        self._flow = flow
        self._in = CheckIn(flow, chart, library)
        self._out = CheckOut(flow)

    def before(self) -> tuple[Cue, ...]:
        """Open the question before a routine, and return it."""
        return (self._in.ask(),)

    def after(self) -> tuple[Cue, ...]:
        """Open the question after a routine, and return it.

        Nothing is asked where the user did not want to be asked before.
        """
        if self._in.unwanted:
            return ()
        hurting, writer = self._flow.hurting, self._flow.writer
        hurt = (
            [writer.cue("check.out.hurt", places=writer.lines.joined(hurting))] if hurting else []
        )
        return (*hurt, self._out.ask(self._in.rating))


class CheckIn:
    """Ask how the legs feel before a routine, and fit the plan to the answer.

    `rating` is the answer (None: there was none); `unwanted` is True where the user declined to
    answer.
    """

    def __init__(self, flow: RoutineFlow, chart: SessionChart, library: Library):
        self.rating: int | None = None
        self.unwanted = False
        self._flow = flow
        self._chart = chart
        self._library = library

    def ask(self) -> Cue:
        """Open the question, and return it."""
        self.rating, self.unwanted = None, False
        cue = self._flow.writer.cue("check.in", routine=self._flow.routine)
        self._flow.question = RatingQuestion(self._flow, self, cue, again="check.again")
        return cue

    def rated(self, rating: int) -> None:
        """Fit the plan to the number, and begin."""
        self.rating = rating
        self._flow.actions.append(Note(LegsRated("before", rating)))
        if rating < EASIER_FROM:
            self._begin("check.usual")
        elif rating < STRETCHES_FROM:
            self._begin("check.easier", easier)
        elif gentle(self._flow.plan):
            self._begin("check.stretches", gentle, advice=True)
        else:
            self._decline(rating)

    def compared(self, _than: str) -> bool:
        """Return False: there is no rating to compare with yet."""
        return False

    def declined(self) -> None:
        """Begin as planned, and do not ask afterwards."""
        self.unwanted = True
        self._begin("check.declined")

    def silent(self) -> None:
        """Begin as planned, and say so."""
        self._begin("check.silent")

    def _begin(self, line: str, fit: Fit = as_planned, *, advice: bool = False) -> None:
        flow, cue = self._flow, self._flow.writer.cue
        values = {} if self.rating is None else {"rating": self.rating}
        flow.plan = fit(flow.plan)
        flow.fit = fit
        self._chart.ready(preface=(cue(line, **values), *([cue("check.advice")] if advice else [])))

    def _decline(self, rating: int) -> None:
        """Give up a routine without stretches, and offer one that has some."""
        writer = self._flow.writer
        self._chart.decline()
        cues = [writer.cue("check.nothing_left", rating=rating), writer.cue("check.advice")]
        if offered := self._stretching():
            cues.append(writer.cue("check.offer", routine=offered.name))
            self._flow.question = Offer(cues[-1], lambda: self._begin_instead(offered), self._rest)
        self._flow.actions.append(Play(writer.flow("offer", *cues)))

    def _stretching(self) -> Routine | None:
        """Return the routine with most stretches; None where no routine has any."""
        numbers = {
            id: len(stretches(make_plan(one, self._library)))
            for id, one in self._library.routines.items()
        }
        most = max(numbers, key=lambda id: numbers[id], default=None)
        return self._library.routines[most] if most and numbers[most] else None

    def _begin_instead(self, routine: Routine) -> None:
        flow = self._flow
        flow.begin(routine.name, stretches(make_plan(routine, self._library)), checked=True)
        flow.plan, flow.fit = gentle(flow.plan), gentle
        self._chart.start()

    def _rest(self) -> None:
        self._flow.reply("check.rest")


class CheckOut:
    """Ask how the legs feel after a routine, and compare with the answer before it."""

    def __init__(self, flow: RoutineFlow):
        self._flow = flow
        self._before: int | None = None

    def ask(self, before: int | None) -> Cue:
        """Open the question, and return it; `before` is the rating before the routine."""
        self._before = before
        cue = self._flow.writer.cue("check.out")
        self._flow.question = RatingQuestion(self._flow, self, cue)
        return cue

    def rated(self, rating: int) -> None:
        """Say how the rating compares with that before the routine."""
        before, cue = self._before, self._flow.writer.cue
        self._flow.actions.append(Note(LegsRated("after", rating)))
        if before is None:
            cues = [cue("check.out.only", rating=rating)]
        elif before == rating:
            cues = [cue("check.out.same", rating=rating)]
        else:
            line = "check.out.less" if rating < before else "check.out.more"
            cues = [cue(line, before=before, rating=rating)]
        if rating >= STRETCHES_FROM:
            cues.append(cue("check.advice"))
        self._flow.actions.append(Reply(tuple(cues)))

    def compared(self, than: str) -> bool:
        """Take "same" for the rating before the routine, if there was one."""
        if than != "same" or self._before is None:
            return False
        self.rated(self._before)
        return True

    def declined(self) -> None:
        """Accept that the user does not answer."""
        self._flow.reply("check.out.declined")

    def silent(self) -> None:
        """Accept silence as an answer."""
