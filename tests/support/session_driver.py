"""What the tests of the session share: a session that is talked to, and one in each state of the
chart."""

from __future__ import annotations

from collections.abc import Callable

from voicecoach.content.library import Library, load_library
from voicecoach.content.lines import load_lines
from voicecoach.core.actions import Action, Ask, CloseQuestion, Play, Reply
from voicecoach.core.script import Cue, Script
from voicecoach.core.understanding import Command
from voicecoach.session.plan.steps import WorkStep
from voicecoach.session.profile.exercise_memory import ExerciseMemory
from voicecoach.session.profile.preferences import Preferences
from voicecoach.session.registry import HANDLERS
from voicecoach.session.session import Session

LIBRARY = load_library()
LINES = load_lines()
INTENTS = [*sorted(HANDLERS), "RedFlag", "Yes", "No", "NotNow"]
"""All that a session obeys."""


class Talk:
    """A session and what it wanted done last, but for the waiting for an answer."""

    def __init__(
        self,
        library: Library = LIBRARY,
        *,
        check_in: bool = False,
        preferences: Preferences | None = None,
        memory: ExerciseMemory | None = None,
    ) -> None:
        self.session = Session(
            library, LINES, check_in=check_in, preferences=preferences, memory=memory
        )
        self.actions: list[Action] = []
        self.script: Script | None = None

    def say(self, intent: str, position: float = 0.0, **slots: object) -> Talk:
        return self.obey(Command(intent, slots), position)

    def obey(self, command: Command, position: float = 0.0) -> Talk:
        self._take(self.session.command(command, position))
        return self

    def greet(self) -> Talk:
        self._take(self.session.greet())
        return self

    def played(self, times: int = 1) -> Talk:
        for _ in range(times):
            self._take(self.session.script_finished())
        return self

    def until(self, state: str, side: str | None = None) -> Talk:
        for _ in range(200):
            work = self.session.flow.work
            if self.session.state == state and (
                side is None or (work is not None and work.side == side)
            ):
                return self
            self.played()
        raise AssertionError(f"{state} never came")

    def _take(self, actions: list[Action]) -> None:
        self.actions = [action for action in actions if not isinstance(action, Ask | CloseQuestion)]
        for action in actions:
            if isinstance(action, Play):
                self.script = action.script

    @property
    def state(self) -> str:
        return self.session.state

    @property
    def said(self) -> str:
        cues: list[Cue] = []
        for action in self.actions:
            if isinstance(action, Reply):
                cues += action.cues
            elif isinstance(action, Play):
                cues += action.script.cues
        return " ".join(cue.text for cue in cues)

    @property
    def exercise(self) -> str:
        work = self.session.flow.work
        return work.exercise.id if work else "water"


def stretching(memory: ExerciseMemory | None = None) -> Talk:
    """At the first stretch, which has two sides and thirty seconds; the walk before it is left
    out."""
    return Talk(memory=memory).say("StartRoutine", routine="stretch").say("Next")


STATES: dict[str, Callable[[], Talk]] = {
    "idle": Talk,
    "checking": lambda: Talk(check_in=True).say("StartRoutine", routine="stretch"),
    "announcing": stretching,
    "positioning": lambda: stretching().until("positioning"),
    "working": lambda: stretching().until("working"),
    "comparing": lambda: stretching(ExerciseMemory()).until("comparing"),
    "resting": lambda: Talk().say("StartRoutine", routine="leg").until("resting"),
    "paused": lambda: stretching().until("working").say("Pause", position=7.3),
    "resuming": lambda: stretching().until("working").say("Pause", position=7.3).say("Resume"),
}
"""State of the chart -> a session in it; a red flag's has a way of its own."""


def work(talk: Talk) -> WorkStep:
    found = talk.session.flow.work
    assert found is not None
    return found


def counting(exercise: str) -> Talk:
    """At work on an exercise of the leg routine."""
    talk = Talk().say("StartRoutine", routine="leg")
    while talk.exercise != exercise:
        talk.say("Next")
    return talk.until("working")


def resting() -> Talk:
    """In the minute between two sets of squats; those that come built in have one."""
    squat = LIBRARY.exercises["chair-squat"]
    twice = squat.model_copy(update={"dose": squat.dose.model_copy(update={"sets": 2})})
    talk = Talk(Library({**LIBRARY.exercises, "chair-squat": twice}, LIBRARY.routines))
    talk.say("StartRoutine", routine="strength")
    while talk.exercise != "chair-squat":
        talk.say("Next")
    talk.until("working").played()
    assert talk.state == "resting"
    return talk


def only_replies(talk: Talk) -> bool:
    return all(isinstance(action, Reply) for action in talk.actions)
