"""Handle commands that lead through a routine, and questions about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicecoach.core.actions import Leave, Note, Play
from voicecoach.core.session_events import RoutineResumed
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import Handler, SessionContext
from voicecoach.session.features.answers import Answers
from voicecoach.session.features.fallback import Fallback, require_exercises
from voicecoach.session.features.hold_length import MOST_WAIT, Lengths
from voicecoach.session.features.planning import start
from voicecoach.session.features.resume import Unfinished
from voicecoach.session.plan.muscle_groups import named_muscles
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.slots import duration_s, text


def _answering(answer: Callable[[Answers], None]) -> Handler:
    """Return a handler that answers a question about the running routine."""

    def handle(context: SessionContext, _slots: Mapping[str, object]) -> None:
        if context.require_routine():
            answer(Answers(context.flow))

    return handle


def _start(context: SessionContext, slots: Mapping[str, object]) -> None:
    asked = text(slots, "routine")
    if context.state == SessionState.CHECKING and asked is None:
        context.chart.ready()
    elif asked is None and context.state in (SessionState.IDLE, SessionState.ALARMED):
        context.asked_which_routine = True
        context.flow.reply("routine.which", routines=context.routine_names())
    else:
        start(context, PlanRequest(routine=asked))


def _next(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        context.chart.next()


def _back(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        first = context.flow.first_exercise()
        context.chart.back(preface=(context.writer.cue("back.first"),) if first else ())


def _repeat(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.state == SessionState.IDLE:
        context.act(Play(context.line_script("greeting")))
    else:
        context.chart.repeat()


def _pause(context: SessionContext, _slots: Mapping[str, object]) -> None:
    _pause_for(context, 0.0)


def _pause_for(context: SessionContext, expected_s: float) -> None:
    """Pause for about `expected_s`, if a routine is running."""
    if context.state == SessionState.PAUSED:
        context.flow.reply("pause.already")
    elif context.require_routine():
        context.chart.pause(expected_s=expected_s)


def _resume(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.state == SessionState.IDLE and not context.flow.resumable():
        if not context.feature(Unfinished).carry_on():
            context.flow.reply("resume.nothing")
    elif context.state in (SessionState.IDLE, SessionState.PAUSED):
        if context.state == SessionState.IDLE:
            context.act(Note(RoutineResumed()))
        context.chart.resume()
    else:
        _ready(context, _slots)


def _stop(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.state == SessionState.IDLE:
        context.act(Play(context.line_script("stop.nothing")))
    else:
        context.chart.stop()


def _ready(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.state == SessionState.WORKING:
        context.flow.reply("ready.already")
    elif context.state == SessionState.PAUSED:
        context.chart.resume()
    elif context.state == SessionState.ANNOUNCING and context.flow.introducing():
        context.flow.on_enter_announcing()  # whoever is in a hurry still has to know what to do
    elif context.require_routine():
        context.chart.ready()


def _wait(context: SessionContext, slots: Mapping[str, object]) -> None:
    seconds = duration_s(slots)
    if context.state == SessionState.WORKING or (
        context.state != SessionState.PAUSED and (seconds or 0.0) > MOST_WAIT
    ):
        _pause_for(context, seconds or 0.0)
    elif (
        context.state == SessionState.ANNOUNCING
    ):  # whoever fetches a chair hears nothing meanwhile
        context.chart.pause(cues=(context.writer.cue("wait"),), expected_s=seconds or 0.0)
    elif context.state in (SessionState.POSITIONING, SessionState.RESTING):
        Lengths(context.flow).wait(seconds)
    elif context.require_routine():
        context.flow.reply("wait")


def _set_hold(context: SessionContext, slots: Mapping[str, object]) -> None:
    if context.require_routine():
        Lengths(context.flow).set_hold(
            duration_s(slots), counting=context.state == SessionState.WORKING
        )


def _alternative(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if not require_exercises(context):
        return
    if context.flow.work is None or context.flow.work.alternative is None:
        context.flow.reply("alternative.none")
    else:
        context.chart.exchange()


def _goodbye(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.act(Play(context.line_script("goodbye")))
    context.act(Leave())


def _list_routines(context: SessionContext, slots: Mapping[str, object]) -> None:
    if text(slots, "about") == "muscles":
        context.flow.reply("menu.each", muscles=named_muscles(context.lines))
    else:
        context.flow.reply("routines", routines=context.routine_names())


def _help(context: SessionContext, _slots: Mapping[str, object]) -> None:
    context.flow.reply(context.feature(Fallback).line("help", context.states))


def _how_long_left(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        Answers(context.flow).how_long_left(context.state)


def _how_long_session(context: SessionContext, _slots: Mapping[str, object]) -> None:
    if context.require_routine():
        Answers(context.flow).how_long_session(context.state)


HANDLERS: Mapping[str, Handler] = {
    "StartRoutine": _start,
    "Next": _next,
    "Back": _back,
    "Repeat": _repeat,
    "Pause": _pause,
    "Resume": _resume,
    "Stop": _stop,
    "Ready": _ready,
    "Wait": _wait,
    "SetHold": _set_hold,
    "Alternative": _alternative,
    "Goodbye": _goodbye,
    "ListRoutines": _list_routines,
    "Help": _help,
    "HowLongHold": _answering(Answers.how_long_hold),
    "HowLongLeft": _how_long_left,
    "HowLongSession": _how_long_session,
    "WhatsNext": _answering(Answers.whats_next),
    "HowManyLeft": _answering(Answers.how_many_left),
    "WhichSide": _answering(Answers.which_side),
}
"""Intent -> what it does."""
