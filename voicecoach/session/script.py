"""Scripts: what is said when, for each part of a step. Flow for explaining, beat for counting.

The pacing follows the table in the exercise reference: up to fifteen seconds every second is counted; longer
holds get a form cue, "half way" and the last five; repetitions are counted on the effort.
"""

from __future__ import annotations

from collections.abc import Iterator

from voicecoach.events import Cue, Script
from voicecoach.session.lines import Lines
from voicecoach.session.plan import FIRST_SIDE, PlanStep, WorkStep, needs, seconds_from
from voicecoach.session.routine import Hold, Phase, Repetitions, Timed

COUNT_EVERY_SECOND = 15
"""Longest hold (s) of which every second is counted."""

BREATH = 1.6
"""Pause (s) between the sentences of an instruction, long enough to do what was said."""

TONE_LEAD = 0.45
"""How long before the beat the rising tone begins."""

TAIL = 1.8
"""Room after the last beat for the tone and the closing word."""

RESUME_COUNT = 3
"""A resumed hold is counted in from three."""


class ScriptWriter:
    """Writes the scripts of a plan in the words of `lines`."""

    def __init__(self, lines: Lines):
        self.lines = lines

    def cue(self, line: str, **values: object) -> Cue:
        """One spoken line as a cue of a flow script."""
        return Cue(text=self.lines(line, **values), line=line)

    def flow(self, name: str, *cues: Cue) -> Script:
        """Cues one after another."""
        return Script(cues=cues, name=name)

    # --- explaining ---------------------------------------------------------------------------------------

    def opening(self, routine: str, plan: tuple[PlanStep, ...]) -> tuple[Cue, ...]:
        """What comes before the first exercise: how much it is, what to fetch."""
        blocks = {step.block for step in plan if isinstance(step, WorkStep)}
        cues = [
            self.cue(
                "routine.begin",
                routine=routine,
                exercises=self.counted("exercise", len(blocks)),
                minutes=self.lines.about(seconds_from(plan, 0)),
            )
        ]
        things = [self.lines(f"need.{thing}").lower() for thing in needs(plan)]
        if things:
            cues.append(self.cue("routine.needs", things=self.lines.joined(things)))
        cues.append(self.cue("routine.safety"))
        return tuple(cues)

    def announce(self, step: WorkStep, before: PlanStep | None, *, full: bool) -> tuple[Cue, ...]:
        """Name, side, dose and set-up of a step. Later sets and sides need only a line, unless `full`."""
        same_exercise = isinstance(before, WorkStep) and before.block == step.block
        if same_exercise and not full:
            assert isinstance(before, WorkStep)
            return (self._again(step, before), self.cue("announce.position_short"))
        sentences = [*step.exercise.setup, step.exercise.cue] if full else [step.exercise.reminder]
        if full:
            sentences.append(step.exercise.caution)
        cues = [self._headline(step)]
        cues += [
            Cue(text=self.sided(text, step), gap=BREATH, line=f"exercise.{step.exercise.id}")
            for text in sentences
            if text
        ]
        if step.alternative:
            cues.append(self.cue("announce.alternative", alternative=step.alternative.name))
        cues.append(self.cue("announce.position" if full else "announce.position_short"))
        return tuple(cues)

    def sided(self, text: str, step: WorkStep) -> str:
        """`text` of an exercise with the side of `step` filled in."""
        if step.side is None:
            return text
        other = "right" if step.side == "left" else "left"
        names = {"side": self.lines.texts[f"side.{step.side}"], "other": self.lines.texts[f"side.{other}"]}
        return text.format(**names)

    def _again(self, step: WorkStep, before: WorkStep) -> Cue:
        if step.side and step.side != before.side and step.set_number == before.set_number:
            return self.cue("announce.switch", side=self.lines(f"side.{step.side}"))
        values = {"set": step.set_number, "sets": step.sets}
        if step.side:
            return self.cue("announce.again_side", side=self.lines(f"side.{step.side}"), **values)
        return self.cue("announce.again", exercise=step.exercise.name, **values)

    def _headline(self, step: WorkStep) -> Cue:
        values = {"exercise": step.exercise.name, "dose": self.dose(step)}
        if step.side:
            line = "announce.side" if step.side == FIRST_SIDE and step.set_number == 1 else "announce.one_side"
            text = self.lines(line, side=self.lines(f"side.{step.side}"), **values)
            return Cue(text=text, gap=1.0, line=line)
        return Cue(text=self.lines("announce.plain", **values), gap=1.0, line="announce.plain")

    def dose(self, step: WorkStep) -> str:
        """How much of the exercise, in words."""
        per_side = "_side" if step.side else ""
        dose = step.dose
        if isinstance(dose, Timed):
            return self.lines("dose.timed", duration=self.lines.duration(dose.seconds))
        if isinstance(dose, Hold):
            duration = self.lines.duration(dose.seconds)
            if step.sets == 1:
                return self.lines(f"dose.hold_once{per_side}", duration=duration)
            return self.lines(f"dose.hold{per_side}", sets=step.sets, duration=duration)
        if step.sets == 1:
            return self.lines(f"dose.repetitions{per_side}", count=dose.count)
        sets = self.counted("set", step.sets)
        return self.lines(f"dose.repetitions_sets{per_side}", sets=sets, count=dose.count)

    def counted(self, thing: str, number: int) -> str:
        """A number of things: "one exercise", "three sets"."""
        return self.lines(f"{thing}.one" if number == 1 else f"{thing}.many", n=number).lower()

    # --- counting -----------------------------------------------------------------------------------------

    def work(self, step: WorkStep, elapsed: float = 0.0) -> Script:
        """The beats of a step. With `elapsed` the part that is left, counted in from three."""
        dose = step.dose
        if isinstance(dose, Repetitions):
            cues = list(self._repetitions(dose))
            end = "repetitions.end"
        elif isinstance(dose, Hold):
            cues = list(self._hold(step, dose.seconds))
            end = "hold.end"
        else:
            cues = list(self._timed(dose.seconds))
            end = "timed.end"
        if elapsed:
            cues = [*self._count_in(elapsed), *(cue for cue in cues if cue.at > elapsed)]
        cues += [
            Cue(tone="end", at=step.seconds, kind="keep"),
            self._beat(end, step.seconds + TONE_LEAD, "keep"),
        ]
        return Script(tuple(cues), seconds=step.seconds + TAIL, name="work")

    def _beat(self, line: str, at: float, kind: str = "count", **values: object) -> Cue:
        return Cue(text=self.lines(line, **values), at=at, kind=kind, line=line)  # type: ignore[arg-type]

    def _number(self, value: int, at: float) -> Cue:
        return Cue(text=self.lines.number(value), at=at, kind="count", line="count")

    def _count_in(self, at: float) -> Iterator[Cue]:
        for left in range(RESUME_COUNT, 0, -1):
            yield self._number(left, at - left)
        yield Cue(tone="start", at=at, kind="keep")

    def _hold(self, step: WorkStep, seconds: int) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        yield self._beat("hold.start", 0.0, "keep")
        if seconds <= COUNT_EVERY_SECOND:
            for value in range(1, seconds):
                yield self._number(value, float(value))
            return
        if seconds >= 20:
            yield Cue(text=self.sided(step.exercise.cue, step), at=2.0, line=f"exercise.{step.exercise.id}")
        yield self._beat("hold.half", seconds / 2)
        yield from self._last_five(seconds)

    def _timed(self, seconds: int) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        yield self._beat("timed.start", 0.0, "keep")
        for left in range(60, seconds, 60):
            yield self._beat("timed.left", float(seconds - left), duration=self.lines.duration(left))
        if seconds > 60:
            yield self._beat("timed.left", float(seconds - 30), duration=self.lines.duration(30))
        yield from self._last_five(seconds)

    def _last_five(self, seconds: int) -> Iterator[Cue]:
        for left in range(5, 0, -1):
            yield self._number(left, float(seconds - left))

    def _repetitions(self, dose: Repetitions) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        phases = [(number, phase) for number in range(1, dose.count + 1) for phase in dose.phases]
        at = 0.0
        for (number, phase), following in zip(phases, [*phases[1:], None], strict=True):
            yield self._repetition_cue(number, phase, following, dose.count, at)
            at += phase.seconds

    def _repetition_cue(
        self, number: int, phase: Phase, following: tuple[int, Phase] | None, count: int, at: float
    ) -> Cue:
        if phase.effort:
            return self._number(number, at)
        if following and following[1].effort and count > 2:
            left = count - following[0]
            if left == 1:
                return self._beat("repetitions.two_more", at)
            if left == 0:
                return self._beat("repetitions.last", at)
        return Cue(text=phase.say, at=at, kind="count", line="phase")

    # --- resting ------------------------------------------------------------------------------------------

    def rest(self, seconds: float, coming: WorkStep) -> Script:
        """Rest between two sets: how long, what comes, a warning at ten seconds."""
        cues = [
            self._beat(
                "rest.begin",
                0.0,
                "say",
                duration=self.lines.duration(seconds),
                exercise=coming.exercise.name,
            )
        ]
        if seconds >= 20:
            cues.append(self._beat("rest.ten", seconds - 10))
        return Script(tuple(cues), seconds=seconds, name="rest")

    def water(self, seconds: float) -> Script:
        """A break to drink."""
        cue = self._beat("water", 0.0, "say", duration=self.lines.duration(seconds))
        return Script((cue,), seconds=seconds, name="water")

    def positioning(self, seconds: float) -> Script:
        """Silence in which to get into position."""
        return Script((), seconds=seconds, name="position")
