"""Where the session stands in its plan, and what entering each state of the chart makes the coach do."""

from __future__ import annotations

from voicecoach.events import Action, Cue, Hush, Note, Play, Reply, Script
from voicecoach.session.plan import (
    PlanStep,
    WaterStep,
    WorkStep,
    allowance,
    rest_before,
    with_alternative,
    with_hold,
)
from voicecoach.session.question import Question
from voicecoach.session.routine import Repetitions
from voicecoach.session.script import ScriptWriter


class Conductor:
    """The chart's model: answers its guards, moves through the plan, collects the actions.

    `position` is to be set before each event: seconds into the beat script being played.
    """

    def __init__(self, writer: ScriptWriter):
        self.writer = writer
        self.routine = ""
        self.plan: tuple[PlanStep, ...] = ()
        self.index = 0
        self.position = 0.0
        self.actions: list[Action] = []
        self.question: Question | None = None
        self._explained: set[str] = set()
        self._explain_fully = False
        self._preface: tuple[Cue, ...] = ()
        self._resting_before_work = False
        self._kept: float | None = None
        self._on_the_way = False
        self._pausing = "pause"
        self.advice: tuple[Cue, ...] = ()

    # --- the plan -----------------------------------------------------------------------------------------

    @property
    def step(self) -> PlanStep:
        """The current step; IndexError when there is no plan."""
        return self.plan[self.index]

    @property
    def work(self) -> WorkStep | None:
        """The current step when it is work."""
        step = self.plan[self.index] if self.plan else None
        return step if isinstance(step, WorkStep) else None

    @property
    def kept(self) -> float:
        """Seconds of the interrupted count or rest that have been done."""
        return self._kept or 0.0

    def begin(self, routine: str, plan: tuple[PlanStep, ...]) -> None:
        """Take up a plan; the chart's `start` follows."""
        self.routine, self.plan, self.index = routine, plan, 0
        self._kept = None
        self._on_the_way = True
        self._resting_before_work = False
        self._preface = self.writer.opening(routine, plan)
        self.actions.append(Note("routine started", {"routine": routine, "steps": len(plan)}))

    def set_hold(self, seconds: int) -> None:
        """Hold the current exercise for `seconds` from now on."""
        self.plan = with_hold(self.plan, self.step.block, seconds)

    def coming(self, *, other_exercise: bool = True) -> PlanStep | None:
        """The first step after this exercise (or after this step), None at the end."""
        for step in self.plan[self._upcoming :]:
            if not other_exercise or step.block != self.step.block:
                return step
        return None

    def _block_start(self, blocks_on: int) -> int | None:
        """Index of the first step of the next (1) or previous (-1) exercise."""
        starts = {step.block: i for i, step in reversed(list(enumerate(self.plan))) if isinstance(step, WorkStep)}
        here = self.step.block
        blocks = sorted(block for block in starts if (block > here if blocks_on > 0 else block < here))
        if not blocks:
            return None
        return starts[blocks[0] if blocks_on > 0 else blocks[-1]]

    @property
    def _upcoming(self) -> int:
        return self.index if self._resting_before_work else self.index + 1

    # --- guards of the chart ------------------------------------------------------------------------------

    def more(self) -> bool:
        """Whether another step follows."""
        return self._upcoming < len(self.plan)

    def rests(self) -> bool:
        """Whether a rest or a drink comes before the next work."""
        if not self.more():
            return False
        return isinstance(self.plan[self._upcoming], WaterStep) or rest_before(self.plan, self._upcoming) > 0

    def drinks(self) -> bool:
        """Whether a drink comes before the next exercise."""
        return isinstance(self.coming(), WaterStep)

    def another(self) -> bool:
        """Whether another exercise follows this one."""
        return self._block_start(1) is not None

    def at_work(self) -> bool:
        """Whether the step is an exercise and not a drink."""
        return self.work is not None

    def resumable(self) -> bool:
        """Whether a routine was left that can be carried on with."""
        return self._on_the_way

    # --- moves of the chart -------------------------------------------------------------------------------

    def advance(self) -> None:
        """Go to the next step."""
        self._done()
        self.index += 1

    def advance_to_rest(self) -> None:
        """Go to the next step, which is a drink or is rested for."""
        self._done()
        self.index += 1
        self._kept = None
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
        """Go to the exercise before this one; to the beginning of this one when it is the first."""
        before = self._block_start(-1)
        if before is None:
            self._preface = (self.writer.cue("back.first"),)
        self._go_to(before or 0)

    def explain_again(self) -> None:
        """Give the full text once more."""
        self._explain_fully = True

    def take_alternative(self) -> None:
        """Exchange the exercise for its alternative."""
        self.plan = with_alternative(self.plan, self.step.block)

    def complete(self) -> None:
        """The last step has been done, or left out."""
        self._done()
        self._on_the_way = False
        self.actions.append(Note("routine done", {"routine": self.routine}))
        self.play(self.writer.flow("done", self.writer.cue("routine.done")))

    def leave(self) -> None:
        """The user stops; the place is kept for "carry on"."""
        self.actions.append(Hush())
        self.actions.append(Note("routine stopped", {"routine": self.routine}))
        self.play(self.writer.flow("stopped", self.writer.cue("stop")))

    def ease_off(self) -> None:
        """Something hurts: say in the pause what to do about it."""
        self._pausing = "pain"

    def pause_silently(self) -> None:
        """Say nothing in the pause that follows: somebody else does."""
        self._pausing = ""

    def give_up(self) -> None:
        """Something may be seriously wrong: the place is forgotten, so that nothing can carry on from it."""
        if self._on_the_way:
            self.actions.append(Note("routine stopped", {"routine": self.routine}))
        self._on_the_way = False

    def _go_to(self, index: int) -> None:
        self.index = index
        self._kept = None
        self._resting_before_work = False

    def _done(self) -> None:
        if self.work:
            data = {"exercise": self.work.exercise.id, "side": self.work.side, "set": self.work.set_number}
            self.actions.append(Note("step done", data))

    def _left_out(self) -> None:
        if self.work:
            self.actions.append(Note("left out", {"exercise": self.work.exercise.id}))

    # --- entering the states of the chart -----------------------------------------------------------------

    def on_enter_announcing(self) -> None:
        """Explain the step: fully the first time and when asked to, else in a line."""
        step = self.work
        assert step is not None
        full = self._explain_fully or step.exercise.id not in self._explained
        before = self.plan[self.index - 1] if self.index else None
        cues = self._preface + self.writer.announce(step, before, full=full)
        self._preface, self._explain_fully, self._kept = (), False, None
        self._resting_before_work = False
        self.play(self.writer.flow("announce", *cues))

    def on_enter_positioning(self) -> None:
        """Leave time to get into position."""
        assert self.work is not None
        self._explained.add(self.work.exercise.id)
        self.play(self.writer.positioning(allowance(self.plan, self.index)))

    def on_enter_working(self) -> None:
        """Count the step, or what is left of it."""
        assert self.work is not None
        self._explained.add(self.work.exercise.id)
        elapsed, self._kept = self.kept, None
        script = self.writer.work(self.work, elapsed)
        self.play(script, min([0.0, *(cue.at for cue in script.cues)]) if not elapsed else elapsed - 3.5)

    def on_exit_working(self) -> None:
        """Keep the place: whole seconds of a hold, whole repetitions of a set."""
        assert self.work is not None
        unit = 1.0
        if isinstance(self.work.dose, Repetitions):
            unit = sum(phase.seconds for phase in self.work.dose.phases)
        self._kept = max(0.0, self.position // unit * unit)

    def on_enter_resting(self) -> None:
        """Rest or drink, or what is left of it."""
        elapsed, self._kept = self.kept, None
        step = self.step
        if isinstance(step, WaterStep):
            self.play(self.writer.water(max(5.0, step.seconds - elapsed)))
        else:
            left = max(5.0, rest_before(self.plan, self.index) - elapsed)
            self.play(self.writer.rest(left, step))

    def on_exit_resting(self) -> None:
        """Keep the place in the rest."""
        self._kept = max(0.0, self.position)

    def on_enter_paused(self) -> None:
        """Freeze."""
        line, self._pausing = self._pausing, "pause"
        self.actions.append(Hush())
        if line:
            self.play(self.writer.flow("paused", self.writer.cue(line)))

    def on_enter_resuming(self) -> None:
        """Say where we are."""
        self.play(self.writer.flow("resuming", self.writer.where(self.work, self._kept)))

    def on_enter_alarmed(self) -> None:
        """Give the advice, and nothing else."""
        self.actions.append(Hush())
        self.play(self.writer.flow("alarmed", *self.advice))

    def play(self, script: Script, position: float = 0.0) -> None:
        """Play `script`, from `position` (s) on, in place of the one being played."""
        self.actions.append(Play(script, position))

    def reply(self, line: str, **values: object) -> None:
        """Say one line over what is going on."""
        self.actions.append(Reply((self.writer.cue(line, **values),)))
