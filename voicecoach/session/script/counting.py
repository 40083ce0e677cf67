"""Write the beats of a step: what is counted, and when.

All times are seconds from the beginning of the work. The pacing follows the table in
docs/reference/exercise-sources.md: up to fifteen seconds every second is counted; longer holds get
a form cue, "half way" and the last five; repetitions are counted on the effort. Users may choose
other styles; tones and closing words are always there.
"""

from __future__ import annotations

from collections.abc import Iterator

from voicecoach.content.exercise import Hold, Phase, Repetitions
from voicecoach.content.lines import Lines
from voicecoach.core.script import Cue, Script
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.profile.preferences import CountStyle, Preferences

COUNT_EVERY_SECOND = 15
"""Longest hold (s) of which every second is counted."""

REMINDED = 20
"""Shortest hold (s) with the cue of the exercise in it."""

TONE_LEAD = 0.45
"""Seconds from the beginning of the rising tone to the beat."""

TAIL = 1.8
"""Seconds after the last beat for the tone and the closing word."""

RESUME_COUNT = 3
"""A resumed hold is counted in from three."""


class Counting:
    """Write beat scripts in the words of `lines`."""

    def __init__(self, lines: Lines):
        self.lines = lines

    def work(
        self, step: WorkStep, preferences: Preferences, elapsed: float | None = None
    ) -> Script:
        """Return the beats of a step, as the user likes them.

        With `elapsed` (s) only the part that is left is counted, after "three, two, one".
        """
        style, dose = preferences.counting, step.dose
        if isinstance(dose, Repetitions):
            cues = list(self._repetitions(step, dose, style))
            end = "repetitions.end"
        elif isinstance(dose, Hold):
            cues = list(self._hold(step, dose.seconds, preferences))
            end = "hold.end"
        else:
            cues = list(self._timed(dose.seconds, style))
            end = "timed.end"
        if elapsed is not None:
            cues = [*self._count_in(elapsed), *(cue for cue in cues if cue.at > elapsed)]
        cues += [
            Cue(tone="end", at=step.seconds, kind="keep"),
            self.beat(end, step.seconds + TONE_LEAD, "keep"),
        ]
        return Script(tuple(cues), seconds=step.seconds + TAIL, name="work")

    def beat(self, line: str, at: float, kind: str = "count", **values: object) -> Cue:
        """Return a spoken line whose onset falls at `at` seconds."""
        return Cue(text=self.lines(line, **values), at=at, kind=kind, line=line)  # type: ignore[arg-type]

    def _number(self, value: int, at: float) -> Cue:
        return Cue(text=self.lines.number(value), at=at, kind="count", line="count")

    def _count_in(self, at: float) -> Iterator[Cue]:
        for left in range(RESUME_COUNT, 0, -1):
            yield self._number(left, at - left)
        yield Cue(tone="start", at=at, kind="keep")

    def _hold(self, step: WorkStep, seconds: int, preferences: Preferences) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        yield self.beat("hold.start", 0.0, "keep")
        style = preferences.counting
        if style == "usual" and seconds <= COUNT_EVERY_SECOND:
            style = "every second"
        if style in ("usual", "none") and seconds >= REMINDED and preferences.words != "few":
            text = self.lines.sided(step.meanwhile, step.side)
            yield Cue(text=text, at=2.0, line=f"exercise.{step.exercise.id}")
        if style == "usual":
            yield self.beat("hold.half", seconds / 2)
            yield from self._last_five(seconds)
        elif style != "none":
            for second in range(1, seconds):
                if style != "every five" or second % 5 == 0:
                    yield self._number(
                        seconds - second if style == "down" else second, float(second)
                    )

    def _timed(self, seconds: int, style: CountStyle) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        yield self.beat("timed.start", 0.0, "keep")
        if style == "none":
            return
        for left in range(60, seconds, 60):
            yield self.beat("timed.left", float(seconds - left), duration=self.lines.duration(left))
        if seconds >= 60:
            yield self.beat("timed.left", float(seconds - 30), duration=self.lines.duration(30))
        yield from self._last_five(seconds)

    def _last_five(self, seconds: int) -> Iterator[Cue]:
        for left in range(5, 0, -1):
            yield self._number(left, float(seconds - left))

    def _repetitions(self, step: WorkStep, dose: Repetitions, style: CountStyle) -> Iterator[Cue]:
        yield Cue(tone="start", at=-TONE_LEAD, kind="keep")
        phases = [(number, phase) for number in range(1, dose.count + 1) for phase in dose.phases]
        at = 0.0
        for (number, phase), following in zip(phases, [*phases[1:], None], strict=True):
            said = (step.level == "easier" and phase.easier) or phase.say
            yield self._repetition_cue(number, phase, said, following, dose.count, at, style)
            at += phase.seconds * step.pace

    def _repetition_cue(
        self,
        number: int,
        phase: Phase,
        said: str,
        following: tuple[int, Phase] | None,
        count: int,
        at: float,
        style: CountStyle,
    ) -> Cue:
        if phase.effort and (
            style in ("usual", "every second", "down")
            or (style == "every five" and number % 5 == 0)
        ):
            return self._number(count - number + 1 if style == "down" else number, at)
        if following and following[1].effort and count > 2 and style != "none":
            left = count - following[0]
            if left == 1:
                return self.beat("repetitions.two_more", at)
            if left == 0:
                return self.beat("repetitions.last", at)
        return Cue(text=said, at=at, kind="count", line="phase")
