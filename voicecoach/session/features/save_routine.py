"""The session as a routine of one's own: "save this as my evening routine"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from voicecoach.content.library import Routine, RoutineEntry, wrong_changes
from voicecoach.session.flow.question import Offer
from voicecoach.session.plan.steps import PlanStep, WorkStep

if TYPE_CHECKING:
    from voicecoach.session.session import Session

OWN_NAME_LINES = {
    "evening": "own.evening",
    "morning": "own.morning",
    "daily": "own.daily",
    "weekend": "own.weekend",
    "favourite": "own.favourite",
    "bedtime": "own.bedtime",
}
"""Id of a routine of one's own -> the line with its name."""

SaveResult = Literal["kept", "taken", "failed"]
"""What came of writing a routine down: it is there from now on; the user's own files have one of that name, and it was
not touched; or it could not be written."""


SAVE_LINES: Mapping[SaveResult, str] = {"kept": "save.kept", "taken": "save.taken", "failed": "save.failed"}


def for_today(_routine: Routine) -> SaveResult:
    """Nothing is written down: it is there until the session ends."""
    return "kept"


def _save(session: Session, slots: Mapping[str, object]) -> None:
    key = str(slots.get("routine"))
    steps = tuple(as_steps(session.flow.plan))
    if key not in OWN_NAME_LINES or not any(step.exercise for step in steps):
        session.flow.reply("save.nothing")
        return
    name = session.lines.phrase(OWN_NAME_LINES[key])
    about = session.lines.phrase("save.about")
    routine = Routine(id=key, name=name, about=about, steps=steps)
    if key not in session.library.routines:
        _keep(session, routine)
        return
    session.flow.reply("save.replace", name=name)
    cue = session.flow.writer.cue("save.replace", name=name)
    refused = partial(session.flow.reply, "save.unchanged", name=name)
    session.flow.question = Offer(cue, partial(_keep, session, routine), refused)


def _keep(session: Session, routine: Routine) -> None:
    outcome = session.keep(routine)
    if outcome != "taken":
        session.library = session.library.with_routine(routine)
    session.flow.reply(SAVE_LINES[outcome], name=routine.name)


def as_steps(plan: Iterable[PlanStep]) -> Iterator[RoutineEntry]:
    """The steps of a routine that makes `plan` again: a step for each exercise, with what differs from its dose."""
    for _block, (first, *_others) in groupby(plan, lambda step: step.block):
        yield _as_step(first) if isinstance(first, WorkStep) else RoutineEntry(water=True)


def _as_step(work: WorkStep) -> RoutineEntry:
    usual = work.exercise.dose.model_dump()
    told = work.dose.model_dump(include={"seconds", "count", "sets"})
    changes = {key: value for key, value in told.items() if value != usual.get(key)}
    step = RoutineEntry(exercise=work.exercise.id, alternative=work.alternative and work.alternative.id)
    changed = step.model_copy(update=changes)
    # What a voice may ask for on the way ("one more", where sides alternate) need not be what a file may say.
    return step if any(wrong_changes(changed, work.exercise)) else changed


HANDLERS = {"SaveRoutine": _save}
"""Intent -> what it does."""
