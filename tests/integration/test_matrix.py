"""Every command in every state of the chart: where it leads, that it is answered, and that the
count survives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.support.paths import ROOT
from tests.support.session_driver import INTENTS, Talk, stretching
from tests.support.session_driver import STATES as ORDINARY_STATES
from voicecoach.app.builders import silent_coach
from voicecoach.app.components import App
from voicecoach.app.typed import run_fast
from voicecoach.core.actions import Play, Reply, StopAudio
from voicecoach.engine.coach import LogEvent
from voicecoach.nlu.lint import load_tests
from voicecoach.session.flow.chart import SessionChart

STATES: dict[str, Callable[[], Talk]] = {
    **ORDINARY_STATES,
    "alarmed": lambda: stretching().until("working").say("RedFlag", position=7.3, advice="call"),
}

QUESTION = "question"
"""An answer in every state, and nothing else happens."""

STAYS = ""
"""It leads nowhere else: what is being counted goes on, on its beat."""

# Intent -> the states in which it leads somewhere, and where to. In all others the session stays
# where it is, and it always answers.
MATRIX: dict[str, str] = {
    "StartRoutine": "idle > announcing; checking > checking",
    "Next": "checking announcing positioning working comparing resting paused resuming > announcing",
    "Back": "announcing positioning working comparing resting paused resuming > announcing; checking > checking",
    "Repeat": "announcing positioning working paused resuming > announcing; resting > resting; alarmed > alarmed",
    "Restart": "announcing positioning comparing resting > announcing; working paused resuming > resuming; "
    "checking > checking",
    "SkipSide": "announcing positioning working comparing paused resuming > announcing",
    "Pause": "checking announcing positioning working comparing resting resuming > paused",
    "Resume": "checking comparing resting > announcing; announcing positioning resuming > working; paused > resuming",
    "Ready": "checking comparing resting > announcing; announcing positioning resuming > working; paused > resuming",
    "Wait": "announcing working > paused",
    "Stop": "checking announcing positioning working comparing resting paused resuming > idle",
    "Pain": "announcing positioning working comparing resting resuming > paused; paused > paused",
    "RedFlag": "idle checking announcing positioning working comparing resting paused resuming alarmed > alarmed",
    "Goodbye": "idle checking announcing positioning working comparing resting paused resuming alarmed > the end",
    "Easier": "comparing > announcing",
    "Harder": "comparing > announcing",
    "CantDo": "announcing positioning working comparing paused resuming > announcing",
    "BringBack": STAYS,
    "LeaveOut": STAYS,
    "Age": STAYS,
    "PlanRoutine": STAYS,
    "SaveRoutine": STAYS,
    "SameAgain": STAYS,
    "SetHold": STAYS,
    "More": STAYS,
    "Slower": STAYS,
    "Faster": STAYS,
    "ListenByName": STAYS,
    "ListenAlways": STAYS,
    "CountStyle": STAYS,
    "FewerWords": "announcing > announcing",
    "FullInstructions": "announcing > announcing",
    "Louder": STAYS,
    "Quieter": STAYS,
    "HadWater": STAYS,
    "QuietDay": STAYS,
    "SetReminder": STAYS,
    "CancelReminders": STAYS,
    "ChangeVoice": STAYS,
    "Alternative": STAYS,
    "Yes": QUESTION,
    "No": QUESTION,
    "NotNow": QUESTION,
    "HowLongHold": QUESTION,
    "HowLongLeft": QUESTION,
    "HowLongSession": QUESTION,
    "HowManyLeft": QUESTION,
    "WhatsNext": QUESTION,
    "WhichSide": QUESTION,
    "WhichMuscle": QUESTION,
    "WhereToFeel": QUESTION,
    "DoingItRight": QUESTION,
    "WhyThis": QUESTION,
    "Help": QUESTION,
    "ListRoutines": QUESTION,
    "Progress": QUESTION,
}

QUESTIONS = [intent for intent, row in MATRIX.items() if row == QUESTION]

ON_A_BEAT = ("positioning", "working", "resting")
"""States with a length of time that a command must not lose."""


def target(intent: str, state: str) -> str | None:
    """Where the command leads in the state; None where the session stays."""
    row = MATRIX[intent]
    for part in row.split("; ") if ">" in row else ():
        states, to = part.split(" > ")
        if state in states.split():
            return to
    return None


def obeyed(intent: str, state: str) -> Talk:
    talk = STATES[state]()
    assert talk.state == state
    return talk.say(intent, position=3.0, routine="leg", seconds=20)


def test_no_command_and_no_state_is_forgotten() -> None:
    assert set(MATRIX) == set(INTENTS), "a command without a row, or a row without a command"
    assert set(STATES) == {
        state.id for state in SessionChart.states_map.values() if not state.states
    }


def test_the_matrix_names_states_that_there_are() -> None:
    named = {word for row in MATRIX.values() if ">" in row for word in row.replace(";", "").split()}
    assert named <= {*STATES, ">", "the", "end"}


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state_is_answered_and_leads_where_it_should(
    state: str, intent: str
) -> None:
    talk = obeyed(intent, state)
    to = target(intent, state)
    assert talk.state == (state if to in (None, "the end") else to)
    assert talk.said or to not in (None, "the end"), "it says something, or the session moves"


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("state", STATES)
def test_what_leads_nowhere_leaves_the_time_running(state: str, intent: str) -> None:
    if target(intent, state) is not None:
        return
    actions = obeyed(intent, state).actions
    hushes = any(isinstance(action, StopAudio) for action in actions)
    assert not hushes or state in ("alarmed", "checking", "comparing"), (
        "only a question may be cut short"
    )
    if state in ON_A_BEAT:
        assert all(action.keep_clock for action in actions if isinstance(action, Play))


@pytest.mark.parametrize("intent", QUESTIONS)
@pytest.mark.parametrize("state", STATES)
def test_a_question_is_answered_and_nothing_else_happens(state: str, intent: str) -> None:
    before = STATES[state]().script
    talk = obeyed(intent, state)
    assert all(isinstance(action, Reply) for action in talk.actions)
    assert talk.script == before


# --- the count on the sample --------------------------------------------------------------------


@cache
def wording(question: str) -> str:
    """The first way to ask it of the test sentences."""
    sentences = load_tests(ROOT / "tests" / "sentences.yaml")
    return next(
        one.text
        for one in sentences
        if one.intent == question and (not one.states or "working" in one.states)
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app without the user's own routines and settings."""
    nowhere = tmp_path_factory.mktemp("empty") / "nowhere"
    found = App()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicecoach.app.components.routines_folder", lambda: nowhere)
        patch.setattr("voicecoach.app.components.settings_file", lambda: nowhere)
        found.matcher, found.settings  # noqa: B018 - loads all content
    return found


def beats(app: App, *lines: str) -> list[tuple[object, float]]:
    """Line and time of every beat of a typed session's first hold that an answer of some seconds
    leaves."""
    coach = silent_coach(app, 8000)
    log: list[LogEvent] = []
    coach.listeners.append(log.append)
    run_fast(coach, ["start stretch only", "+2 skip", "+2 next", "+2 ready", *lines, "+34"])
    said = [entry for entry in log if entry.kind == "said"]
    start, end = (
        next(one.at for one in said if one.data["line"] == line)
        for line in ("hold.start", "hold.end")
    )
    kept = ("hold.start", "count", "hold.end")
    return [
        (one.data["line"], one.at)
        for one in said
        if start <= one.at <= end and one.data["line"] in kept
    ]


ANSWERED_IN_A_HOLD = [question for question in QUESTIONS if question not in ("Yes", "No", "NotNow")]


@pytest.mark.parametrize("question", ANSWERED_IN_A_HOLD)
def test_the_count_goes_on_under_the_answer_to_the_sample(app: App, question: str) -> None:
    unasked = beats(app)
    assert [line for line, _at in unasked] == ["hold.start", *["count"] * 5, "hold.end"]
    assert beats(app, f"+4 {wording(question)}") == unasked
