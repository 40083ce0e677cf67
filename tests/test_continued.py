"""A sentence that goes on after it was decided: "how many more" ... "seconds"."""

from __future__ import annotations

import pytest
from test_coach import Bench, in_the_first_hold

from voicecoach.app import App
from voicecoach.events import Hypothesis


@pytest.fixture
def bench(app: App) -> Bench:
    """In the first hold of the quick routine."""
    return in_the_first_hold(app)


def go_on(bench: Bench, text: str) -> None:
    """More is said of what was decided: both are heard together."""
    now = bench.coach.now
    bench.coach.hear(Hypothesis(text, now - 1, now, now, endpoint="typed", continues=True))


def obeyed(bench: Bench) -> list[object]:
    return [entry.data["intent"] for entry in bench.log if entry.kind == "heard" and entry.data["verdict"] == "accept"]


def test_a_longer_question_is_answered_in_place_of_the_shorter_one(bench: Bench) -> None:
    bench.type("how many more")
    bench.run(0.4)
    go_on(bench, "how many more seconds")
    bench.run(4)
    assert obeyed(bench) == ["HowManyLeft", "HowLongLeft"]
    assert any("second" in str(entry.data["text"]) for entry in bench.said)


def test_more_words_of_the_same_meaning_do_nothing(bench: Bench) -> None:
    before = bench.coach.session.conductor.work
    bench.type("next")
    after = bench.coach.session.conductor.work
    go_on(bench, "next exercise")
    assert before is not after
    assert bench.coach.session.conductor.work is after
    assert obeyed(bench) == ["Next"]
    reason = [entry.data["reason"] for entry in bench.log if entry.kind == "heard"][-1]
    assert reason == "it was obeyed already"


@pytest.mark.parametrize("whole", ["how many more and louder", "how many more louder", "next and louder"])
def test_of_two_commands_the_one_that_was_obeyed_is_not_obeyed_again(bench: Bench, whole: str) -> None:
    first = whole.removesuffix("louder").removesuffix("and ").strip()
    bench.type(first)
    go_on(bench, whole)
    assert obeyed(bench)[1:] == ["Louder"]


def test_a_command_after_one_that_joins_no_chain_with_it_counts(bench: Bench) -> None:
    bench.type("louder")
    go_on(bench, "louder next")
    assert obeyed(bench) == ["Louder", "Next"]


def test_talk_after_a_command_changes_nothing(bench: Bench) -> None:
    bench.type("how many more")
    go_on(bench, "how many more the weather is fine")
    assert obeyed(bench) == ["HowManyLeft"]
    assert bench.coach.session.state == "working"


def test_what_goes_on_after_something_that_was_not_understood_is_understood_as_a_whole(bench: Bench) -> None:
    bench.type("how the")
    go_on(bench, "how many more seconds")
    assert obeyed(bench) == ["HowLongLeft"]
