"""Sessions to which anything may happen, and what has to hold after each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from tests.support.random_events import ANSWERS, Event
from tests.support.session_driver import LIBRARY, LINES
from voicecoach.content.library import Library
from voicecoach.content.routine import Routine, RoutineEntry
from voicecoach.core.actions import Action, Ask, CloseQuestion, Leave, Play, Reply, StopAudio
from voicecoach.core.past_sessions import StoredSession
from voicecoach.core.understanding import Command, Understanding
from voicecoach.session.features.confirmation import Confirmation
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.features.fallback import Fallback
from voicecoach.session.plan.serialization import plan_to_json
from voicecoach.session.plan.steps import make_plan
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.exercise_memory import ExerciseChoice, ExerciseMemory
from voicecoach.session.profile.past import NothingKnown
from voicecoach.session.session import Session

MORNING = datetime(2024, 5, 6, 7, 50)
"""When a session begins: ten minutes before a reminder is due."""

BY_ITSELF = ("announcing", "positioning", "working", "resting", "resuming")
"""States that end by themselves, as soon as their script has been played."""

ASKING = ("checking", "comparing")
"""States that end with the answer to a question, or with a nudge where none is open."""

WAITING = ("idle", "paused", "alarmed")
"""States that the user ends."""

# --- sessions ------------------------------------------------------------------------------------


def _small_library() -> Library:
    """Few exercises, of each kind: with sides and without, with rests, breaks to drink, and an
    alternative."""
    exercises = LIBRARY.exercises
    strength = (
        RoutineEntry(exercise="walk", alternative="jog", seconds=60),
        RoutineEntry(exercise="chair-squat", sets=2),
        RoutineEntry(exercise="split-lunge", sets=2),
        RoutineEntry(water=True),
        RoutineEntry(exercise="plank", seconds=10, sets=2),
    )
    stretch = (
        RoutineEntry(exercise="standing-hamstring-stretch", alternative="seated-hamstring-stretch"),
        RoutineEntry(exercise="knees-to-chest"),
        RoutineEntry(water=True),
    )
    names = {step.exercise for step in (*strength, *stretch)} | {"jog", "seated-hamstring-stretch"}
    routines = {
        name: Routine(id=name, name=name, about=name, steps=steps)
        for name, steps in {
            "leg": (*strength, *stretch),
            "strength": strength,
            "stretch": stretch[:1],
        }.items()
    }
    return Library({name: exercises[name] for name in exercises if name in names}, routines)


SMALL = _small_library()
DAY = DayTimes(exercises=(time(8),))


class Yesterday(NothingKnown):
    """A session that was broken off at step `step` of the leg routine."""

    def __init__(self, step: int) -> None:
        plan = make_plan(SMALL.routines["leg"], SMALL)
        self._kept = StoredSession("leg routine", plan_to_json(plan), step)

    def unfinished(self) -> StoredSession | None:
        return self._kept

    def last(self) -> StoredSession | None:
        return self._kept


@dataclass(frozen=True)
class Setting:
    """Of what kind a session is; `broken_off` is the step at which the one before was, None where
    there was none."""

    small: bool
    check_in: bool
    ways: Mapping[str, ExerciseChoice] | None
    broken_off: int | None
    age: int | None

    def session(self) -> Session:
        """A new session of this kind."""
        return Session(
            SMALL if self.small else LIBRARY,
            LINES,
            check_in=self.check_in,
            memory=None if self.ways is None else ExerciseMemory(self.ways),
            past=None if self.broken_off is None else Yesterday(self.broken_off),
            age=self.age,
            times=DAY,
        )


SETTINGS = st.builds(
    Setting,
    st.sampled_from([True, True, True, False]),
    st.booleans(),
    st.sampled_from([None, {}, {"chair-squat": "left out", "plank": "easier", "walk": "left out"}]),
    st.one_of(st.none(), st.integers(0, 12)),
    st.sampled_from([None, 70]),
)


@dataclass
class Running:
    """A session under way; `playing` is whether a script is being played, which will end by
    itself."""

    session: Session
    playing: bool = False
    left: bool = False
    now: datetime = MORNING

    def begin(self) -> None:
        """Greet."""
        self._take(self.session.greet())

    @property
    def place(self) -> tuple[object, ...]:
        """What tells whether the session has moved."""
        flow = self.session.flow
        return (self.session.state, flow.plan, flow.index, self.session.context.question, self.left)

    def happen_all(self, events: Iterable[Event]) -> None:
        """Let one event happen after the other."""
        for what, value, place in events:
            self.happen(what, value, place)

    def happen(self, what: str, value: object, place: float | None) -> None:
        """Let one event happen, unless it cannot happen now; see what has to hold."""
        for event in self._events(what, value, place):
            if self.left:
                return
            self._take(event())
            self.look()

    def _events(
        self, what: str, value: object, place: float | None
    ) -> Sequence[Callable[[], Sequence[Action]]]:
        session = self.session
        position = None if place is None else place * (session.flow.script.seconds or 0.0)
        match what, value:
            case "command", Command() as command:
                return (lambda: self._obeyed(command, position),)
            case "unclear", Understanding() as understanding:
                return (lambda: session.unclear(session.attend(understanding), position),)
            case "played", int() as times:
                return (self._played,) * times
            case "silence", _:
                return (self._silence,)
            case "minute", int() as minutes:
                self.now += timedelta(minutes=minutes)
                return () if self.playing else (lambda: session.minute(self.now),)
            case "voice", _:
                return (lambda: session.voice_changed(there_is_another=True),)
            case _:
                return (lambda: session.passing(session.flow.position),)

    def _obeyed(self, command: Command, position: float | None) -> Sequence[Action]:
        asked = self.session.flow.question
        confirmed = asked.command.intent if isinstance(asked, Confirmation) else None
        actions = self.session.command(command, position)
        heard = [action for action in actions if not isinstance(action, Ask | CloseQuestion)]
        assert heard or {command.intent, confirmed} & ANSWERS, (
            f"{command.intent} is obeyed in silence"
        )
        return actions

    def _played(self) -> Sequence[Action]:
        if not self.playing:
            return ()
        self.playing = False
        for cue in self.session.flow.script.cues:
            self.session.saying(cue.line)
        return self.session.script_finished()

    def _silence(self) -> Sequence[Action]:
        """What the coach makes of a silence: of that after a question first."""
        if self.session.context.question is not None:
            return self.session.withdraw_question()
        return (
            self.session.nudge()
            if self.session.nudge_after is not None and not self.playing
            else ()
        )

    def _take(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Play():
                    self.playing = True
                case StopAudio():
                    self.playing = False
                case Leave():
                    self.left = True
            if isinstance(action, Play):
                assert action.script.cues or action.script.seconds, "a script of nothing"
            if isinstance(action, Play | Reply):
                cues = action.script.cues if isinstance(action, Play) else action.cues
                assert all(cue.text or cue.tone for cue in cues), f"nothing to say in {action}"

    def look(self) -> None:
        """See that the session is in a state, and that something leads out of it."""
        session, state = self.session, self.session.state
        assert session.states
        assert session.context.feature(Fallback).line("help", session.states)
        if state in BY_ITSELF:
            assert self.playing, f"nothing is played while {state}"
            assert session.flow.step
        elif state in ASKING:
            asks = session.context.question is not None or session.nudge_after is not None
            assert asks, f"nothing is asked while {state}"
        else:
            assert state in WAITING, f"{state} is no state"

    def end(self) -> None:
        """Stop, and begin a routine: that works wherever a session is."""
        if self.left:
            return
        session = self.session
        for intent in ("No", "Stop"):
            self.happen("command", Command(intent, {}), 0.0)
        session.context.left_out_today.clear()  # where everything is left out there is nothing to begin
        Difficulty(session.context).want(session.context.library.exercises)
        start = Command("StartRoutine", {"routine": next(iter(session.context.library.routines))})
        for _ in range(2):  # after a red flag it has to be asked for twice
            self.happen("command", start, 0.0)
        assert session.in_routine
