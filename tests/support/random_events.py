"""What may happen in a session: drawn at random, and in every situation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from tests.support.session_driver import INTENTS
from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict

# --- what is drawn -------------------------------------------------------------------------------

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
    st.fixed_dictionaries(
        {"without": st.one_of(_LEFT_OUT, st.lists(_LEFT_OUT, min_size=1, max_size=2))}
    ),
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
    "SaveRoutine": st.fixed_dictionaries(
        {}, optional={"routine": st.sampled_from(["evening", "daily"])}
    ),
    "LeaveOut": _WITHOUT,
    "BringBack": _WITHOUT,
    "Wait": _TIME,
    "SetHold": _TIME,
    "More": st.one_of(_TIME, st.fixed_dictionaries({"count": st.sampled_from([1, 2, 7, 200])})),
    "SkipSide": st.fixed_dictionaries({}, optional={"side": st.sampled_from(["left", "right"])}),
    "CountStyle": st.fixed_dictionaries(
        {},
        optional={
            "counting": st.sampled_from(["usual", "every second", "every five", "down", "none"])
        },
    ),
    "Rating": st.one_of(
        _RATING, st.fixed_dictionaries({"than": st.sampled_from(["same", "better", "worse"])})
    ),
    "PainPlace": st.fixed_dictionaries({"place": _PLACE}),
    "Pain": st.fixed_dictionaries(
        {}, optional={"place": _PLACE, "sharp": st.just(True), "rating": st.integers(0, 10)}
    ),
    "Comfort": st.fixed_dictionaries(
        {}, optional={"comfort": st.sampled_from(["fine", "easy", "much"])}
    ),
    "RedFlag": st.fixed_dictionaries(
        {}, optional={"advice": st.sampled_from(["call", "same_day", "prompt", "rest", "fall"])}
    ),
    "Age": st.fixed_dictionaries(
        {}, optional={"years": st.sampled_from([12, 30, 65, 110, [60, 70]])}
    ),
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

ANSWERS = frozenset({"Rating", "PainPlace", "DontKnow", "Comfort"})
"""Intents that only count while their question is open."""

_EVERY_INTENT = [*INTENTS, *sorted(ANSWERS)]
_MOVING = [
    "Next",
    "Pause",
    "Resume",
    "Ready",
    "Yes",
    "No",
    "Pain",
    "Rating",
    "Back",
    "Restart",
    "Repeat",
    "SkipSide",
]
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
    Understanding("coach", Verdict.REJECT, reject_reason=RejectReason.UNLIKE_ANY_COMMAND)
)

_POSITIONS = st.sampled_from([0.0, 0.0, 0.1, 0.5, 0.99, None])
"""Where in the script something is said, as a part of it; None: in the same breath as what was said
before."""

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


_STARTED = st.sampled_from(["leg", "stretch", "strength"])
_BEGINNINGS: st.SearchStrategy[list[Event]] = st.one_of(
    st.just([]),
    st.builds(_start, _STARTED),
    *(st.builds(_led, _STARTED, st.integers(0, 10), st.integers(0, 60)),) * 3,
)
EVENTS = st.builds(
    lambda first, then: [*first, *then], _BEGINNINGS, st.lists(_EVENTS, min_size=12, max_size=30)
)
"""What happens in a session, mostly in the middle of a routine."""

# --- situations ----------------------------------------------------------------------------------

TYPICAL: Sequence[Command] = (
    *(Command(intent, {}, intent) for intent in _EVERY_INTENT),
    Command("StartRoutine", {"routine": "stretch"}),
    Command("PlanRoutine", {"seconds": 300}),
    Command("LeaveOut", {"without": "everything"}),
    Command("LeaveOut", {"without": ["standing", "chair"]}),
    Command("BringBack", {"without": "everything"}),
    Command("SetHold", {"seconds": 45}),
    Command("Wait", {"seconds": 999}),
    Command("More", {"count": 2}),
    Command("SkipSide", {"side": "left"}),
    Command("SkipSide", {"side": "right"}),
    Command("Rating", {"rating": 0}),
    Command("Rating", {"rating": 5}),
    Command("Rating", {"rating": 9}),
    Command("Pain", {"sharp": True}),
    Command("Pain", {"place": "left knee"}),
    Command("Comfort", {"comfort": "much"}),
    Command("Age", {"years": 70}),
)
"""Every command, and those with slots that lead elsewhere."""


def _said(intent: str, **slots: object) -> Event:
    return ("command", Command(intent, slots, intent), 0.5)


def _played(times: int) -> Event:
    return ("played", times, None)


_WORKING = (*_start("leg"), _said("Rating", rating=2), _played(2))
SITUATIONS: Mapping[str, Sequence[Event]] = {
    "idle": (),
    "checking": _start("leg"),
    "paused before the answer": (*_start("leg"), _said("Pause")),
    "paused before the answer, after another routine": (
        *(*_WORKING, _said("Stop"), *_start("stretch"), _said("Pause")),
    ),
    "stopped before the answer": (*_start("leg"), _said("Stop")),
    "nudged before the answer": (*_start("leg"), ("silence", None, None), _said("Pause")),
    "hurting before the answer": (*_start("leg"), _said("Pause"), _said("Pain")),
    "announcing": _WORKING[:2],
    "positioning": (*_WORKING[:2], _played(1)),
    "working": _WORKING,
    "resting": (*_WORKING, _said("Next"), _played(3)),
    "at the water": (*_WORKING, *(_said("Next"),) * 3),
    "paused": (*_WORKING, _said("Pause")),
    "paused at the water": (*_WORKING, *(_said("Next"),) * 3, _said("Pause")),
    "resuming": (*_WORKING, _said("Pause"), _said("Resume")),
    "stopped": (*_WORKING, _said("Stop")),
    "comparing": (*_WORKING, *(_said("Next"),) * 5, _played(6)),
    "hurting": (*_WORKING, _said("Pain")),
    "hurting too much": (*_WORKING, _said("Pain", sharp=True)),
    "stopped where it hurts": (*_WORKING, _said("Pain", sharp=True), _said("Stop")),
    "at the last exercise": (*_WORKING, *(_said("Next"),) * 7),
    "alarmed": (*_WORKING, _said("RedFlag", advice="call")),
    "done": (*_WORKING, *(_said("Next"),) * 9),
}
"""Situation -> the events that lead to it in the small library."""

AFTERWARDS: Sequence[Sequence[Event]] = (
    (_played(3), ("silence", None, None), _played(2)),
    (_said("Pause"), _said("Resume"), _played(2)),
    (_said("Stop"), _said("Resume"), _played(2)),
    (_said("Yes"), _said("Restart"), _said("Next"), _played(1)),
)
"""What may follow a command."""
