"""Take note of the user's age, which decides about doses."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.core.actions import Note
from voicecoach.core.session_events import AgeTold
from voicecoach.session.context import SessionContext
from voicecoach.session.features.plan_edits import PlanEdits
from voicecoach.session.plan.age_doses import LEAST_HOLD, LEAST_REPETITIONS, OLDER, OLDEST, YOUNGEST
from voicecoach.session.slots import texts


def _age(context: SessionContext, slots: Mapping[str, object]) -> None:
    """Take the age for the rest of this routine and for every routine from now on."""
    flow, told = context.flow, texts(slots, "years")
    years = int(told[-1]) if told else 0
    if not YOUNGEST <= years <= OLDEST:
        flow.reply("age.child" if 0 < years < YOUNGEST else "age.odd", years=years)
        return
    context.age = years
    flow.actions.append(Note(AgeTold(years)))
    if context.in_routine:
        context.feature(PlanEdits).adapt(context.dosed)
    if years < OLDER:
        flow.reply("age.younger", years=years, older=OLDER)
    else:
        hold = context.lines.duration(LEAST_HOLD)
        flow.reply("age.older", years=years, hold=hold, count=LEAST_REPETITIONS)


HANDLERS = {"Age": _age}
"""Intent -> what it does."""
