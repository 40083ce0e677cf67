"""Move through the plan, and say what belongs to each state of the chart."""

from __future__ import annotations

from typing import Literal

from voicecoach.content.exercise import Hold
from voicecoach.core.actions import Note, StopAudio
from voicecoach.core.script import Cue
from voicecoach.core.session_events import (
    RoutineDone,
    RoutineResumed,
    RoutineStarted,
    RoutineStopped,
    StepDone,
    StepLeftOut,
)
from voicecoach.session.flow.check_states import CheckStates
from voicecoach.session.flow.plan_cursor import PlanCursor
from voicecoach.session.plan.levels import Fit, as_planned
from voicecoach.session.plan.serialization import work_done
from voicecoach.session.plan.steps import (
    RISING,
    PlanStep,
    WaterStep,
    WorkStep,
    rest_before,
    rises_for_the_way,
    setup_seconds,
    with_alternative,
    with_pace,
    work_before,
)
from voicecoach.session.profile.exercise_memory import ExerciseMemory
from voicecoach.session.profile.preferences import PACES
from voicecoach.session.script.writer import ScriptWriter

COUNT_IN = 3.5
"""Seconds by which a resumed count begins before the place of its interruption.

They are half a second, and "three, two, one".
"""


class RoutineFlow(PlanCursor, CheckStates):
    """Move through the plan as the chart's model, and collect each state's actions.

    Arguments travel with the events of the chart. Some private fields outlive an event: `_opening`
    and `_remarks` wait while the check-in is asked, `_rising` from the announcement to the
    positioning, `_interrupted_s` and `_counted_from` hold the place in a count. `_explain_fully`,
    `_changing` and `_anew` are set by the action of a transition, which depends on the state that
    is left, and are used up when the next state is entered.

    Attributes:
        memory: The ways in which exercises are done.
        fit: Makes what comes into the plan later fit how the legs are.
        full_plan: The exercises of the routine, with those that are left out.
        hurting: Where it hurt in this routine.
        skip_remaining: This exercise hurts too much to go on with.
        known_exercises: Exercises that need no full explanation any more.
        line: Id of the line that is being said.
        expected_pause_s: How long the user wants to pause; 0 where it was not told.
    """

    def __init__(self, writer: ScriptWriter):
        CheckStates.__init__(self, writer)
        PlanCursor.__init__(self)
        self.memory = ExerciseMemory()
        self.known_exercises: set[str] = set()
        self._explain_fully = False
        self.full_plan: tuple[WorkStep, ...] = ()
        self._changing = self._rising = False
        self._opening = False
        self.line: str | None = None
        self._introduction: frozenset[str | None] = frozenset()
        self._remarks: tuple[Cue, ...] = ()
        self.fit: Fit = as_planned
        self._interrupted_s: float | None = None
        self._counted_from: float | None = None
        self._anew = False
        self._on_the_way = False
        self.expected_pause_s = 0.0
        self.hurting: tuple[str, ...] = ()
        self.skip_remaining = False

    # --- the plan --------------------------------------------------------------------------------

    @property
    def interrupted_s(self) -> float:
        """Return the seconds done of the interrupted count; 0 without an interruption."""
        return 0.0 if self._resting_before_work else self._interrupted_s or 0.0

    def begin(
        self,
        routine: str,
        plan: tuple[PlanStep, ...],
        *,
        checked: bool = False,
        remarks: tuple[Cue, ...] = (),
    ) -> None:
        """Take a plan; the chart's `start` follows.

        `checked`: nothing is asked before. `remarks` on the plan are made before its first
        exercise.
        """
        paced = with_pace(plan, PACES[self.writer.preferences.pace])
        self._set_up(routine, self.memory.applied(paced), 0)
        self.full_plan = tuple(step for step in paced if isinstance(step, WorkStep))
        self._unchecked = self.check is not None and not checked
        self._opening = True
        self._remarks = remarks
        self.actions.append(Note(RoutineStarted(routine, len(plan))))

    def _set_up(self, routine: str, plan: tuple[PlanStep, ...], index: int) -> None:
        self.routine, self.plan, self.index = routine, plan, index
        self.full_plan = tuple(step for step in plan if isinstance(step, WorkStep))
        self._unchecked = self._opening = False
        self._remarks = ()
        self._interrupted_s = None
        self._on_the_way = True
        self._resting_before_work = False
        self.fit = as_planned
        self.hurting, self.skip_remaining = (), False

    def take_up(self, routine: str, plan: tuple[PlanStep, ...], index: int) -> None:
        """Carry on with an earlier session at step `index`; the chart's `start` follows.

        The step is an exercise. Nothing is asked before, and the exercise begins with its
        explanation.
        """
        self._set_up(routine, with_pace(plan, PACES[self.writer.preferences.pace]), index)
        self.actions.append(Note(RoutineResumed()))

    # --- guards of the chart ---------------------------------------------------------------------

    def over(self) -> bool:
        """Return True if this exercise hurts too much to go on with."""
        return self.skip_remaining

    def resumable(self) -> bool:
        """Return True if a routine was left that can be carried on with."""
        return self._on_the_way

    # --- moves of the chart ----------------------------------------------------------------------

    def advance(self) -> None:
        """Go to the next step."""
        self._done()
        self.index += 1

    def advance_to_rest(self) -> None:
        """Go to the next step, which is a drink or is rested for."""
        self._done()
        self.index += 1
        self._interrupted_s = None
        self._resting_before_work = isinstance(self.step, WorkStep)

    def advance_from_rest(self) -> None:
        """Go to the work that follows the rest."""
        self.index = self._upcoming
        self._resting_before_work = False

    def advance_exercise(self) -> None:
        """Go to the next exercise, leaving out what is left of this one."""
        self._left_out()
        following = self._block_start(1)
        assert following is not None
        self._go_to(following)

    def advance_to_drink(self) -> None:
        """Go to the drink that follows this exercise."""
        self._left_out()
        drink = self.coming()
        assert drink is not None
        self._go_to(self.plan.index(drink))

    def return_exercise(self) -> None:
        """Go to the exercise before this one; from the first one, to its beginning."""
        self._go_to(self._block_start(-1) or 0)

    def return_step(self) -> None:
        """Go to the exercise that came right before this rest or drink."""
        self._go_to(self.index - 1)

    def leave_side(self) -> None:
        """Go to the other side, leaving out the rest of this exercise on this one."""
        assert self.work is not None
        assert self.work.side is not None
        self._left_out()
        self.leave_out(self.work.side)
        self._go_to(self.index)

    def begin_anew(self) -> None:
        """Do the hold or the set again from its beginning."""
        self._interrupted_s, self._anew, self.skip_remaining = 0.0, True, False

    def explain_again(self) -> None:
        """Give the full text once more."""
        self._explain_fully = True

    def change_way(self) -> None:
        """Explain another level of the exercise.

        A set or a walk goes on from its place; a hold begins from zero.
        """
        self._changing = True

    def take_alternative(self) -> None:
        """Exchange the exercise for its alternative."""
        self.plan = with_alternative(self.plan, self.step.block)

    def complete(self) -> None:
        """End the routine: its last step has been done, or left out."""
        self._done()
        self._on_the_way = False
        self.actions.append(Note(RoutineDone(self.routine)))
        after = self.check.after() if self.check else ()
        line = "routine.done.watered" if isinstance(self.plan[-1], WaterStep) else "routine.done"
        self.play(self.writer.flow("done", self.writer.cue(line), *after))

    def leave(self) -> None:
        """End the routine at the user's wish; its place is kept for "carry on"."""
        self.actions.append(StopAudio())
        self.actions.append(Note(RoutineStopped(self.routine)))
        self.play(self.writer.flow("stopped", self.writer.cue("stop")))

    def give_up(self) -> None:
        """End the routine for good, so that nothing can carry on from its place."""
        if self._on_the_way:
            self.actions.append(Note(RoutineStopped(self.routine)))
        self._on_the_way = False

    def _go_to(self, index: int) -> None:
        self.index, self.skip_remaining = index, False
        self._interrupted_s = None
        self._resting_before_work = False

    def _done(self) -> None:
        if self.work:
            event = StepDone(self.work.exercise.id, self.work.side, self.work.set_number)
            self.actions.append(Note(event))

    def _left_out(self) -> None:
        if self.work:
            reason: Literal["pain", "asked for"] = "pain" if self.skip_remaining else "asked for"
            work = work_done(self.work, self.interrupted_s)
            self.actions.append(
                Note(StepLeftOut(self.work.exercise.id, self.work.side, reason, work))
            )

    # --- entering the states of the chart --------------------------------------------------------

    def on_enter_announcing(self, preface: tuple[Cue, ...] = ()) -> None:
        """Explain the step, after `preface`.

        The first time and when asked to the explanation is full, otherwise it is one line. Before
        the first exercise the routine is introduced.
        """
        step = self.work
        assert step is not None
        self.skip_remaining = False
        if self._changing:
            self._changing = False
            self._interrupted_s = None if isinstance(step.dose, Hold) else self._interrupted_s
            self._rising = rises_for_the_way(step)
            self.play(self.writer.flow("announce", *self.writer.changing(step)))
            return
        new = step.exercise.id not in self.known_exercises
        full = self._explain_fully or (new and self.writer.preferences.words != "few")
        before = work_before(self.plan, self.index)
        opening = (*self._introduce(), *self._remarks) if self._opening else ()
        first = (*preface, *opening)
        self._introduction = frozenset(cue.line for cue in first if opening)
        cues = (*first, *self.writer.announce(step, before, full=full, warn=new))
        self._remarks, self._opening, self._explain_fully, self._interrupted_s = (
            (),
            False,
            False,
            None,
        )
        self._unchecked = self._resting_before_work = False
        self.play(self.writer.flow("announce", *cues))

    def introducing(self) -> bool:
        """Return True if the routine is being introduced, and no exercise yet."""
        return self.line is not None and self.line in self._introduction

    def announce_again(self, line: str) -> None:
        """Say `line`, and announce the step once more, in as many words as wanted now."""
        self.on_enter_announcing((self.writer.cue(line),))

    def forget_explanations(self) -> None:
        """Explain every exercise fully once more."""
        self.known_exercises.clear()

    def _introduce(self) -> tuple[Cue, ...]:
        """Return what the routine is, and what is left out of it as usual."""
        names = dict.fromkeys(
            step.exercise.name
            for step in self.full_plan
            if self.memory.way(step.exercise.id) == "left out"
        )
        left_out = (
            [self.writer.cue("routine.left_out", exercises=self.writer.lines.joined([*names]))]
            if names
            else []
        )
        return (*self.writer.opening(self.routine, self.plan, self.known_exercises), *left_out)

    def on_enter_positioning(self) -> None:
        """Leave time to get into position."""
        assert self.work is not None
        self.known_exercises.add(self.work.exercise.id)
        rising, self._rising = self._rising, False
        seconds = RISING * self.work.pace if rising else setup_seconds(self.plan, self.index)
        self.play(self.writer.positioning(seconds))

    def on_enter_working(self) -> None:
        """Count the step, or what is left of it."""
        assert self.work is not None
        self.known_exercises.add(self.work.exercise.id)
        self._counted_from, self._interrupted_s = self._interrupted_s, None
        script = self.writer.work(self.work, self._counted_from)
        first = min([0.0, *(cue.at for cue in script.cues)])
        self.play(script, first if self._counted_from is None else self._counted_from - COUNT_IN)

    def set_pace(self, pace: float) -> float:
        """Lay out the plan at another pace.

        Returns the factor by which the counted part of the step, and the place in it, is stretched.
        """
        before = self.work
        self.plan = with_pace(self.plan, pace)
        after = self.work
        if before is None or after is None or self._resting_before_work:
            return 1.0
        stretched = after.unit / before.unit
        self._interrupted_s = (
            None if self._interrupted_s is None else self._interrupted_s * stretched
        )
        self._counted_from = None if self._counted_from is None else self._counted_from * stretched
        return stretched

    def recount(self, step: WorkStep | None = None, *, moved: float = 0.0) -> None:
        """Count on as the changed step, or as `step`; the zero moves by `moved` seconds."""
        counted = step or self.work
        assert counted is not None
        self.go_on_as(self.writer.work(counted, self._counted_from), moved=moved)

    def on_exit_working(self) -> None:
        """Keep the place: whole seconds of a hold, whole repetitions of a set."""
        assert self.work is not None
        self._interrupted_s = max(0.0, self.position // self.work.unit * self.work.unit)

    def on_enter_resting(self) -> None:
        """Rest or drink, or what is left of it."""
        elapsed, self._interrupted_s = self._interrupted_s or 0.0, None
        step = self.step
        if isinstance(step, WaterStep):
            self.play(
                self.writer.water(max(5.0, step.seconds - elapsed), last=step is self.plan[-1])
            )
        else:
            left = max(5.0, rest_before(self.plan, self.index) - elapsed)
            self.play(self.writer.rest(left, step))

    def on_exit_resting(self) -> None:
        """Keep the place in the rest."""
        self._interrupted_s = max(0.0, self.position)

    def on_enter_paused(self, cues: tuple[Cue, ...] | None = None, expected_s: float = 0.0) -> None:
        """Stop the sound, and say `cues`; None: the usual line."""
        self.expected_pause_s = expected_s
        self.actions.append(StopAudio())
        if cues is None:
            cues = (self.writer.cue("pause"),)
        if cues:
            self.play(self.writer.flow("paused", *cues))

    def on_enter_resuming(self) -> None:
        """Say where the routine goes on."""
        anew, self._anew = self._anew, False
        cue = (
            self.writer.anew(self.work)
            if anew and self.work
            else self.writer.where(self.work, self.interrupted_s)
        )
        self.play(self.writer.flow("resuming", cue))

    def on_enter_alarmed(self, advice: tuple[Cue, ...]) -> None:
        """Give the advice, and nothing else."""
        self.actions.append(StopAudio())
        self.play(self.writer.flow("alarmed", *advice))
