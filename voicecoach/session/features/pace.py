"""Change the pace while something is going on."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.core.session_state import SessionState
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import rest_before
from voicecoach.session.script.writer import paced

SOONEST_END = 1.0
"""Seconds for which a time that gets shorter lasts at least."""


def change_pace(flow: RoutineFlow, pace: float, state: SessionState) -> None:
    """Go on at another pace.

    Repetitions change from the present one on, sentences from the next pause on, the time to get
    into position and the rest in proportion. A hold keeps its length.
    """
    before, rest = flow.work, _rest(flow)
    position = max(0.0, flow.position)
    stretched = flow.set_pace(pace)
    if before is None:
        return
    match state:
        case SessionState.WORKING if stretched != 1.0:
            flow.recount(moved=position * (1.0 - stretched))
        case SessionState.ANNOUNCING:
            script = flow.script
            flow.go_on_as(replace(script, cues=paced(script.cues, pace / before.pace)))
        case SessionState.POSITIONING:
            _lengthen(flow, (flow.script.seconds or 0.0) * (pace / before.pace - 1.0))
        case SessionState.RESTING:
            _lengthen(flow, _rest(flow) - rest)


def _rest(flow: RoutineFlow) -> float:
    return rest_before(flow.plan, flow.index) if flow.plan else 0.0


def _lengthen(flow: RoutineFlow, seconds: float) -> None:
    change = max(seconds, SOONEST_END - flow.left)
    if change:
        flow.lengthen(change)
