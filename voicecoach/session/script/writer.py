"""Write the scripts of a step: flows for explaining, beats for counting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from voicecoach.content.exercise import Hold, Repetitions, Timed
from voicecoach.content.lines import Lines
from voicecoach.core.script import Cue, Script
from voicecoach.session.plan.duration import whole_length
from voicecoach.session.plan.steps import (
    FIRST_SIDE,
    PlanStep,
    WorkStep,
    gets_down,
    needs,
    rises,
    rises_for_the_way,
)
from voicecoach.session.profile.preferences import Preferences
from voicecoach.session.script.counting import Counting

LONG_REST = 20.0
"""Seconds from which on a rest is one in which there is more to say."""

NEED_LINES = {
    "wall": "need.wall",
    "chair": "need.chair",
    "mat": "need.mat",
    "strap": "need.strap",
    "counter": "need.counter",
    "cushion": "need.cushion",
}
"""Thing that an exercise needs -> the line with its name."""

LEVEL_LINES = {"easier": "level.easier", "harder": "level.harder"}
"""Level -> the line before its text in an announcement."""

NEW_LEVEL_LINES = {
    "easier": "level.now.easier",
    "usual": "level.now.usual",
    "harder": "level.now.harder",
}
"""Level -> the line that confirms a change to it."""

HOLD_ONCE_LINES = {"none": "dose.hold_once", "per side": "dose.hold_once_side"}
HOLD_LINES = {"none": "dose.hold", "per side": "dose.hold_side"}
ONE_SET_LINES = {
    "none": "dose.repetitions",
    "per side": "dose.repetitions_side",
    "alternating": "dose.repetitions_alternating",
}
SETS_LINES = {
    "none": "dose.repetitions_sets",
    "per side": "dose.repetitions_sets_side",
    "alternating": "dose.repetitions_sets_alternating",
}
"""Sides of an exercise -> the lines of its dose.

The lines are for one hold, several holds, one set of repetitions, and several sets.
"""

BREATH = 1.6
"""Pause (s) between the sentences of an instruction, long enough to do what was said."""


def paced(cues: Iterable[Cue], pace: float) -> tuple[Cue, ...]:
    """Return `cues` with pauses `pace` times as long."""
    return tuple(replace(cue, gap=cue.gap * pace) for cue in cues)


class ScriptWriter:
    """Write the scripts of a plan in the words of `lines`, as the user likes it."""

    def __init__(self, lines: Lines, preferences: Preferences | None = None):
        self.lines = lines
        self.preferences = preferences or Preferences()
        self.counting = Counting(lines)

    def cue(self, line: str, **values: object) -> Cue:
        """Return a line as a cue of a flow script."""
        return Cue(text=self.lines(line, **values), line=line)

    def flow(self, name: str, *cues: Cue) -> Script:
        """Return a script of cues one after another."""
        return Script(cues=cues, name=name)

    # --- explaining ------------------------------------------------------------------------------

    def opening(
        self, routine: str, plan: tuple[PlanStep, ...], known_exercises: Collection[str] = ()
    ) -> tuple[Cue, ...]:
        """Return what comes before the first exercise: its length, and what to fetch.

        The exercises in `known_exercises` are not new.
        """
        blocks = {step.block for step in plan if isinstance(step, WorkStep)}
        cues = [
            self.cue(
                "routine.begin",
                routine=routine,
                exercises=self.counted("exercise", len(blocks)),
                minutes=self.lines.about(whole_length(plan, known_exercises)),
            )
        ]
        things = [self.lines.phrase(NEED_LINES[thing]) for thing in needs(plan)]
        if things:
            cues.append(self.cue("routine.needs", things=self.lines.joined(things)))
            if any(
                isinstance(step, WorkStep) and step.exercise.id not in known_exercises
                for step in plan
            ):
                cues.append(self.cue("routine.fetch"))
        cues.append(self.cue("routine.safety"))
        return tuple(cues)

    def announce(
        self, step: WorkStep, before: WorkStep | None, *, full: bool, warn: bool = False
    ) -> tuple[Cue, ...]:
        """Return name, side, dose and set-up of a step.

        Later sets and sides need only a line, unless `full`. `warn`: say who should leave the
        exercise out, also where little else is said.
        """
        if before and before.block == step.block and not full:
            return (self._again(step, before), self.cue("announce.position_short"))
        exercise = step.exercise
        cues = [self._headline(step)]
        if rises(step, before):
            cues.append(self.cue("announce.rise"))
        if gets_down(step, before):
            cues.append(self.cue("announce.down"))
        if not step.apart:
            cues += [
                self._own(step, text)
                for text in ([*exercise.setup, exercise.cue] if full else [exercise.reminder])
            ]
        if step.way:
            cues += [self.cue(LEVEL_LINES[step.level]), self._own(step, step.way)]
        if step.caution and (full or warn):
            cues.append(self._own(step, step.caution))
        if step.alternative and step.level != "easier" and self.preferences.words != "few":
            cues.append(self.cue("announce.alternative", alternative=step.alternative.name))
        cues.append(self.cue("announce.position" if full else "announce.position_short"))
        return paced(cues, step.pace)

    def changed(self, step: WorkStep) -> tuple[Cue, ...]:
        """Return that an exercise is done at another level from now on, and how."""
        return (
            self.cue(NEW_LEVEL_LINES[step.level]),
            self._own(step, step.way or step.exercise.cue),
        )

    def changing(self, step: WorkStep) -> tuple[Cue, ...]:
        """Return `changed` for a level for which one gets into another position."""
        now, how = self.changed(step)
        rise = (self.cue("announce.rise"),) if rises_for_the_way(step) else ()
        setup = () if step.way else (self._own(step, text) for text in step.exercise.setup)
        return (now, *rise, *setup, how, self.cue("announce.position"))

    def _own(self, step: WorkStep, text: str) -> Cue:
        """Return a text of the exercise as a cue, with a pause after it."""
        return Cue(
            text=self.lines.sided(text, step.side), gap=BREATH, line=f"exercise.{step.exercise.id}"
        )

    def _again(self, step: WorkStep, before: WorkStep) -> Cue:
        if step.side and step.side != before.side and step.set_number == before.set_number:
            return self.cue("announce.switch", side=self.lines.side(step.side))
        values = {"set": step.set_number, "sets": step.sets}
        if step.side:
            return self.cue("announce.again_side", side=self.lines.side(step.side), **values)
        return self.cue("announce.again", exercise=step.exercise.name, **values)

    def _headline(self, step: WorkStep) -> Cue:
        both = step.side == FIRST_SIDE and step.set_number == 1
        values = {"exercise": step.exercise.name, "dose": self.dose(step, both=both)}
        if step.side:
            line = "announce.side" if both else "announce.one_side"
            text = self.lines(line, side=self.lines.side(step.side), **values)
            return Cue(text=text, gap=1.0, line=line)
        return Cue(text=self.lines("announce.plain", **values), gap=1.0, line="announce.plain")

    def dose(self, step: WorkStep, *, both: bool = True) -> str:
        """Return how much of the exercise to do, in words.

        Not `both`: the other side has been done, or is left out.
        """
        sides = "per side" if step.side and both else "none"
        dose = step.dose
        if isinstance(dose, Timed):
            return self.lines("dose.timed", duration=self.lines.duration(dose.seconds))
        if isinstance(dose, Hold):
            duration = self.lines.duration(dose.seconds)
            if step.sets == 1:
                return self.lines(HOLD_ONCE_LINES[sides], duration=duration)
            return self.lines(HOLD_LINES[sides], sets=step.sets, duration=duration)
        if step.exercise.sides == "alternating":
            sides = "alternating"
        if step.sets == 1:
            return self.lines(ONE_SET_LINES[sides], count=dose.count)
        sets = self.counted("set", step.sets)
        return self.lines(SETS_LINES[sides], sets=sets, count=dose.count)

    def counted(self, thing: str, number: int) -> str:
        """Return a number of things in words: "one exercise", "three sets"."""
        return self.lines.counted(thing, number)

    # --- counting and resting --------------------------------------------------------------------

    def where(self, step: WorkStep | None, kept: float | None) -> Cue:
        """Return where the coach carries on: `kept` seconds into `step`.

        Without a step, it carries on in a break to drink.
        """
        if step is None:
            return self.cue("resume.water")
        if not kept:
            return self.cue("resume.step", exercise=step.exercise.name)
        values: dict[str, object] = {"exercise": step.exercise.name}
        if step.side:
            values["side"] = self.lines.side(step.side)
        if isinstance(step.dose, Repetitions):
            done = round(kept / step.seconds * step.dose.count)
            values["count"] = self.counted("repetition", step.dose.count - done)
            return self.cue(
                "resume.repetitions_side" if step.side else "resume.repetitions", **values
            )
        values["duration"] = self.lines.duration(step.seconds - kept)
        return self.cue("resume.work_side" if step.side else "resume.work", **values)

    def anew(self, step: WorkStep) -> Cue:
        """Return that `step` is done once more from its beginning."""
        if step.side:
            return self.cue("restart.side", side=self.lines.side(step.side))
        return self.cue("restart")

    def work(self, step: WorkStep, elapsed: float | None = None) -> Script:
        """Return the beats of a step; with `elapsed` (s), of the part that is left."""
        return self.counting.work(step, self.preferences, elapsed)

    def rest(self, seconds: float, coming: WorkStep) -> Script:
        """Return the script of a rest between two sets.

        It says how long the rest is; a long one also names what comes, and warns ten seconds before
        its end.
        """
        duration = self.lines.duration(seconds)
        if seconds < LONG_REST:
            return Script(
                (self.counting.beat("rest.short", 0.0, "say", duration=duration),),
                seconds,
                name="rest",
            )
        cues = (
            self.counting.beat(
                "rest.begin", 0.0, "say", duration=duration, exercise=coming.exercise.name
            ),
            self.counting.beat("rest.ten", seconds - 10),
        )
        return Script(cues, seconds=seconds, name="rest")

    def water(self, seconds: float, *, last: bool = False) -> Script:
        """Return the script of a break to drink; `last`: nothing comes after it."""
        line = "water.last" if last else "water"
        cue = self.counting.beat(line, 0.0, "say", duration=self.lines.duration(seconds))
        return Script((cue,), seconds=seconds, name="water")

    def positioning(self, seconds: float) -> Script:
        """Return silence in which to get into position."""
        return Script((), seconds=seconds, name="position")
