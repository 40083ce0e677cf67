"""Random sessions: what is drawn for one, and what has to hold after each event in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from tests.support.session_driver import INTENTS, LIBRARY, LINES
from voicecoach.content.library import Library, Routine, RoutineEntry
from voicecoach.core.actions import Action, Leave, Play, Reply, StopAudio
from voicecoach.core.past_sessions import StoredSession
from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict
from voicecoach.session.flow.question import Confirmation
from voicecoach.session.plan.serialization import written
from voicecoach.session.plan.steps import make_plan
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.exercise_memory import ExerciseMemory, Way
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

# --- what is drawn ----------------------------------------------------------------------------------------

_SECONDS = st.sampled_from([0, 1, 4, 5, 10, 15, 30, 60, 90, 180, 300, 301, 900, 999, 3600])
_MINUTES = st.sampled_from([1, 2, 15])
_TIME: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({}, optional={"seconds": _SECONDS, "minutes": _MINUTES}),
    st.fixed_dictionaries({"seconds": st.lists(_SECONDS, min_size=2, max_size=2)}),
)
_PLACE = st.sampled_from(["left knee", "both legs", "lower back", "calves"])
_LEFT_OUT = st.sampled_from(
    [
        "lunge",
        "squat",
        "plank",
        "walk",
        "jog",
        "stretch",
        "strength",
        "warm-up",
        "kneeling",
        "floor",
        "chair",
        "standing",
        "calves",
        "hamstrings",
        "hip flexors",
        "everything",
        "water",
    ]
)
_RATING = st.fixed_dictionaries(
    {}, optional={"rating": st.integers(0, 11), "rough": st.just(True), "half": st.just(True)}
)
_WITHOUT: st.SearchStrategy[dict[str, object]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"without": st.one_of(_LEFT_OUT, st.lists(_LEFT_OUT, min_size=1, max_size=2))}),
)
_ROUTINES = st.sampled_from(["leg", "stretch", "strength", "water", "evening", "unheard of"])

_SLOTS: Mapping[str, st.SearchStrategy[dict[str, object]]] = {
    "StartRoutine": st.fixed_dictionaries({}, optional={"routine": _ROUTINES}),
    "PlanRoutine": st.fixed_dictionaries(
        {},
        optional={
            "seconds": st.sampled_from([60, 300, 600, 1800]),
            "routine": _ROUTINES,
            "muscle": st.sampled_from(["hamstrings", "calves", "glutes", "lower back"]),
            "elsewhere": st.just("neck"),
            "posture": st.sampled_from(["standing", "chair", "floor"]),
            "kind": st.sampled_from(["stretch", "strength"]),
            "size": st.just("short"),
            "without": _LEFT_OUT,
        },
    ),
    "SaveRoutine": st.fixed_dictionaries({}, optional={"routine": st.sampled_from(["evening", "daily"])}),
    "LeaveOut": _WITHOUT,
    "BringBack": _WITHOUT,
    "Wait": _TIME,
    "SetHold": _TIME,
    "More": st.one_of(_TIME, st.fixed_dictionaries({"count": st.sampled_from([1, 2, 7, 200])})),
    "SkipSide": st.fixed_dictionaries({}, optional={"side": st.sampled_from(["left", "right"])}),
    "CountStyle": st.fixed_dictionaries(
        {}, optional={"counting": st.sampled_from(["usual", "every second", "every five", "down", "none"])}
    ),
    "Rating": st.one_of(_RATING, st.fixed_dictionaries({"than": st.sampled_from(["same", "better", "worse"])})),
    "PainPlace": st.fixed_dictionaries({"place": _PLACE}),
    "Pain": st.fixed_dictionaries({}, optional={"place": _PLACE, "sharp": st.just(True), "rating": st.integers(0, 10)}),
    "Comfort": st.fixed_dictionaries({}, optional={"comfort": st.sampled_from(["fine", "easy", "much"])}),
    "RedFlag": st.fixed_dictionaries(
        {}, optional={"advice": st.sampled_from(["call", "same_day", "prompt", "rest", "fall"])}
    ),
    "Age": st.fixed_dictionaries({}, optional={"years": st.sampled_from([12, 30, 65, 110, [60, 70]])}),
    "SetReminder": st.fixed_dictionaries(
        {},
        optional={
            "hour": st.integers(1, 12),
            "minute": st.sampled_from([15, 30]),
            "part": st.sampled_from(["morning", "afternoon", "evening"]),
        },
    ),
    "ListRoutines": st.fixed_dictionaries({}, optional={"about": st.just("muscles")}),
}
"""Intent -> the slots that it may come with."""

_ANSWERS = frozenset({"Rating", "PainPlace", "DontKnow", "Comfort"})
"""Intents that only count while their question is open."""

_EVERY_INTENT = [*INTENTS, *sorted(_ANSWERS)]
_MOVING = ["Next", "Pause", "Resume", "Ready", "Yes", "No", "Pain", "Rating", "Back", "Restart", "Repeat", "SkipSide"]
_ENDING = ("Goodbye", "RedFlag", "Stop")
_LASTING = [intent for intent in _EVERY_INTENT if intent not in _ENDING]
_INTENTS = st.one_of(
    st.sampled_from(_MOVING),
    *(st.sampled_from(_LASTING),) * 4,
    st.sampled_from(_ENDING),
)
"""What ends a routine is drawn less often, so that what is in one gets its turn."""


def _with_slots(intent: str) -> st.SearchStrategy[Command]:
    return _SLOTS.get(intent, st.just({})).map(lambda slots: Command(intent, slots, intent))


_COMMANDS = _INTENTS.flatmap(_with_slots)
_DOUBTS = st.builds(
    lambda command, verdict, score, reason, urgent: Understanding(
        command.text,
        verdict,
        reject_reason=reason,
        intent=command.intent,
        slots=command.slots,
        sentence=command.text,
        score=score,
        urgent=urgent,
    ),
    _COMMANDS,
    st.sampled_from([Verdict.ASK, Verdict.REJECT]),
    st.sampled_from([0.0, 70.0, 100.0]),
    st.sampled_from([RejectReason.NOT_NOW, RejectReason.UNLIKE_ANY_COMMAND, RejectReason.NOT_SURE]),
    st.booleans(),
)
_NOTHING = st.just(
    Understanding("coach", Verdict.REJECT, reject_reason=RejectReason.UNLIKE_ANY_COMMAND, detail="unlike anything")
)

_POSITIONS = st.sampled_from([0.0, 0.0, 0.1, 0.5, 0.99, None])
"""Where in the script something is said, as a part of it; None: in the same breath as what was said before."""

Event = tuple[str, object, float | None]
"""What happens, with what, and where in the script."""

_EVENTS: st.SearchStrategy[Event] = st.one_of(
    *(st.tuples(st.just("command"), _COMMANDS, _POSITIONS),) * 3,
    *(st.tuples(st.just("played"), st.integers(1, 12), st.none()),) * 2,
    st.tuples(st.just("unclear"), st.one_of(_DOUBTS, _NOTHING), _POSITIONS),
    st.tuples(st.sampled_from(["silence", "silence", "passing", "voice"]), st.none(), st.none()),
    st.tuples(st.just("minute"), st.sampled_from([0, 10, 31, 130, 1500]), st.none()),
)


def _start(routine: str) -> list[Event]:
    return [("command", Command("StartRoutine", {"routine": routine}), 0.0)]


def _led(routine: str, rating: int, plays: int) -> list[Event]:
    answer = Command("Rating", {"rating": rating})
    return [*_start(routine), ("command", answer, 0.0), ("played", plays, None)]


_BEGINNINGS: st.SearchStrategy[list[Event]] = st.one_of(
    st.just([]),
    st.builds(_start, st.sampled_from(["leg", "stretch", "strength"])),
    *(st.builds(_led, st.sampled_from(["leg", "stretch", "strength"]), st.integers(0, 10), st.integers(0, 60)),) * 3,
)
EVENTS = st.builds(lambda first, then: [*first, *then], _BEGINNINGS, st.lists(_EVENTS, min_size=12, max_size=30))
"""What happens in a session, mostly in the middle of a routine."""

# --- sessions ---------------------------------------------------------------------------------------------


def _small_library() -> Library:
    """Few exercises, of each kind: with sides and without, with rests, breaks to drink, and an alternative."""
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
        for name, steps in {"leg": (*strength, *stretch), "strength": strength, "stretch": stretch[:1]}.items()
    }
    return Library({name: exercises[name] for name in exercises if name in names}, routines)


SMALL = _small_library()
DAY = DayTimes(exercises=(time(8),))


class Yesterday(NothingKnown):
    """A session that was broken off at step `step` of the leg routine."""

    def __init__(self, step: int) -> None:
        plan = make_plan(SMALL.routines["leg"], SMALL)
        self._kept = StoredSession("leg routine", written(plan), step)

    def unfinished(self) -> StoredSession | None:
        return self._kept

    def last(self) -> StoredSession | None:
        return self._kept


@dataclass(frozen=True)
class Setting:
    """Of what kind a session is; `broken_off` is the step at which the one before was, None where there was none."""

    small: bool
    check_in: bool
    ways: Mapping[str, Way] | None
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
    """A session under way; `playing` is whether a script is being played, which will end by itself."""

    session: Session
    playing: bool = False
    left: bool = False
    now: datetime = MORNING

    def begin(self) -> None:
        """Greet."""
        self._take(self.session.greet())

    def happen(self, what: str, value: object, place: float | None) -> None:
        """Let one event happen, unless it cannot happen now; see what has to hold."""
        for event in self._events(what, value, place):
            if self.left:
                return
            self._take(event())
            self.look()

    def _events(self, what: str, value: object, place: float | None) -> Sequence[Callable[[], Sequence[Action]]]:
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
        assert actions or {command.intent, confirmed} & _ANSWERS, f"{command.intent} is obeyed in silence"
        return actions

    def _played(self) -> Sequence[Action]:
        if not self.playing:
            return ()
        self.playing = False
        for cue in self.session.flow.script.cues:
            self.session.saying(cue.line)
        return self.session.played()

    def _silence(self) -> Sequence[Action]:
        """What the coach makes of a silence: of that after a question first."""
        if self.session.question is not None:
            return self.session.withdraw_question()
        return self.session.nudge() if self.session.nudge_after is not None and not self.playing else ()

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
        assert session.help_line
        if state in BY_ITSELF:
            assert self.playing, f"nothing is played while {state}"
            assert session.flow.step
        elif state in ASKING:
            asks = session.question is not None or session.nudge_after is not None
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
        session.today.clear()  # where everything is left out there is nothing to begin
        session.ways.want(session.library.exercises)
        start = Command("StartRoutine", {"routine": next(iter(session.library.routines))})
        for _ in range(2):  # after a red flag it has to be asked for twice
            self.happen("command", start, 0.0)
        assert session.in_routine
