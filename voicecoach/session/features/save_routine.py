"""Save the session as a routine: "save this as my evening routine"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby

from voicecoach.content.routine import Routine, RoutineEntry, wrong_changes
from voicecoach.session.context import SessionContext
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.steps import PlanStep, WorkStep
from voicecoach.session.profile.saved_routines import SaveResult
from voicecoach.session.slots import text

OWN_NAME_LINES = {
    "evening": "own.evening",
    "morning": "own.morning",
    "daily": "own.daily",
    "weekend": "own.weekend",
    "favourite": "own.favourite",
    "bedtime": "own.bedtime",
}
"""Id of a routine of one's own -> the line with its name."""

SAVE_LINES: Mapping[SaveResult, str] = {
    "kept": "save.kept",
    "taken": "save.taken",
    "failed": "save.failed",
}


def _save(context: SessionContext, slots: Mapping[str, object]) -> None:
    key = text(slots, "routine") or ""
    steps = tuple(as_steps(context.flow.plan))
    if key not in OWN_NAME_LINES or not any(step.exercise for step in steps):
        context.flow.reply("save.nothing")
        return
    name = context.lines.phrase(OWN_NAME_LINES[key])
    about = context.lines.phrase("save.about")
    routine = Routine(id=key, name=name, about=about, steps=steps)
    if key not in context.library.routines:
        _keep(context, routine)
        return
    context.flow.reply("save.replace", name=name)
    cue = context.writer.cue("save.replace", name=name)
    refused = partial(context.flow.reply, "save.unchanged", name=name)
    context.flow.question = Offer(cue, partial(_keep, context, routine), refused)


def _keep(context: SessionContext, routine: Routine) -> None:
    outcome = context.save_routine(routine)
    if outcome != "taken":
        context.library = context.library.with_routine(routine)
    context.flow.reply(SAVE_LINES[outcome], name=routine.name)


def as_steps(plan: Iterable[PlanStep]) -> Iterator[RoutineEntry]:
    """Return the entries of a routine that makes `plan` again, one for each exercise."""
    for _block, (first, *_others) in groupby(plan, lambda step: step.block):
        yield _as_step(first) if isinstance(first, WorkStep) else RoutineEntry(water=True)


def _as_step(work: WorkStep) -> RoutineEntry:
    usual = work.exercise.dose.model_dump()
    told = work.dose.model_dump(include={"seconds", "count", "sets"})
    changes = {key: value for key, value in told.items() if value != usual.get(key)}
    step = RoutineEntry(
        exercise=work.exercise.id, alternative=work.alternative and work.alternative.id
    )
    changed = step.model_copy(update=changes)
    # What a voice may ask for on the way ("one more", where sides alternate) need not be what a
    # file may say.
    return step if any(wrong_changes(changed, work.exercise)) else changed


HANDLERS = {"SaveRoutine": _save}
"""Intent -> what it does."""
