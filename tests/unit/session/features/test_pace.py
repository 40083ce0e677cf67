"""Check the pacing of every routine from its first word to its last.

The table is in docs/reference/exercise-sources.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from tests.support.session_driver import LIBRARY, Talk, work
from voicecoach.content.exercise import Hold
from voicecoach.content.routine import RoutineEntry
from voicecoach.core.script import Script
from voicecoach.session.plan.steps import (
    ALLOWANCES,
    RISING,
    SWITCHES,
    Level,
    WorkStep,
    lay_out,
    setup_seconds,
)
from voicecoach.session.profile.exercise_memory import ExerciseMemory

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
        found.append(Scene(talk.state, talk.script, talk.session.flow.work))
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
            least = SWITCHES[scene.step.position] if same else ALLOWANCES[scene.step.position]
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
            sides.setdefault((scene.step.block, scene.step.set_number), []).append(
                scene.script.seconds
            )
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
    if exercise.position in ("floor", "kneeling")
    and exercise.easier_position in ("chair", "standing")
)


@pytest.mark.parametrize("exercise", RISING_FOR_AN_EASIER_WAY)
def test_who_gets_up_for_an_easier_way_is_told_to_do_so_slowly_and_has_the_time(
    exercise: str,
) -> None:
    routine = next(
        id
        for id, one in LIBRARY.routines.items()
        if any(step.exercise == exercise for step in one.steps)
    )
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
        talk.until("positioning")
        assert talk.script is not None
        assert talk.script.seconds == SWITCHES[work(talk).position]


def test_there_are_exercises_to_get_up_for() -> None:
    assert RISING_FOR_AN_EASIER_WAY


# --- what the transcripts of whole routines showed ----------------------------------------------


def announced(routine: str, exercise: str, level: Level = "usual") -> Talk:
    """The announcement of an exercise in a routine that is done at `level`."""
    memory = ExerciseMemory({exercise: level})
    talk = Talk(memory=memory).say("StartRoutine", routine=routine)
    while talk.exercise != exercise:
        talk.say("Next")
    return talk


def test_who_gets_down_to_the_mat_is_told_to_do_so_slowly_once() -> None:
    said = [
        " ".join(cue.text for cue in scene.script.cues)
        for scene in scenes("leg")
        if scene.state == "announcing"
    ]
    assert [text for text in said if "Get down to the mat slowly" in text] == [
        next(t for t in said if "Plank." in t)
    ]


def test_a_break_to_drink_on_the_mat_is_no_getting_up_from_it() -> None:
    mat, water, chair = (
        RoutineEntry(exercise="knees-to-chest"),
        RoutineEntry(water=True),
        RoutineEntry(exercise="chair-squat"),
    )
    plan = lay_out([mat, water, chair], LIBRARY)
    number = next(
        number for number, step in enumerate(plan) if isinstance(step, WorkStep) and not step.side
    )
    last = len(plan) - 1
    assert setup_seconds(plan, number) == ALLOWANCES["floor"]
    assert setup_seconds(plan, last) == RISING


def test_which_sides_take_turns_is_told() -> None:
    assert (
        "Twelve slow repetitions, one side and then the other."
        in announced("leg", "lateral-lunge-with-arm-circles").said
    )


def test_where_the_other_leg_is_left_out_no_time_on_each_side_is_announced() -> None:
    talk = announced("stretch", "standing-quad-stretch").say("SkipSide")
    assert "Right leg. Two times thirty seconds. " in talk.said


@pytest.mark.parametrize("exercise", ["half-kneeling-hip-flexor-stretch", "walk"])
def test_who_stands_or_sits_for_the_easier_way_is_not_cautioned_about_the_usual_one(
    exercise: str,
) -> None:
    caution = LIBRARY.exercises[exercise].caution
    assert caution in announced("stretch", exercise).said
    assert caution not in announced("stretch", exercise, "easier").said


def test_the_easier_way_has_a_caution_of_its_own() -> None:
    assert (
        "After a hip replacement, ask your doctor first."
        in announced("glutes", "figure-four-stretch", "easier").said
    )


def counted(exercise: str, level: Level) -> list[str]:
    talk = announced("leg", exercise, level).until("working")
    assert talk.script is not None
    return [cue.text for cue in talk.script.cues]


def test_a_twist_that_is_left_out_is_not_called_for() -> None:
    assert "twist" in counted("walking-lunge-with-a-twist", "usual")
    assert "twist" not in counted("walking-lunge-with-a-twist", "easier")


def test_who_sits_already_is_not_told_in_mid_hold_to_sit_down() -> None:
    said = counted("figure-four-stretch", "easier")
    assert "Lean forward a little." in said
    assert not [text for text in said if "Sit on a chair" in text]


def test_a_minute_of_walking_is_halved() -> None:
    talk = Talk().say("StartRoutine", routine="quick").until("working")
    assert talk.script is not None
    assert [cue.at for cue in talk.script.cues if cue.text == "Thirty seconds to go"] == [30.0]


def test_who_kneels_has_more_time_to_change_sides() -> None:
    talk = (
        announced("stretch", "half-kneeling-hip-flexor-stretch")
        .until("working")
        .until("positioning")
    )
    assert talk.script is not None
    assert talk.script.seconds == 12.0


def test_a_short_rest_does_not_name_what_is_named_right_after_it() -> None:
    rests = [
        scene.script.cues[0].text for scene in scenes("leg") if lines(scene)[:1] == ["rest.short"]
    ]
    assert set(rests) == {"Rest for ten seconds."}
