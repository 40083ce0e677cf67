"""Handle commands that restart the current step, skip a side, or add to it."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.session.context import SessionContext
from voicecoach.session.features.fallback import require_exercises
from voicecoach.session.features.more import More
from voicecoach.session.plan.steps import SIDES, WorkStep


def _restart(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        context.chart.restart()


def _skip_side(context: SessionContext, slots: Mapping[str, object]) -> None:
    if not require_exercises(context):
        return
    flow = context.flow
    step = flow.work
    if step is None or step.side is None:
        flow.reply("skip_side.none")
    elif slots.get("side", step.side) == step.side:
        if flow.other_side():
            context.chart.skip_side()
        else:
            context.chart.next()
    else:
        _leave_out_other_side(context, step)


def _leave_out_other_side(context: SessionContext, step: WorkStep) -> None:
    (side,) = (side for side in SIDES if side != step.side)
    left_out = context.flow.leave_out(side)
    line = "skip_side.later" if left_out else "skip_side.done"
    context.flow.reply(line, side=context.lines.side(side))


def _more(context: SessionContext, slots: Mapping[str, object]) -> None:
    if context.require_routine():
        More(context.flow).add(slots, context.state)


HANDLERS = {
    "Restart": _restart,
    "SkipSide": _skip_side,
    "More": _more,
}
"""Intent -> what it does."""
