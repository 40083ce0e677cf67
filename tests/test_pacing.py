"""The pacing table of the exercise reference, held against every routine from its first word to its last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from session_parts import LIBRARY, Talk

from voicecoach.events import Script
from voicecoach.session.plan import ALLOWANCES, RISING, SWITCH_ALLOWANCE, WorkStep
from voicecoach.session.routine import Hold

ROUTINES = sorted(LIBRARY.routines)


@dataclass(frozen=True)
class Scene:
    """A state of the session, what is played in it, and for which step."""

    state: str
    script: Script
    step: WorkStep | None


def scenes(routine: str) -> list[Scene]:
    talk = Talk().say("StartRoutine", routine=routine)
    found = []
    while talk.state != "idle":
        assert talk.script is not None
        found.append(Scene(talk.state, talk.script, talk.session.conductor.work))
        assert len(found) < 1000, "it never ends"
        talk.played()
    return found


def lines(scene: Scene) -> list[str]:
    return [cue.line for cue in scene.script.cues if cue.line]


@pytest.mark.parametrize("routine", ROUTINES)
def test_work_begins_only_after_all_words_and_the_time_to_get_into_position(routine: str) -> None:
    before: Scene | None = None
    for scene in scenes(routine):
        if scene.state == "working":
            assert before is not None
            assert before.state == "positioning", scene.step
            assert not before.script.cues, "it is silent then"
        before = scene


@pytest.mark.parametrize("routine", ROUTINES)
def test_getting_into_position_takes_as_long_as_the_position_needs(routine: str) -> None:
    earlier: WorkStep | None = None
    for scene in scenes(routine):
        if scene.state == "positioning":
            assert scene.step is not None
            same = earlier is not None and earlier.block == scene.step.block
            least = SWITCH_ALLOWANCE if same else ALLOWANCES[scene.step.position]
            assert scene.script.seconds is not None
            assert scene.script.seconds >= least, scene.step
        if scene.state == "working":
            earlier = scene.step


@pytest.mark.parametrize("routine", ROUTINES)
def test_an_exercise_is_named_with_its_dose_and_explained_in_full_only_once(routine: str) -> None:
    times: Counter[str] = Counter()
    for scene in scenes(routine):
        if scene.state != "announcing":
            continue
        assert scene.step is not None
        said = " ".join(cue.text or "" for cue in scene.script.cues)
        first = not times[scene.step.exercise.id]
        times[scene.step.exercise.id] += 1
        setup = scene.step.exercise.setup[0].split("{")[0]
        assert (setup in said) == first or setup in scene.step.exercise.reminder, said
        if first:
            assert scene.step.exercise.name.casefold() in said.casefold()
            assert "announce.position" in lines(scene)


@pytest.mark.parametrize("routine", ROUTINES)
def test_both_sides_get_the_same_time(routine: str) -> None:
    sides: dict[tuple[int, int], list[float]] = {}
    for scene in scenes(routine):
        if scene.state == "working" and scene.step is not None and scene.step.side:
            assert scene.script.seconds is not None
            sides.setdefault((scene.step.block, scene.step.set_number), []).append(scene.script.seconds)
    assert all(len(times) == 2 and times[0] == pytest.approx(times[1]) for times in sides.values())


@pytest.mark.parametrize("routine", ROUTINES)
def test_a_hold_begins_with_a_tone_and_is_counted_down_to_one(routine: str) -> None:
    for scene in scenes(routine):
        if scene.state != "working" or scene.step is None or not isinstance(scene.step.dose, Hold):
            continue
        tones = [cue.tone for cue in scene.script.cues if cue.tone]
        assert (tones[0], tones[-1]) == ("start", "end")
        counted = [cue.text for cue in scene.script.cues if cue.line == "count"]
        if scene.step.dose.seconds > 15:
            assert "hold.half" in lines(scene)
            assert counted == ["five", "four", "three", "two", "one"]
        else:
            assert len(counted) >= scene.step.dose.seconds - 1, counted


@pytest.mark.parametrize("routine", ROUTINES)
def test_what_to_fetch_is_told_before_the_first_exercise(routine: str) -> None:
    found = scenes(routine)
    opening = " ".join(cue.text or "" for cue in found[0].script.cues)
    for scene in found:
        for thing in scene.step.needs if scene.step else ():
            assert thing in opening


RISING_FOR_AN_EASIER_WAY = sorted(
    id
    for id, exercise in LIBRARY.exercises.items()
    if exercise.position in ("floor", "kneeling") and exercise.easier_position in ("chair", "standing")
)


@pytest.mark.parametrize("exercise", RISING_FOR_AN_EASIER_WAY)
def test_who_gets_up_for_an_easier_way_is_told_to_do_so_slowly_and_has_the_time(exercise: str) -> None:
    routine = next(id for id, one in LIBRARY.routines.items() if any(step.exercise == exercise for step in one.steps))
    talk = Talk().say("StartRoutine", routine=routine)
    while talk.exercise != exercise:
        talk.say("Next")
    talk.until("working").say("Easier")
    assert "Get up slowly" in talk.said
    talk.until("positioning")
    assert talk.script is not None
    assert talk.script.seconds == RISING
    talk.until("working").played()
    if talk.state == "announcing":  # the other side: one stays where one is
        assert talk.until("positioning").script.seconds == SWITCH_ALLOWANCE


def test_there_are_exercises_to_get_up_for() -> None:
    assert RISING_FOR_AN_EASIER_WAY
