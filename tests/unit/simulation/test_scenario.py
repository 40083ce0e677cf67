"""Scenario files: what may stand in them, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicecoach.content.lines import load_lines
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.session_state import SessionState
from voicecoach.session.flow.chart import SessionChart
from voicecoach.simulation.scenario import SoundName, check_lines, load_scenario, scenario_names
from voicecoach.simulation.sounds import SOUNDS


def written(folder: Path, steps: str, head: str = "name: A test") -> str:
    path = folder / "scenario.yaml"
    path.write_text(f"{head}\nsteps:\n{steps}\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", scenario_names())
def test_the_built_in_scenarios_wait_only_for_lines_that_there_are(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.steps
    check_lines(scenario, load_lines().texts)


def test_the_states_of_a_scenario_are_those_of_the_session() -> None:
    leaves = {state.id for state in SessionChart.states_map.values() if not state.states}
    assert set(SessionState) == leaves


def test_a_scenario_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(VoicecoachError, match=r"no scenario 'nope'.*leg_routine"):
        load_scenario("nope")


MISTAKES = {
    "unknown key": (
        "  - {says: next}",
        "line 3: steps.#1.says: is not a known key - did you mean 'say'",
    ),
    "wrong type": ("  - {say: next, delay: soon}", "line 3: steps.#1.delay: must be a number"),
    "no steps": ("  []", "steps: has too few entries"),
    "steps of another kind": ("  next", "steps: must be a list"),
    "a step that does nothing": ("  - {delay: 3}", "line 3: steps.#1: this step does nothing"),
    "unknown state": (
        "  - when: {state: wroking}",
        "state: cannot be 'wroking' - did you mean 'working'",
    ),
    "expects nothing": ("  - {say: next, expect: {}}", "steps.#1.expect: this expects nothing"),
    "slots alone": (
        "  - {say: next, expect: {said: a, slots: {a: 1}}}",
        "these slots belong to no intent",
    ),
    "contradiction": (
        "  - {say: next, expect: {intent: Next, rejected: true}}",
        "both obeyed and rejected",
    ),
    "silence and words": (
        "  - {say: next, expect: {rejected: true, silent: true, said: a}}",
        "silence is what follows",
    ),
    "an unknown sound": (
        "  - {sound: couhg}",
        "steps.#1.sound: cannot be 'couhg' - did you mean 'cough'",
    ),
    "two at once": ("  - {say: next, sound: cough}", "give `sound` a step of its own"),
    "nothing to speak": ("  - {say: '?!'}", "steps.#1.say: there is nothing to speak in '?!'"),
    "endless": ("  - {say: next, expect: {said: a, within: inf}}", "steps.#1.expect.within: "),
    "backwards": ("  - when: {state: working, position: -3}", "steps.#1.when.position: must be "),
}


@pytest.mark.parametrize(("steps", "complaint"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_with_file_and_place(tmp_path: Path, steps: str, complaint: str) -> None:
    path = written(tmp_path, steps)
    with pytest.raises(VoicecoachError) as error:
        load_scenario(path)
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"{path}, line ")
    assert complaint in line


@pytest.mark.parametrize(
    "head", ["room: {seed: -1}", "room: {delay: 0}", "user: {words_a_minute: 5}", "limit: inf"]
)
def test_rooms_and_users_that_cannot_be_are_refused(tmp_path: Path, head: str) -> None:
    path = written(tmp_path, "  - {say: next}", head=f"name: A test\n{head}")
    with pytest.raises(VoicecoachError, match="line 2: "):
        load_scenario(path)


def test_waiting_for_a_line_that_the_coach_never_says_is_told_before_it_begins(
    tmp_path: Path,
) -> None:
    scenario = load_scenario(written(tmp_path, "  - {say: next}\n  - when: {line: greting}"))
    with pytest.raises(VoicecoachError, match=r"step 2: .*'greting' - did you mean 'greeting'\?"):
        check_lines(scenario, ["greeting", "goodbye"])


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(VoicecoachError, match="cannot be read"):
        load_scenario(str(tmp_path))


def test_every_sound_of_a_scenario_can_be_made() -> None:
    assert set(SoundName.__args__) == set(SOUNDS)  # type: ignore[attr-defined]
