"""The whole coach in the simulated room: real recogniser, real speech, real echo canceller."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voicecoach.app.builders import simulated_coach
from voicecoach.app.components import App
from voicecoach.engine.coach import LogEvent
from voicecoach.simulation.runner import Outcome
from voicecoach.simulation.scenario import load_scenario, scenario_names

SHORT = """
name: A routine is begun and left
room: {echo_db: -10, noise_db: -25, seed: 5}
limit: 40
steps:
  - when: {line: greeting}
    delay: 1
    say: start quick routine
    expect: {intent: StartRoutine, slots: {routine: quick}}
  - when: {line: check.in}
    delay: 1
    say: skip
  - when: {line: routine.begin}
    delay: 1
    say: next
    expect: {intent: Next, said: hamstring}
  - delay: 1
    say: stop
    expect: {intent: Stop, state: idle}
"""


def run(app: App, name: str, *, typed: bool = False) -> tuple[Outcome, list[LogEvent]]:
    log: list[LogEvent] = []
    with simulated_coach(app, load_scenario(name), typed=typed) as (simulation, coach):
        coach.listeners.append(log.append)
        return simulation.run(), log


LONG = frozenset({"control", "misunderstood", "questions"})
"""Scenarios of two minutes whose commands are all said elsewhere, too: they are typed here, and
spoken where VOICECOACH_ALL_SCENARIOS is set, so that the tests stay within ten minutes."""


@pytest.mark.model
@pytest.mark.parametrize("name", scenario_names())
def test_a_built_in_scenario_goes_as_it_is_written(app: App, name: str) -> None:
    if name in LONG and not os.environ.get("VOICECOACH_ALL_SCENARIOS"):
        pytest.skip("VOICECOACH_ALL_SCENARIOS is not set")
    scenario = load_scenario(name)
    outcome, log = run(app, name)
    assert outcome.failures == []
    assert outcome.steps_done == len(scenario.steps)
    obeyed = [entry for entry in log if entry.kind == "heard" and entry.data["verdict"] == "accept"]
    commands = [
        step for step in scenario.steps if step.say and not (step.expect and step.expect.rejected)
    ]
    utterances = {
        entry.data["speech_end"] for entry in obeyed
    }  # each of which may hold several commands
    assert len(utterances) == len(commands), "nothing but what the user said"


@pytest.mark.parametrize("name", scenario_names())
def test_a_built_in_scenario_goes_the_same_when_it_is_typed(app: App, name: str) -> None:
    outcome, _ = run(app, name, typed=True)
    assert outcome.failures == []
    assert outcome.steps_done == len(load_scenario(name).steps)


@pytest.mark.model
def test_two_runs_are_the_same_to_the_sample(app: App, tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    (outcome, log), again = run(app, str(path)), run(app, str(path))
    assert outcome.failures == []
    assert (outcome, log) == again
    heard = [entry.data["text"] for entry in log if entry.kind == "heard"]
    assert heard == ["start quick routine", "skip", "next", "stop"]
