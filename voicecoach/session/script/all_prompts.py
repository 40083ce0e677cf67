"""Every text the coach can say, for the lint and for rendering ahead."""

from __future__ import annotations

from collections.abc import Iterator

from voicecoach.content.exercise import Repetitions
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.script import Script
from voicecoach.session.plan.steps import (
    MOST_HOLD,
    SIDES,
    PlanStep,
    WaterStep,
    WorkStep,
    make_plan,
    rest_before,
    with_alternative,
    work_before,
)
from voicecoach.session.script.writer import ScriptWriter


def plain_lines(lines: Lines) -> Iterator[tuple[str, str]]:
    """Return (id, text) of the lines without placeholders."""
    for line in lines.texts:
        if not lines.placeholders(line):
            yield line, lines(line)


def routine_prompts(library: Library, lines: Lines, routine: str) -> Iterator[tuple[str, str]]:
    """Return (id, text) of what may be said in `routine`, about in the order of need."""
    writer = ScriptWriter(lines)
    plan = make_plan(library.routines[routine], library)
    yield "check.in", lines("check.in", routine=library.routines[routine].name)
    for cue in writer.opening(library.routines[routine].name, plan):
        yield cue.line, cue.text
    yield from _of_plan(writer, plan)
    for block in {step.block for step in plan if isinstance(step, WorkStep) and step.alternative}:
        changed = with_alternative(plan, block)
        yield from _of_plan(writer, tuple(step for step in changed if step.block == block))


def all_prompts(library: Library, lines: Lines) -> list[tuple[str, str]]:
    """Return (id, text) of everything the coach can say, each text once."""
    found = {text: line for line, text in plain_lines(lines)}
    for routine in library.routines:
        for line, text in routine_prompts(library, lines, routine):
            found.setdefault(text, line)
    for number in range(1, MOST_HOLD + 1):
        found.setdefault(lines.number(number), "count")
    for exercise in library.exercises.values():
        texts = (
            exercise.feel,
            exercise.mistake,
            exercise.easier,
            exercise.harder,
            exercise.caution,
        )
        phases = exercise.dose.phases if isinstance(exercise.dose, Repetitions) else ()
        for text in (
            *texts,
            exercise.easier_caution or "",
            *(phase.easier or "" for phase in phases),
        ):
            for side in SIDES if exercise.sides == "per side" else (None,):
                found.setdefault(lines.sided(text, side), f"exercise.{exercise.id}")
    return [(line, text) for text, line in found.items() if text]


def _of_plan(writer: ScriptWriter, plan: tuple[PlanStep, ...]) -> Iterator[tuple[str, str]]:
    lines = writer.lines
    for index, step in enumerate(plan):
        if isinstance(step, WaterStep):
            yield from _of_script(writer.water(step.seconds))
            continue
        before = work_before(plan, index)
        for full in (True, False):
            for cue in writer.announce(step, before, full=full):
                yield cue.line, cue.text
        for text in (step.exercise.easier, step.exercise.harder):
            yield f"exercise.{step.exercise.id}", lines.sided(text, step.side)
        yield from _of_script(writer.work(step))
        if rest_before(plan, index):
            yield from _of_script(writer.rest(rest_before(plan, index), step))


def _of_script(script: Script) -> Iterator[tuple[str, str]]:
    for cue in script.cues:
        if cue.text:
            yield cue.line, cue.text
