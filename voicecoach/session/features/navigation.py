"""What each command does: a function an intent (`registry.py` has them all)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from voicecoach.core.actions import Leave, Note, Play
from voicecoach.core.session_state import SessionState
from voicecoach.session.features.answers import Answers
from voicecoach.session.features.hold_length import MOST_WAIT, length
from voicecoach.session.features.planning import start
from voicecoach.session.plan.muscle_groups import named_muscles
from voicecoach.session.plan.request import PlanRequest

if TYPE_CHECKING:
    from voicecoach.session.session import Session

Handler = Callable[["Session", Mapping[str, object]], None]


def _answering(answer: Callable[[Answers], None]) -> Handler:
    """Obeys a command that asks something about the routine that is running."""

    def handle(session: Session, _slots: Mapping[str, object]) -> None:
        if session.running():
            answer(session.answers)

    return handle


def _start(session: Session, slots: Mapping[str, object]) -> None:
    asked = slots.get("routine")
    if session.state == SessionState.CHECKING and asked is None:
        session.chart.ready()
    elif asked is None and session.state in (SessionState.IDLE, SessionState.ALARMED):
        session.asked_which_routine = True
        session.flow.reply("routine.which", routines=session.routine_names())
    else:
        start(session, PlanRequest(routine=str(asked)))


def _next(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        session.chart.next()


def _back(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        session.chart.back()


def _repeat(session: Session, _slots: Mapping[str, object]) -> None:
    if session.state == SessionState.IDLE:
        session.flow.actions.append(Play(session.line_script("greeting")))
    else:
        session.chart.repeat()


def _pause(session: Session, _slots: Mapping[str, object]) -> None:
    if session.state == SessionState.PAUSED:
        session.flow.reply("pause.already")
    elif session.running():
        session.chart.pause()


def _resume(session: Session, _slots: Mapping[str, object]) -> None:
    if session.state == SessionState.IDLE and not session.flow.resumable():
        if not session.unfinished.carry_on():
            session.flow.reply("resume.nothing")
    elif session.state in (SessionState.IDLE, SessionState.PAUSED):
        if session.state == SessionState.IDLE:
            session.flow.actions.append(Note("routine resumed"))
        session.chart.resume()
    else:
        _ready(session, _slots)


def _stop(session: Session, _slots: Mapping[str, object]) -> None:
    if session.state == SessionState.IDLE:
        session.flow.actions.append(Play(session.line_script("stop.nothing")))
    else:
        session.chart.stop()


def _ready(session: Session, _slots: Mapping[str, object]) -> None:
    if session.state == SessionState.WORKING:
        session.flow.reply("ready.already")
    elif session.state == SessionState.PAUSED:
        session.chart.resume()
    elif session.state == SessionState.ANNOUNCING and session.flow.introducing():
        session.flow.on_enter_announcing()  # whoever is in a hurry still has to know what to do
    elif session.running():
        session.chart.ready()


def _wait(session: Session, slots: Mapping[str, object]) -> None:
    seconds = length(slots)
    if session.state == SessionState.WORKING or (session.state != SessionState.PAUSED and (seconds or 0.0) > MOST_WAIT):
        session.flow.expect(seconds or 0.0)
        _pause(session, slots)
    elif session.state == SessionState.ANNOUNCING:  # whoever fetches a chair hears nothing meanwhile
        session.flow.expect(seconds or 0.0)
        session.flow.pause_with(session.flow.writer.cue("wait"))
        session.chart.pause()
    elif session.state in (SessionState.POSITIONING, SessionState.RESTING):
        session.lengths.wait(seconds)
    elif session.running():
        session.flow.reply("wait")


def _set_hold(session: Session, slots: Mapping[str, object]) -> None:
    if session.running():
        session.lengths.set_hold(length(slots), counting=session.state == SessionState.WORKING)


def _alternative(session: Session, _slots: Mapping[str, object]) -> None:
    if not session.leading():
        return
    if session.flow.work is None or session.flow.work.alternative is None:
        session.flow.reply("alternative.none")
    else:
        session.chart.exchange()


def _goodbye(session: Session, _slots: Mapping[str, object]) -> None:
    session.flow.actions.append(Play(session.line_script("goodbye")))
    session.flow.actions.append(Leave())


def _list_routines(session: Session, slots: Mapping[str, object]) -> None:
    if slots.get("about") == "muscles":
        session.flow.reply("menu.each", muscles=named_muscles(session.lines))
    else:
        session.flow.reply("routines", routines=session.routine_names())


def _help(session: Session, _slots: Mapping[str, object]) -> None:
    session.flow.reply(session.help_line)


def _how_long_left(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        session.answers.how_long_left(session.state)


def _how_long_session(session: Session, _slots: Mapping[str, object]) -> None:
    if session.running():
        session.answers.how_long_session(session.state)


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
