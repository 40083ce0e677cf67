"""What there is to do, told so that one can listen to it."""

from __future__ import annotations

from dataclasses import replace

from voicecoach.content.library import load_library
from voicecoach.content.lines import load_lines
from voicecoach.core.actions import Reply
from voicecoach.core.understanding import Command
from voicecoach.session.plan.muscle_groups import summary
from voicecoach.session.session import Session

LIBRARY = load_library()
LINES = load_lines()


def asked(**slots: object) -> str:
    (reply,) = Session(LIBRARY, LINES).command(Command("ListRoutines", slots))
    assert isinstance(reply, Reply)
    return " ".join(cue.text for cue in reply.cues)


def test_what_there_is_comes_in_kinds_and_not_in_ten_names() -> None:
    said = asked()
    assert "leg routine, quick routine, stretch only, strength only and one for each muscle" in said
    assert "calf routine" not in said
    assert "fifteen minutes" in said


def test_the_muscles_are_named_when_they_are_asked_for() -> None:
    assert "Hamstrings, quadriceps, calves, glutes, hip flexors and lower back" in asked(
        about="muscles"
    )


def test_of_many_routines_a_few_are_named_and_the_others_counted() -> None:
    leg = LIBRARY.routines["leg"]
    many = {
        f"r{n}": leg.model_copy(update={"id": f"r{n}", "name": f"routine {LINES.number(n)}"})
        for n in range(12)
    }
    assert summary(replace(LIBRARY, routines=many), LINES).endswith("routine four and seven more")
