"""Sessions to measure, and changes to one that is running: what each of these commands does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from voicecoach.core.actions import Reply
from voicecoach.session.plan.planner import Declined, Planner
from voicecoach.session.plan.request import PlanRequest, request_from, said
from voicecoach.session.plan.selectors import EVERYTHING, WATER, meant
from voicecoach.session.script.plan_summary import PlanWords

if TYPE_CHECKING:
    from voicecoach.session.session import Session


BACK_LINES = {
    "back": "change.back.back",
    "partly": "change.back.partly",
    "unfit": "change.back.unfit",
    "passed": "change.back.passed",
    "": "plan.absent",
}
"""Outcome of putting something back -> its line."""


def start(session: Session, wish: PlanRequest) -> None:
    """Begin the session that is wished for, or say why there is none."""
    if session.state not in ("idle", "alarmed", "checking"):
        session.flow.reply("routine.running", routine=session.flow.routine)
        return
    unwanted = [one for one in session.library.exercises if session.flow.memory.way(one) == "left out"]
    planner = Planner(
        session.library,
        session.dosed,
        unwanted=unwanted,
        strength_lately=session.past.strength_lately(),
        known_exercises=session.flow.known_exercises,
    )
    wish = replace(wish, today=tuple(session.today))
    found = planner.plan(wish)
    words = _words(session)
    if isinstance(found, Declined):
        session.flow.actions.append(Reply(words.refusal(found)))
        return
    session.wish = wish
    session.unfinished.forget()
    plan, spare = planner.lay_out(found)
    session.changes.begin(spare, dry=WATER in (*wish.without, *wish.today))
    session.flow.begin(words.title(wish), plan, remarks=words.remarks(found))
    session.chart.send("start")


def _plan(session: Session, slots: Mapping[str, object]) -> None:
    wish = request_from(slots)
    start(session, session.wish.with_more(wish) if session.state == "checking" else wish)


def _leave_out(session: Session, slots: Mapping[str, object]) -> None:
    keys = said(slots, "without")
    things = _words(session).labels(keys)
    unbegun = session.state == "checking" and session.changes.all_of_it(keys, session.library)
    if EVERYTHING in keys or unbegun:
        session.flow.reply("change.everything" if session.in_routine else "plan.nothing_left")
        return
    session.today.update(dict.fromkeys(keys))
    if not session.in_routine:
        session.flow.reply("change.today", things=things)
        return
    changes = session.changes
    line = "change.left_out" if changes.ahead(keys, session.library) else "change.none"
    now = changes.present(keys, session.library)
    changes.take_out(keys, session.library)
    if now:
        session.chart.send("next" if session.flow.at_work() else "ready")
    session.flow.reply(line, things=things)


def _bring_back(session: Session, slots: Mapping[str, object]) -> None:
    keys = said(slots, "without") or tuple(session.today)[-1:]
    if not keys and session.leading():
        session.ways.bring_back()
    if not keys:
        return
    things = _words(session).labels(keys)
    if EVERYTHING in keys:
        keys = (*session.library.exercises, WATER)
    wanted = session.ways.want(sorted(meant(keys, session.library)))
    wanted |= _forgive(session, keys)
    session.flow.reply(_brought_back(session, keys, wanted=wanted), things=things)


def _forgive(session: Session, keys: tuple[str, ...]) -> bool:
    """Leave what `keys` mean out no more, but go on leaving out the rest of "everything on the floor"; whether anything
    of it was left out."""
    back = meant(keys, session.library)
    before = {key: meant([key], session.library) for key in session.today}
    hit = [key for key, ids in before.items() if ids & back or key in keys]
    for key in hit:
        del session.today[key]
        session.today.update(dict.fromkeys(sorted(before[key] - back)))
    return bool(hit)


def _brought_back(session: Session, keys: tuple[str, ...], *, wanted: bool) -> str:
    """Bring `keys` back into the plan; the line that tells what came of it."""
    if not session.in_routine:
        return "change.again" if wanted else "change.never_left"
    outcome = session.changes.put_back(keys, session.library)
    if outcome in ("", "passed") and session.changes.ahead(keys, session.library):
        return "change.still"
    return BACK_LINES[outcome]


def _words(session: Session) -> PlanWords:
    return PlanWords(session.library, session.lines)


HANDLERS = {"PlanRoutine": _plan, "LeaveOut": _leave_out, "BringBack": _bring_back}
"""Intent -> what it does."""
