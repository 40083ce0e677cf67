"""What the user says about himself or herself: the age, which decides about doses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voicecoach.core.actions import Note
from voicecoach.session.plan.age_doses import LEAST_HOLD, LEAST_REPETITIONS, OLDER, OLDEST, YOUNGEST
from voicecoach.session.plan.request import said

if TYPE_CHECKING:
    from voicecoach.session.session import Session


def _age(session: Session, slots: Mapping[str, object]) -> None:
    """Take the age for what is still to come and for every routine from now on."""
    flow, told = session.flow, said(slots, "years")
    years = int(told[-1]) if told else 0
    if not YOUNGEST <= years <= OLDEST:
        flow.reply("age.child" if 0 < years < YOUNGEST else "age.odd", years=years)
        return
    session.age = years
    flow.actions.append(Note("age", {"years": years}))
    if session.in_routine:
        session.changes.adapt(session.dosed)
    if years < OLDER:
        flow.reply("age.younger", years=years, older=OLDER)
    else:
        hold = session.lines.duration(LEAST_HOLD)
        flow.reply("age.older", years=years, hold=hold, count=LEAST_REPETITIONS)


HANDLERS = {"Age": _age}
"""Intent -> what it does."""
