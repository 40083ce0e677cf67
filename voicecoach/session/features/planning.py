"""Plan routines to measure, and change the running one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicecoach.core.actions import Reply
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import SessionContext
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.features.fallback import require_exercises
from voicecoach.session.features.plan_edits import PlanEdits
from voicecoach.session.features.resume import Unfinished
from voicecoach.session.plan.planner import Declined, Planner
from voicecoach.session.plan.request import PlanRequest, request_from
from voicecoach.session.plan.selectors import EVERYTHING, WATER, meant
from voicecoach.session.script.plan_summary import PlanWords
from voicecoach.session.slots import texts

BACK_LINES = {
    "back": "change.back.back",
    "partly": "change.back.partly",
    "unfit": "change.back.unfit",
    "passed": "change.back.passed",
    "": "plan.absent",
}
"""Outcome of putting something back -> its line."""


def start(context: SessionContext, wish: PlanRequest) -> None:
    """Begin the routine that `wish` asks for, or say why there is none."""
    if context.state not in (SessionState.IDLE, SessionState.ALARMED, SessionState.CHECKING):
        context.flow.reply("routine.running", routine=context.flow.routine)
        return
    unwanted = [
        one for one in context.library.exercises if context.flow.memory.way(one) == "left out"
    ]
    planner = Planner(
        context.library,
        context.dosed,
        unwanted=unwanted,
        strength_lately=context.past.strength_lately(),
        known_exercises=context.flow.known_exercises,
    )
    wish = replace(wish, today=tuple(context.left_out_today))
    found = planner.plan(wish)
    words = _words(context)
    if isinstance(found, Declined):
        context.act(Reply(words.refusal(found)))
        return
    context.plan_request = wish
    context.feature(Unfinished).forget()
    plan, spare = planner.lay_out(found)
    context.feature(PlanEdits).begin(spare, dry=WATER in (*wish.without, *wish.today))
    context.flow.begin(words.title(wish), plan, remarks=words.remarks(found))
    context.chart.start()


def _plan(context: SessionContext, slots: Mapping[str, object]) -> None:
    wish = request_from(slots)
    start(
        context,
        context.plan_request.with_more(wish) if context.state == SessionState.CHECKING else wish,
    )


def _leave_out(context: SessionContext, slots: Mapping[str, object]) -> None:
    keys = texts(slots, "without")
    things = _words(context).labels(keys)
    unbegun = context.in_routine and context.flow.unchecked()
    unbegun = unbegun and context.feature(PlanEdits).all_of_it(keys, context.library)
    if EVERYTHING in keys or unbegun:
        context.flow.reply("change.everything" if context.in_routine else "plan.nothing_left")
        return
    context.left_out_today.update(dict.fromkeys(keys))
    if not context.in_routine:
        context.flow.reply("change.today", things=things)
        return
    changes = context.feature(PlanEdits)
    line = "change.left_out" if changes.ahead(keys, context.library) else "change.none"
    now = changes.present(keys, context.library)
    changes.take_out(keys, context.library)
    if now:
        if context.flow.at_work():
            context.chart.next()
        else:
            context.chart.ready()
    context.flow.reply(line, things=things)


def _bring_back(context: SessionContext, slots: Mapping[str, object]) -> None:
    keys = texts(slots, "without") or tuple(context.left_out_today)[-1:]
    if not keys and require_exercises(context):
        Difficulty(context).bring_back()
    if not keys:
        return
    things = _words(context).labels(keys)
    if EVERYTHING in keys:
        keys = (*context.library.exercises, WATER)
    wanted = Difficulty(context).want(sorted(meant(keys, context.library)))
    wanted |= _forgive(context, keys)
    context.flow.reply(_brought_back(context, keys, wanted=wanted), things=things)


def _forgive(context: SessionContext, keys: tuple[str, ...]) -> bool:
    """Stop leaving out what `keys` mean; return True if any of it was left out.

    The rest of a wider key ("everything on the floor") stays left out.
    """
    back = meant(keys, context.library)
    before = {key: meant([key], context.library) for key in context.left_out_today}
    hit = [key for key, ids in before.items() if ids & back or key in keys]
    for key in hit:
        del context.left_out_today[key]
        context.left_out_today.update(dict.fromkeys(sorted(before[key] - back)))
    return bool(hit)


def _brought_back(context: SessionContext, keys: tuple[str, ...], *, wanted: bool) -> str:
    """Bring `keys` back into the plan; return the line that tells the outcome."""
    if not context.in_routine:
        return "change.again" if wanted else "change.never_left"
    outcome = context.feature(PlanEdits).put_back(keys, context.library)
    if outcome in ("", "passed") and context.feature(PlanEdits).ahead(keys, context.library):
        return "change.still"
    return BACK_LINES[outcome]


def _words(context: SessionContext) -> PlanWords:
    return PlanWords(context.library, context.lines)


HANDLERS = {"PlanRoutine": _plan, "LeaveOut": _leave_out, "BringBack": _bring_back}
"""Intent -> what it does."""
