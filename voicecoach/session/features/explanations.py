"""Explain what the exercise is for, where it is felt, and how to do it right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.session.context import SessionContext
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import WorkStep

Explain = Callable[[RoutineFlow, WorkStep], tuple[Cue, ...]]


def which_muscle(flow: RoutineFlow, step: WorkStep) -> tuple[Cue, ...]:
    """Name the muscles that the exercise is for."""
    return (flow.writer.cue(_line("muscle", step)),)


def where_to_feel(flow: RoutineFlow, step: WorkStep) -> tuple[Cue, ...]:
    """Say where the exercise should be felt."""
    return (_own(flow, step, step.exercise.feel),)


def doing_it_right(flow: RoutineFlow, step: WorkStep) -> tuple[Cue, ...]:
    """Say that the coach cannot see, and what the user can check."""
    exercise = step.exercise
    checks = (_own(flow, step, text) for text in (exercise.feel, exercise.mistake))
    return (flow.writer.cue("right.cannot_see"), *checks)


def why_this(flow: RoutineFlow, step: WorkStep) -> tuple[Cue, ...]:
    """Say what the exercise is good for."""
    return (flow.writer.cue(_line("why", step)),)


def _line(question: str, step: WorkStep) -> str:
    return f"{question}.{step.exercise.group.replace(' ', '-')}"


def _own(flow: RoutineFlow, step: WorkStep, text: str) -> Cue:
    """Return a text of the exercise as a cue, for the side of the step."""
    return Cue(text=flow.writer.lines.sided(text, step.side), line=f"exercise.{step.exercise.id}")


def _explaining(explain: Explain) -> Callable[[SessionContext, Mapping[str, object]], None]:
    """Return a handler that gives an explanation; in a break there is none."""

    def handle(context: SessionContext, _slots: Mapping[str, object]) -> None:
        if not context.require_routine():
            return
        step = context.flow.work
        if step is None:
            context.flow.reply("question.break")
        else:
            context.act(Reply(explain(context.flow, step)))

    return handle


HANDLERS = {
    "WhichMuscle": _explaining(which_muscle),
    "WhereToFeel": _explaining(where_to_feel),
    "DoingItRight": _explaining(doing_it_right),
    "WhyThis": _explaining(why_this),
}
"""Intent -> what it does."""
