"""Define the session chart: which state follows which.

The chart is pure: no audio, no thread, no clock. Its guards and the actions on entering a state are
methods of its model (see `RoutineFlow`), so that this file stays the picture of the session and
nothing else. The library hands the arguments of an event to the model's methods by their names.
`docs/reference/states.md` is drawn from it.
"""

from __future__ import annotations

from typing import Protocol

from statemachine import Event, HistoryState, State, StateChart

from voicecoach.core.script import Cue
from voicecoach.core.session_state import SessionState


class AnnounceEvent(Protocol):
    """Lead on to an announcement; `preface` is said before it."""

    def __call__(self, *, preface: tuple[Cue, ...] = ()) -> object:
        """Send the event."""


class PauseEvent(Protocol):
    """Pause the routine for about `expected_s` seconds, and say `cues`.

    `cues` None: the usual line; an empty tuple: nothing.
    """

    def __call__(self, *, cues: tuple[Cue, ...] | None = None, expected_s: float = 0.0) -> object:
        """Send the event."""


class AlarmEvent(Protocol):
    """Raise the alarm, and say `advice`."""

    def __call__(self, *, advice: tuple[Cue, ...]) -> object:
        """Send the event."""


class ChartModel(Protocol):
    """Define what the chart needs of its model: guards, and actions on entering."""

    def unchecked(self) -> bool:
        """Return True if the coach is to ask how the legs are before the first exercise."""

    def more(self) -> bool:
        """Return True if another step follows."""

    def rests(self) -> bool:
        """Return True if a rest or a drink comes before the next work."""

    def another(self) -> bool:
        """Return True if another exercise follows this one."""

    def drinks(self) -> bool:
        """Return True if a drink comes before the next exercise."""

    def at_work(self) -> bool:
        """Return True if the step is an exercise and not a drink."""

    def after_work(self) -> bool:
        """Return True if an exercise came right before this rest or drink."""

    def over(self) -> bool:
        """Return True if this exercise hurts too much to go on with."""

    def compares(self) -> bool:
        """Return True if the coach is to ask how a stretch held for the first time was."""

    def resumable(self) -> bool:
        """Return True if a routine was left that can be carried on with."""

    def advance(self) -> None:
        """Go to the next step."""

    def advance_to_rest(self) -> None:
        """Go to the next step, which is a drink or is rested for."""

    def advance_from_rest(self) -> None:
        """Go to the work that follows the rest."""

    def advance_exercise(self) -> None:
        """Go to the next exercise, leaving out what is left of this one."""

    def advance_to_drink(self) -> None:
        """Go to the drink that follows this exercise."""

    def return_exercise(self) -> None:
        """Go to the exercise before this one."""

    def return_step(self) -> None:
        """Go to the exercise that came right before this rest or drink."""

    def leave_side(self) -> None:
        """Go to the other side, leaving out what is left on this one."""

    def begin_anew(self) -> None:
        """Do the hold or the set again from its beginning."""

    def explain_again(self) -> None:
        """Give the full text once more."""

    def change_way(self) -> None:
        """Explain another way to do the exercise."""

    def take_alternative(self) -> None:
        """Exchange the exercise for its alternative."""

    def complete(self) -> None:
        """End the routine after its last step."""

    def leave(self) -> None:
        """End the routine at the user's wish."""

    def give_up(self) -> None:
        """End the routine for good: something may be seriously wrong."""

    def on_exit_working(self) -> None:
        """Keep the place in the count."""

    def on_exit_resting(self) -> None:
        """Keep the place in the rest."""

    def on_enter_checking(self) -> None:
        """Ask how the legs are."""

    def on_exit_checking(self) -> None:
        """Close the question."""

    def on_enter_announcing(self, preface: tuple[Cue, ...] = ()) -> None:
        """Explain the step."""

    def on_enter_comparing(self) -> None:
        """Ask how the stretch was."""

    def on_exit_comparing(self) -> None:
        """Close the question."""

    def on_enter_positioning(self) -> None:
        """Leave time to get into position."""

    def on_enter_working(self) -> None:
        """Count the step."""

    def on_enter_resting(self) -> None:
        """Rest or drink."""

    def on_enter_paused(self, cues: tuple[Cue, ...] | None = None, expected_s: float = 0.0) -> None:
        """Stop the sound, and say `cues`."""

    def on_enter_resuming(self) -> None:
        """Say where the routine goes on."""

    def on_enter_alarmed(self, advice: tuple[Cue, ...]) -> None:
        """Give the advice."""


class SessionChart(StateChart[ChartModel]):
    """Define the states of a session, and the events that lead between them.

    idle -> checking -> (announcing -> positioning -> working -> resting ...) -> idle, with pause
    and resume anywhere, and `alarmed` after a red flag, from where only a new beginning leads on.
    """

    catch_errors_as_events = False
    allow_event_without_transition = True

    idle = State(initial=True)

    class leading(State.Compound):  # noqa: N801 - the name of the state
        """Group the states in which a routine is being led."""

        announcing = State(initial=True)
        positioning = State()
        working = State()
        resting = State()
        comparing = State()
        place = HistoryState()

    checking = State()
    paused = State()
    resuming = State()
    alarmed = State()

    start: AnnounceEvent = Event(
        idle.to(checking, cond="unchecked")
        | idle.to(leading)
        | alarmed.to(checking, cond="unchecked")
        | alarmed.to(leading)
        | checking.to(checking)
    )

    script_finished = Event(
        leading.announcing.to(leading.positioning)
        | leading.positioning.to(leading.working)
        | leading.working.to(leading.comparing, cond="compares")
        | leading.working.to(leading.resting, cond="rests", on="advance_to_rest")
        | leading.working.to(leading.announcing, cond="more", on="advance")
        | leading.working.to(idle, on="complete")
        | leading.resting.to(leading.announcing, cond="more", on="advance_from_rest")
        | leading.resting.to(idle, on="complete")
        | resuming.to(leading.place)
    )
    compared = Event(
        leading.comparing.to(leading.resting, cond="rests", on="advance_to_rest")
        | leading.comparing.to(leading.announcing, cond="more", on="advance")
        | leading.comparing.to(idle, on="complete")
    )
    ready: AnnounceEvent = Event(
        checking.to(leading)
        | leading.announcing.to(leading.working)
        | leading.positioning.to(leading.working)
        | leading.resting.to(leading.announcing, cond="more", on="advance_from_rest")
        | leading.resting.to(idle, on="complete")
        | leading.comparing.to(leading.resting, cond="rests", on="advance_to_rest")
        | leading.comparing.to(leading.announcing, cond="more", on="advance")
        | leading.comparing.to(idle, on="complete")
        | resuming.to(leading.place)
    )
    next = Event(
        checking.to(leading)
        | paused.to(leading, cond="unchecked")
        | leading.to(leading.resting, cond="drinks", on="advance_to_drink")
        | paused.to(leading.resting, cond="drinks", on="advance_to_drink")
        | resuming.to(leading.resting, cond="drinks", on="advance_to_drink")
        | leading.to(leading.announcing, cond="another", on="advance_exercise")
        | paused.to(leading.announcing, cond="another", on="advance_exercise")
        | resuming.to(leading.announcing, cond="another", on="advance_exercise")
        | leading.to(idle, on="complete")
        | paused.to(idle, on="complete")
        | resuming.to(idle, on="complete")
    )
    back: AnnounceEvent = Event(
        checking.to(checking)
        | paused.to(checking, cond="unchecked")
        | leading.to(leading.announcing, on="return_exercise")
        | paused.to(leading.announcing, on="return_exercise")
        | resuming.to(leading.announcing, on="return_exercise")
    )
    repeat = Event(
        checking.to(checking)
        | paused.to(checking, cond="unchecked")
        | leading.resting.to(leading.resting)
        | leading.to(leading.announcing, on="explain_again")
        | paused.to(leading.announcing, cond="at_work", on="explain_again")
        | resuming.to(leading.announcing, cond="at_work", on="explain_again")
        | paused.to(resuming)
        | resuming.to(resuming)
    )
    restart = Event(
        checking.to(checking)
        | leading.working.to(resuming, on="begin_anew")
        | leading.resting.to(leading.announcing, cond="after_work", on="return_step")
        | leading.resting.to(leading.resting)
        | leading.to(leading.announcing, on="explain_again")
        | paused.to(checking, cond="unchecked")
        | paused.to(resuming, on="begin_anew")
        | resuming.to(resuming, on="begin_anew")
    )
    skip_side = Event(
        leading.to(leading.announcing, on="leave_side")
        | paused.to(checking, cond="unchecked")
        | paused.to(leading.announcing, on="leave_side")
        | resuming.to(leading.announcing, on="leave_side")
    )
    exchange = Event(
        leading.to(leading.announcing, on="take_alternative")
        | paused.to(checking, cond="unchecked")
        | paused.to(leading.announcing, on="take_alternative")
        | resuming.to(leading.announcing, on="take_alternative")
    )
    adapt = Event(
        leading.to(leading.announcing, on="change_way")
        | paused.to(checking, cond="unchecked")
        | paused.to(leading.announcing, on="change_way")
    )
    pause: PauseEvent = Event(checking.to(paused) | leading.to(paused) | resuming.to(paused))
    hurt: PauseEvent = Event(
        checking.to(paused) | leading.to(paused) | resuming.to(paused) | paused.to(paused)
    )
    resume = Event(
        paused.to(checking, cond="unchecked")
        | paused.to(leading.resting, cond=["over", "drinks"], on="advance_to_drink")
        | paused.to(leading.announcing, cond=["over", "another"], on="advance_exercise")
        | paused.to(idle, cond="over", on="complete")
        | paused.to(resuming)
        | idle.to(checking, cond=["resumable", "unchecked"])
        | idle.to(leading.resting, cond=["resumable", "over", "drinks"], on="advance_to_drink")
        | idle.to(leading.announcing, cond=["resumable", "over", "another"], on="advance_exercise")
        | idle.to(resuming, cond="resumable")
    )
    alarm: AlarmEvent = Event(
        idle.to(alarmed, on="give_up")
        | checking.to(alarmed, on="give_up")
        | leading.to(alarmed, on="give_up")
        | paused.to(alarmed, on="give_up")
        | resuming.to(alarmed, on="give_up")
        | alarmed.to(alarmed)
    )
    decline = Event(checking.to(idle, on="give_up"))
    stop = Event(
        checking.to(idle, on="leave")
        | leading.to(idle, on="leave")
        | paused.to(idle, on="leave")
        | resuming.to(idle, on="leave")
    )

    @property
    def innermost(self) -> SessionState:
        """Return the innermost active state."""
        return SessionState(str(list(self.configuration_values)[-1]))
