"""Write the doses of all exercises as a page for review.

Usage: `python -m voicecoach.session.plan.dose_page FILE`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from voicecoach.content.exercise import Exercise, Hold, Repetitions
from voicecoach.content.library import Library, load_library
from voicecoach.content.routine import RoutineEntry
from voicecoach.session.plan.age_doses import OLDER, for_age
from voicecoach.session.plan.selectors import is_stretch
from voicecoach.session.plan.steps import PlanStep, WorkStep, lay_out

_PAGE = """# What is done how long, for review

Written from the exercises of the content and the rules for the age by `make docs`; a test keeps it
up to date. "{older} and older" is what the coach does once it knows the age ("I'm seventy", or
`age` in the [settings](settings.md)). What it does about pain and danger is in
[coaching](../explanation/coaching.md) and [safety](../explanation/safety.md).

| Exercise | Where | Sides | Dose | {older} and older | Easier | Caution | Agreed |
|---|---|---|---|---|---|---|---|
{rows}

## Where the doses come from

- Stretches: held 10 to 30 s, by older adults 30 to 60 s, to the point of tightness or slight
  discomfort, without bouncing, best daily; two to four times, some 60 s in all for each muscle.
  ACSM's Guidelines for Exercise Testing and Prescription; Garber et al. 2011, "Quantity and quality
  of exercise".
- Long holds before effort cost strength, so dynamic work and strength come before stretches. Simic
  et al. 2012.
- Strength: on two or three days a week that do not follow each other, 8 to 12 repetitions, 10 to 15
  for those who are older or begin; one set is enough at first. ACSM, as above. With its journal the
  coach leaves strength out today if it was done today or yesterday; without one
  (`journal: false`) the user has to see to that.
- Warm-up: 5 to 10 minutes. The walk takes five; the jog is offered instead, not required.
- One may ask for other holds: 5 to 60 s for a stretch. Whoever asks for more is told what there is.

[Where exercises, doses and pacing come from](exercise-sources.md) has the tables.

Reviewed by: ____________________  Profession: ____________________  Date: ____________________
"""


def page(library: Library) -> str:
    """Return the page of doses for the exercises of `library`."""
    return _PAGE.format(
        older=OLDER, rows="\n".join(_row(one, library) for one in library.exercises.values())
    )


def _row(exercise: Exercise, library: Library) -> str:
    usual = lay_out([RoutineEntry(exercise=exercise.id)], library)
    cells = (
        exercise.name,
        exercise.position,
        exercise.sides,
        _dose(usual),
        _dose(for_age(usual, OLDER)),
        exercise.easier.format(side="working", other="other"),
        exercise.caution.format(side="working", other="other"),
        "",
    )
    return f"| {' | '.join(cells)} |"


def _dose(plan: Iterable[PlanStep]) -> str:
    step = next(step for step in plan if isinstance(step, WorkStep))
    dose, each = step.dose, " per side" if step.exercise.sides == "per side" else ""
    if isinstance(dose, Hold):
        kind = "stretch" if is_stretch(step.exercise) else "hold"
        return f"{kind}, {dose.sets} x {dose.seconds} s{each}"
    if isinstance(dose, Repetitions):
        seconds = sum(phase.seconds for phase in dose.phases)
        return f"{dose.sets} x {dose.count}{each}, {seconds:g} s each"
    return f"{dose.seconds / 60:g} min"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(load_library()), encoding="utf-8")
