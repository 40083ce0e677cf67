"""Run a scenario: the coach in a simulated room, with a synthetic user and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from voicecoach.core.audio import Clip, Samples
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.simulation.room import Room
from voicecoach.simulation.scenario import Expectation, Scenario, Step, When
from voicecoach.simulation.sounds import SOUNDS

REACTION_S = 2.5
"""An accepted command counts as the user's within this time after the user's last word."""


@dataclass(slots=True)
class Outcome:
    """The result of a scenario."""

    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    steps_done: int = 0

    @property
    def passed(self) -> bool:
        """Return True if every expectation was met."""
        return not self.failures


@dataclass(slots=True)
class _Saying:
    """The user's present or last sentence, with its start and end (s)."""

    text: str = ""
    start: float = -np.inf
    end: float = -np.inf


class Simulation:
    """Lets a user talk to the coach in a room.

    Args:
        coach: The coach to be tested.
        room: The simulated sound card.
        scenario: The user's sentences and the expected reactions.
        voice: Renders the user's words at 16 kHz; None types them instead.
        record: Called with each block of microphone.
    """

    def __init__(
        self,
        coach: Coach,
        room: Room,
        scenario: Scenario,
        voice: Callable[[str], Clip] | None,
        record: Callable[[Samples], None] | None = None,
    ):
        self._coach, self._room, self._scenario = coach, room, scenario
        self._voice, self._record = voice, record
        self._log: list[LogEvent] = []
        self._said: list[Mapping[str, object]] = []
        self._number = 0
        self._mark = 0
        self._since = 0.0
        self._due: float | None = None
        self._saying = _Saying()
        self._checking_from: float | None = None
        self.outcome = Outcome()
        coach.listeners.append(self._note)
        coach.listeners.append(self._guard)

    def run(self) -> Outcome:
        """Run the scenario to its end, or to the first step that fails."""
        self._coach.begin()
        out = np.zeros(self._coach.block, dtype=np.float32)
        while self._number < len(self._scenario.steps) and not self.outcome.failures:
            microphone = self._room.process_block(out)
            if self._record:
                self._record(microphone)
            out = self._coach.process_block(microphone)
            self._advance()
            if self._coach.now > self._scenario.limit:
                awaited = self._scenario.steps[self._number]
                waits_for = (
                    awaited.when.model_dump(exclude_none=True) or awaited.say or "what it expects"
                )
                self._fail(
                    f"not finished after {self._scenario.limit:.0f} s; this step waits for {waits_for}"
                )
        self.outcome.seconds = self._coach.now
        self.outcome.steps_done = self._number
        return self.outcome

    # --- one step --------------------------------------------------------------------------------

    def _advance(self) -> None:
        step = self._scenario.steps[self._number]
        now = self._coach.now
        if self._checking_from is not None:
            self._check(step)
            return
        if self._due is None:
            if not self._holds(step.when):
                return
            self._due = now + step.delay
        if now < self._due:
            return
        self._mark = len(self._log)
        end = self._speak(step.say) if step.say else now
        if step.sound and self._voice:
            end = self._sound(step.sound)
        self._checking_from = end
        self._check(step)

    def _check(self, step: Step) -> None:
        assert self._checking_from is not None
        late = self._coach.now - self._checking_from
        missing = _missing(step.expect, self._log[self._mark :], self._coach.session.state)
        patience = step.expect.within if step.expect else 0.0
        waits_for_silence = step.expect is not None and step.expect.rejected
        if (not missing and not waits_for_silence and late >= 0) or (
            late >= patience and not missing
        ):
            self._number += 1
            self._due = self._checking_from = None
            self._since = self._coach.now
            self._said = [data for data in self._said if float(str(data["until"])) > self._since]
            self._mark = len(self._log)
        elif late >= patience and missing:
            self._fail(f"{missing} within {patience:g} s of {step.say!r}" if step.say else missing)

    def _fail(self, what: str) -> None:
        self.outcome.failures.append(f"step {self._number + 1}, at {self._coach.now:.1f} s: {what}")

    def _holds(self, when: When) -> bool:
        ended = [
            data
            for data in self._said
            if self._since < float(str(data["until"])) <= self._coach.now
        ]
        if when.said is not None and not any(
            when.said.lower() in str(data["text"]).lower() for data in ended
        ):
            return False
        if when.line is not None and not any(data["line"] == when.line for data in ended):
            return False
        if when.state is not None and self._coach.session.state != when.state:
            return False
        return when.position is None or (
            self._coach.session.state == "working" and self._coach.position >= when.position
        )

    # --- the user --------------------------------------------------------------------------------

    def _speak(self, text: str) -> float:
        """Start to say a text; return the time (s) at which it ends."""
        now = self._coach.now
        if self._voice is None:
            self._saying = _Saying(text, now, now)
            self._announce(now)
            self._coach.hear(Hypothesis(text, now, now, now, endpoint=Endpoint.TYPED))
            return now
        clip = self._voice(text)
        end = self._room.user_says(clip.samples)
        self._saying = _Saying(text, now, end)
        self._announce(now)
        return end

    def _sound(self, name: str) -> float:
        """Start a sound, which may go on during the next steps; return the time (s) of now."""
        sound = SOUNDS[name]
        self._room.user_says(sound.make(), sound.against_user)
        for listener in self._coach.listeners:
            listener(LogEvent(self._coach.now, "sound", {"text": name}))
        return self._coach.now

    def _announce(self, at: float) -> None:
        for listener in self._coach.listeners:
            listener(LogEvent(at, "user", {"text": self._saying.text, "until": self._saying.end}))

    def _note(self, entry: LogEvent) -> None:
        self._log.append(entry)
        if entry.kind == "said":
            self._said.append(entry.data)

    def _guard(self, entry: LogEvent) -> None:
        """Fail if the coach accepts a command that nobody said."""
        if entry.kind != "heard" or entry.data["verdict"] != "accept":
            return
        if not self._saying.start <= entry.at <= self._saying.end + REACTION_S:
            self._fail(f"obeyed {entry.data['text']!r}, which nobody said")


def _missing(expect: Expectation | None, log: list[LogEvent], state: str) -> str:
    """Describe the first unmet condition of `expect` in `log`; empty if all are met."""
    if expect is None:
        return ""
    heard = [entry.data for entry in log if entry.kind == "heard"]
    obeyed = [data for data in heard if data["verdict"] == "accept"]
    told = "; ".join(f"{data['text']!r}: {data['reason']}" for data in heard) or "nothing"
    if expect.rejected and obeyed:
        return f"obeyed {obeyed[0]['text']!r}, which it should not have"
    if expect.intent and not any(_is(data, expect) for data in obeyed):
        slots = f" with {expect.slots}" if expect.slots else ""
        return f"expected {expect.intent}{slots} but heard {told}"
    said = [str(entry.data["text"]) for entry in log if entry.kind == "said" and entry.data["text"]]
    if expect.silent and said:
        return f"expected silence but the coach said {' / '.join(said)}"
    if expect.said and not any(expect.said.lower() in text.lower() for text in said):
        return (
            f"expected the coach to say {expect.said!r} but it said {' / '.join(said) or 'nothing'}"
        )
    if expect.state and state != expect.state:
        return f"expected the state {expect.state} but it is {state}"
    return ""


def _is(data: object, expect: Expectation) -> bool:
    assert isinstance(data, dict)
    slots = data["slots"]
    return data["intent"] == expect.intent and all(
        slots.get(k) == v for k, v in expect.slots.items()
    )
