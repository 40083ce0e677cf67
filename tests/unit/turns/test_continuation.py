"""A sentence that goes on after it was decided: "how many more" ... "seconds"."""

from __future__ import annotations

import pytest

from tests.unit.engine.test_coach import Bench, in_the_first_hold
from voicecoach.app.components import App
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.turns.continuation import in_the_end


@pytest.fixture
def bench(app: App) -> Bench:
    """In the first hold of the quick routine."""
    return in_the_first_hold(app)


def together(text: str, alone: str, now: float = 1.0) -> Hypothesis:
    """More is said of what was decided: it is heard `alone`, and together with that."""
    rest = Hypothesis(alone, now - 0.5, now, now, endpoint=Endpoint.TYPED)
    return Hypothesis(text, now - 1, now, now, endpoint=Endpoint.TYPED, continues=True, alone=rest)


def go_on(bench: Bench, text: str, alone: str = "the rest") -> None:
    bench.coach.hear(together(text, alone, bench.coach.now))


def obeyed(bench: Bench) -> list[object]:
    return [
        entry.data["intent"]
        for entry in bench.log
        if entry.kind == "heard" and entry.data["verdict"] == "accept"
    ]


def test_a_longer_question_is_answered_in_place_of_the_shorter_one(bench: Bench) -> None:
    bench.type("how many more")
    bench.run(0.4)
    go_on(bench, "how many more seconds")
    bench.run(4)
    assert obeyed(bench) == ["HowManyLeft", "HowLongLeft"]
    assert any("second" in str(entry.data["text"]) for entry in bench.said)


def test_more_words_of_the_same_meaning_do_nothing(bench: Bench) -> None:
    before = bench.coach.session.flow.work
    bench.type("next")
    after = bench.coach.session.flow.work
    go_on(bench, "next exercise")
    assert before is not after
    assert bench.coach.session.flow.work is after
    assert obeyed(bench) == ["Next"]
    reason = [entry.data["reason"] for entry in bench.log if entry.kind == "heard"][-1]
    assert reason == "it was obeyed already"


@pytest.mark.parametrize(
    "whole", ["how many more and louder", "how many more louder", "next and louder"]
)
def test_of_two_commands_the_one_that_was_obeyed_is_not_obeyed_again(
    bench: Bench, whole: str
) -> None:
    first = whole.removesuffix("louder").removesuffix("and ").strip()
    bench.type(first)
    go_on(bench, whole, whole.removeprefix(first).strip())
    assert obeyed(bench)[1:] == ["Louder"]


def test_a_command_after_one_that_joins_no_chain_with_it_counts(bench: Bench) -> None:
    bench.type("louder")
    go_on(bench, "louder next", "next")
    assert obeyed(bench) == ["Louder", "Next"]


def test_talk_after_a_command_changes_nothing(bench: Bench) -> None:
    bench.type("how many more")
    go_on(bench, "how many more the weather is fine", "the weather is fine")
    assert obeyed(bench) == ["HowManyLeft"]
    assert bench.coach.session.state == "working"


def test_what_goes_on_after_something_that_was_not_understood_is_understood_as_a_whole(
    bench: Bench,
) -> None:
    bench.type("how the")
    go_on(bench, "how many more seconds")
    assert obeyed(bench) == ["HowLongLeft"]


def test_a_command_of_its_own_is_not_taken_for_what_both_sound_like(bench: Bench) -> None:
    bench.type("next")
    go_on(bench, "next no back", "louder")
    assert obeyed(bench) == ["Next", "Louder"]


def in_a_recording(app: App, *utterances: Hypothesis) -> list[tuple[str, object]]:
    """What utterances of a recording mean in the end."""
    found = in_the_end(utterances, lambda heard: app.understand(heard, None))
    return [
        (heard.text, understood.intent if understood.accepted else None)
        for heard, understood in found
    ]


def said(text: str) -> Hypothesis:
    return Hypothesis(text, 0.0, 0.5, 0.5)


def test_in_a_recording_the_longer_sentence_counts(app: App) -> None:
    found = in_a_recording(
        app, said("how long"), together("how long is left", "lift"), said("next")
    )
    assert found == [("how long is left", "HowLongLeft"), ("next", "Next")]
    found = in_a_recording(
        app, said("go back to the last"), together("go back to the last exercise", "exercises")
    )
    assert found == [("go back to the last exercise", "Back")]


def test_in_a_recording_a_command_stays_what_it_was_when_something_else_follows(app: App) -> None:
    found = in_a_recording(
        app, said("next"), together("next the weather is fine", "the weather is fine")
    )
    assert found == [("next", "Next"), ("the weather is fine", None)]
    found = in_a_recording(app, said("louder"), together("louder next", "next"))
    assert found == [("louder", "Louder"), ("next", "Next")]


def test_in_a_recording_what_was_not_understood_gives_way(app: App) -> None:
    found = in_a_recording(app, said("how the"), together("how long is left", "left"))
    assert found == [("how long is left", "HowLongLeft")]
