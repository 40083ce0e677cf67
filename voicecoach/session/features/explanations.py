"""Explain what the exercise is for, where it is felt, and how to do it right."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.session.context import SessionContext
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.steps import WorkStep

MUSCLE_LINES = {
    "warm-up": "muscle.warm-up",
    "dynamic": "muscle.dynamic",
    "strength": "muscle.strength",
    "hamstrings": "muscle.hamstrings",
    "quadriceps": "muscle.quadriceps",
    "calves": "muscle.calves",
    "glutes": "muscle.glutes",
    "hip flexors": "muscle.hip-flexors",
    "lower back": "muscle.lower-back",
}
"""Group of exercises -> the line that says which muscles they are for."""

WHY_LINES = {
    "warm-up": "why.warm-up",
    "dynamic": "why.dynamic",
    "strength": "why.strength",
    "hamstrings": "why.hamstrings",
    "quadriceps": "why.quadriceps",
    "calves": "why.calves",
    "glutes": "why.glutes",
    "hip flexors": "why.hip-flexors",
    "lower back": "why.lower-back",
}
"""Group of exercises -> the line that says what they are good for."""

Explain = Callable[[RoutineFlow, WorkStep], tuple[Cue, ...]]


def which_muscle(flow: RoutineFlow, step: WorkStep) -> tuple[Cue, ...]:
    """Name the muscles that the exercise is for."""
    return (flow.writer.cue(MUSCLE_LINES[step.exercise.group]),)


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
    return (flow.writer.cue(WHY_LINES[step.exercise.group]),)


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
