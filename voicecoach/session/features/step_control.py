"""Commands that change what is being done: again from the beginning, without a side, more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voicecoach.session.features.more import More
from voicecoach.session.plan.steps import SIDES, WorkStep

if TYPE_CHECKING:
    from voicecoach.session.session import Session


def _restart(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        session.chart.send("restart")


def _skip_side(session: Session, slots: Mapping[str, object]) -> None:
    if not session.running():
        return
    flow = session.flow
    step = flow.work
    if step is None or step.side is None:
        flow.reply("skip_side.none")
    elif slots.get("side", step.side) == step.side:
        session.chart.send("skip_side" if flow.other_side() else "next")
    else:
        _leave_out_other_side(session, step)


def _leave_out_other_side(session: Session, step: WorkStep) -> None:
    (side,) = (side for side in SIDES if side != step.side)
    left_out = session.flow.leave_out(side)
    line = "skip_side.later" if left_out else "skip_side.done"
    session.flow.reply(line, side=session.lines.side(side))


def _more(session: Session, slots: Mapping[str, object]) -> None:
    if session.running():
        More(session.flow).add(slots, session.state)


HANDLERS = {
    "Restart": _restart,
    "SkipSide": _skip_side,
    "More": _more,
}
"""Intent -> what it does."""
