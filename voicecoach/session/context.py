"""Share the content, the flow and the user's data among a session's features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, cast

from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.actions import Action, Ask, CloseQuestion, Note
from voicecoach.core.script import Script
from voicecoach.core.session_events import PreferenceChanged
from voicecoach.core.session_state import QuestionContext, SessionState
from voicecoach.core.understanding import Understanding
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.question import ANSWER_TIME, Question
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.age_doses import for_age
from voicecoach.session.plan.muscle_groups import summary
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.steps import PlanStep, with_pace
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.past import Past
from voicecoach.session.profile.preferences import PACES, Preferences
from voicecoach.session.profile.saved_routines import SaveRoutine
from voicecoach.session.script.writer import ScriptWriter

COUNTS_AS = {
    SessionState.RESUMING: SessionState.ANNOUNCING,
    SessionState.COMPARING: SessionState.RESTING,
    SessionState.ALARMED: SessionState.IDLE,
}
"""States without sentences of their own, each with the state whose sentences count in it."""


class Feature(Protocol):
    """Mark a part of a feature that keeps state as long as the session."""

    def __init__(self, context: SessionContext) -> None: ...


F = TypeVar("F", bound=Feature)


@dataclass(eq=False)
class SessionContext:
    """Give handlers and features access to the session; it knows none of them.

    `library` gets the routines that are saved on the way. `age` is the user's in years, None where
    it is not known.
    """

    library: Library
    lines: Lines
    flow: RoutineFlow
    chart: SessionChart
    past: Past
    times: DayTimes
    save_routine: SaveRoutine
    emergency_number: str
    age: int | None = None
    plan_request: PlanRequest = field(default_factory=PlanRequest)
    """The user's request for the present routine."""
    left_out_today: dict[str, None] = field(default_factory=dict)
    """What is left out of every routine from now on.

    They are keys of `selectors.matches`, in the order in which they were said.
    """
    asked_which_routine: bool = False
    """The last command made the coach ask which routine to start."""
    doubted: Understanding | None = None
    """A possible red flag, while the coach asks whether it was one."""
    _announced: object | None = None
    """The question whose answer the executor of the actions waits for."""
    _features: dict[type, object] = field(default_factory=dict)

    def feature(self, kind: type[F]) -> F:
        """Return the session's only instance of `kind`; it is made on the first call."""
        if kind not in self._features:
            self._features[kind] = kind(self)
        return cast(F, self._features[kind])

    # --- the state -------------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        """Return the innermost state of the chart."""
        return self.chart.innermost

    @property
    def states(self) -> tuple[SessionState | QuestionContext, ...]:
        """Return the states that decide which commands count now.

        The context of an open question comes last.
        """
        state = COUNTS_AS.get(self.state, self.state)
        if self.doubted:
            return (state, QuestionContext.ASKING)
        question = self.flow.question
        return (state, question.context) if question else (state,)

    @property
    def in_routine(self) -> bool:
        """Return True if a routine is running."""
        return self.state not in (SessionState.IDLE, SessionState.ALARMED)

    def require_routine(self) -> bool:
        """Return True unless the session is idle; say so where it is."""
        if self.state == SessionState.IDLE:
            self.flow.reply("routine.not_running")
        return self.state != SessionState.IDLE

    # --- the user --------------------------------------------------------------------------------

    @property
    def preferences(self) -> Preferences:
        """Return how the user likes to be coached."""
        return self.writer.preferences

    def prefer(self, **changes: Any) -> None:
        """Change preferences, and log what is new."""
        old = self.preferences
        self.writer.preferences = new = replace(old, **changes)
        if new != old:
            self.act(Note(PreferenceChanged(changes)))

    def dosed(self, plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
        """Return `plan` in the doses for the user's age and at the user's pace."""
        return with_pace(for_age(plan, self.age), PACES[self.preferences.pace])

    # --- what is said ----------------------------------------------------------------------------

    @property
    def writer(self) -> ScriptWriter:
        """Return the writer of cues and scripts in the words of `lines`."""
        return self.flow.writer

    def act(self, action: Action) -> None:
        """Append `action` to those that are to be carried out."""
        self.flow.actions.append(action)

    @property
    def question(self) -> object | None:
        """Return the coach's open question; another object is another question."""
        return self.doubted or self.flow.question

    def withdraw_question(self) -> Question | None:
        """Close the question of a feature, and return it.

        If it is asked again it counts as a new question.
        """
        question, self.flow.question = self.flow.question, None
        self._announced = None
        return question

    def take_actions(self) -> list[Action]:
        """Return the actions to carry out, in order, and forget them.

        Where the question has changed, the last action tells so.
        """
        if self.question is not self._announced:
            self._announced = self.question
            self.act(CloseQuestion() if self.question is None else Ask(self._patience_s))
        actions, self.flow.actions = self.flow.actions, []
        return actions

    @property
    def _patience_s(self) -> float:
        question = None if self.doubted else self.flow.question
        return question.patience if question else ANSWER_TIME

    def line_script(self, line: str) -> Script:
        """Return a script of one line."""
        return self.writer.flow(line, self.writer.cue(line))

    def routine_names(self) -> str:
        """Return the names of the routines, as one says them."""
        return summary(self.library, self.lines)


Handler = Callable[[SessionContext, Mapping[str, object]], None]
"""Obeys one intent, with its slots."""
