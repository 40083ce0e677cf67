from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.intents import (
    COFFEE,
    LEADING,
    STATES,
    intents_of,
    project_intents,
    project_matcher,
)
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu.intents import IntentSet
from voicecoach.nlu.matcher import Matcher


def understand(text: str, *states: str) -> Understanding:
    return project_matcher().understand(text, states or None)


def meaning(understanding: Understanding) -> tuple[str | None, dict[str, object]]:
    return understanding.intent, dict(understanding.slots)


# --- word for word ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("start leg routine", "StartRoutine", {"routine": "leg"}),
        ("Okay, start the quick routine, please!", "StartRoutine", {"routine": "quick"}),
        ("begin stretch only", "StartRoutine", {"routine": "stretch"}),
        ("hold for twenty five seconds", "SetHold", {"seconds": 25}),
        ("hold for twenty-five seconds", "SetHold", {"seconds": 25}),
        ("hold for 25 seconds", "SetHold", {"seconds": 25}),
        ("Hold for half a minute.", "SetHold", {"seconds": 30}),
        ("what’s next", "WhatsNext", {}),
        ("'stop'", "Stop", {}),
        ("um wait uh thirty seconds", "Wait", {"seconds": 30}),
        ("hold for a hundred and twenty seconds", "SetHold", {"seconds": 120}),
        ("Hold for 120 seconds!", "SetHold", {"seconds": 120}),
        ("hold for one twenty", "SetHold", {"seconds": 120}),
        ("hold for nine hundred seconds", "SetHold", {"seconds": 900}),
        ("hold for one minute thirty", "SetHold", {"minutes": 1, "seconds": 30}),
    ],
)
def test_a_sentence_is_understood_word_for_word(
    text: str, intent: str, slots: dict[str, object]
) -> None:
    understanding = understand(text)
    assert understanding.verdict is Verdict.ACCEPT
    assert meaning(understanding) == (intent, slots)
    assert understanding.detail == "exact"
    assert understanding.score == 100


@pytest.mark.parametrize(
    ("text", "state", "intent"),
    [
        ("done", "positioning", "Ready"),
        ("done", "working", "Next"),
        ("how long", "announcing", "HowLongHold"),
        ("how long", "working", "HowLongLeft"),
        ("start", "idle", "StartRoutine"),
        ("start", "positioning", "Ready"),
        ("go on", "paused", "Resume"),
        ("go on", "resting", "Ready"),
        ("wait", "positioning", "Wait"),
        ("wait", "working", "Pause"),
        ("not yet", "asking", "Wait"),
        ("okay", "asking", "Yes"),
    ],
)
def test_the_state_decides_between_the_meanings_of_a_word(
    text: str, state: str, intent: str
) -> None:
    understanding = understand(text, state)
    assert (understanding.verdict, understanding.intent) == (Verdict.ACCEPT, intent)


def test_what_counts_in_one_of_several_states_counts() -> None:
    assert understand("yes", "working", "asking").accepted
    assert understand("next", "working", "asking").accepted


def test_what_does_not_fit_the_state_is_named_but_not_obeyed() -> None:
    understanding = understand("carry on", "working")
    assert understanding.verdict is Verdict.REJECT
    assert understanding.detail == "not now: Resume counts only when idle, paused"
    assert understanding.command.intent == "Resume"


def test_the_slots_of_what_does_not_fit_are_known() -> None:
    understanding = understand("i'd rather jog", "resting")
    assert understanding.detail.startswith("not now: Alternative")
    assert meaning(understanding) == ("Alternative", {"exercise": "jog"})


def test_the_sentence_is_said_without_filler() -> None:
    assert understand("okay coach next one please").sentence == "next one"


@settings(derandomize=True, deadline=None, database=None, max_examples=300)
@given(st.data())
def test_every_sentence_is_understood_as_its_own_intent_in_its_own_states(
    data: st.DataObject,
) -> None:
    sentence = data.draw(st.sampled_from(project_intents().sentences()))
    state = data.draw(st.sampled_from(sorted(sentence.states or STATES)))
    understanding = understand(sentence.text, state)
    assert understanding.verdict is (Verdict.ASK if sentence.confirm else Verdict.ACCEPT)
    assert meaning(understanding) == (sentence.intent, dict(sentence.slots))


def test_what_is_to_be_confirmed_is_asked_about() -> None:
    understanding = understand("stretch only", "idle")
    assert understanding.verdict is Verdict.ASK
    assert understanding.sentence == "stretch only"
    assert understand("stretch only please", "idle").accepted


# --- nearly -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("how long do hold this stretch", "HowLongHold", {}),
        ("how many of the exercises are left", "HowManyLeft", {}),
        ("how longg is left", "HowLongLeft", {}),
        ("set hold time to twenty seconds", "SetHold", {"seconds": 20}),
        ("i want to hold for a twenty seconds", "SetHold", {"seconds": 20}),
        ("set the hold [unk] time to twenty seconds", "SetHold", {"seconds": 20}),
        ("how much time have we still got left", "HowLongLeft", {}),
        ("i would really like to stop now", "Stop", {}),
        ("could you make each hold twenty seconds long", "SetHold", {"seconds": 20}),
        ("would you please say that one more time for me", "Repeat", {}),
        ("set hold time to a hundred and twenty seconds", "SetHold", {"seconds": 120}),
        ("set hold time to two hundred and fifty nine seconds", "SetHold", {"seconds": 259}),
        (
            "i want hold it for two minutes and seventeen seconds",
            "SetHold",
            {"minutes": 2, "seconds": 17},
        ),
    ],
)
def test_small_words_may_be_lost_added_or_mistaken(
    text: str, intent: str, slots: dict[str, object]
) -> None:
    understanding = understand(text)
    assert understanding.accepted
    assert meaning(understanding) == (intent, slots)
    assert understanding.detail.startswith("near")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("start clf routine", "start calf routine"),
        ("start the [unk] leg routine", "start the leg routine"),
        ("nxt", "next"),
        ("could you please skip this stretch for me", "could we skip this stretch"),
        ("which leg do i use right", "which leg do i use"),
        ("is it my write leg", "is it my right leg"),
    ],
)
def test_what_is_near_is_asked_about(text: str, near: str) -> None:
    understanding = understand(text, "working")
    assert understanding.verdict is Verdict.ASK
    assert understanding.sentence == near
    assert f"best: {near!r}" in understanding.detail


@pytest.mark.parametrize(
    "text",
    [
        "start the calm routine",
        "start quiet routine",
        "set the hold time to twenty nine teen seconds",
        "set the hold time to twenty sixty seconds",
        "set the hold time to seconds",
        "i want to hold it for seven teen seconds",
        "wait for thirty hours",
        "set the hold time to hundred twenty nine hundred seconds",
        "set the hold time to two hundred hundred seconds",
        "don't make each hold twenty five seconds long",
        "never set the hold time to twenty seconds",
        "hold for do hundred and fifty seconds",
        "hold for and twenty seconds",
        "hold for two hundred do seconds",
        "i do not want to hold for thirty seconds",
        "we should not move on to the next one yet",
    ],
)
def test_a_word_that_matters_is_never_guessed(text: str) -> None:
    assert not understand(text).accepted


def test_a_near_miss_of_what_does_not_fit_the_state_is_not_obeyed() -> None:
    understanding = understand("pick up where we left of", "working")
    assert understanding.verdict is Verdict.REJECT
    assert understanding.detail.startswith("not now: Resume counts only when idle, paused (best:")


def test_two_sentences_equally_near_are_not_decided_between(tmp_path: Path) -> None:
    text = "language: en\nintents:\n" + "".join(
        f"  {name}:\n    data:\n      - sentences: ['{words} the big lamp beside my old bed']\n"
        for name, words in (("Dim", "you can dim"), ("Ask", "can i dim"))
    )
    matcher = Matcher(intents_of(tmp_path, text))
    decided = matcher.understand("can dim the big lamp beside old bed")
    assert decided.verdict is Verdict.ASK
    assert "as near to" in decided.detail
    assert matcher.understand("you can dim the big lamp beside old bed").accepted
    assert matcher.understand("can i dim the big lamp beside old bed").intent == "Ask"


def test_a_sentence_that_cannot_be_recognised_is_no_candidate(tmp_path: Path) -> None:
    sentences = """["play my rock 'n' roll music", "play my jazz music"]"""
    text = f"language: en\nintents: {{Play: {{data: [{{sentences: {sentences}}}]}}}}"
    understanding = Matcher(intents_of(tmp_path, text)).understand("play my rock n rol music")
    assert not understanding.accepted
    assert understanding.sentence in ("", "play my jazz music")


# --- not at all ---------------------------------------------------------------------------------

CHATTER = """
i love bananas
the next train leaves at noon
can you pause the film and come here
i told you to stop that
he went back to the house
i start work at nine
we stopped at the shop on the way
how long is the film
how many people are coming
what's for dinner
the doctor said i should repeat it twice a day
don't start the leg routine yet i'm on the phone
she said yes and he said no
wait until you see this
hold the door please
help yourself to some tea
the routine was too hard
which way is it
turn left then right
the dog wants to go out
goodbye yellow brick road
next year we will go to spain
never mind the stop sign
ready or not here i come
you have to go back to the start
my leg hurts when i walk
is there anything else on television
it is the same thing again and again
continue reading on page nine
the pause button is broken
what can i say it was lovely
carry on like that and you will be sorry
we need help with the garden
the second one from the left
that's enough about me
all the best for the next one
i cannot wait for the holidays
""".strip().splitlines()

STRAY = """
right left go on off up down happy dog cat bird house tree bed wow forward backward follow learn visual
zero one two three four five six seven eight nine ten hold rest leg step text know nor paws stopped starting
routine exercise please minute second seconds time side it the a i you
"""


@pytest.mark.parametrize("text", CHATTER)
def test_talk_that_is_not_for_the_coach_is_not_obeyed(text: str) -> None:
    understanding = understand(text)
    assert not understanding.accepted
    assert understanding.detail


@pytest.mark.parametrize("word", STRAY.split())
def test_a_stray_word_is_not_obeyed(word: str) -> None:
    assert not understand(word).accepted


@pytest.mark.parametrize("state", ["idle", *LEADING, "paused"])
@pytest.mark.parametrize("word", ["no", "yes", "okay", "sure", "wrong"])
def test_an_answer_without_a_question_is_not_obeyed(word: str, state: str) -> None:
    assert not understand(word, state).accepted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing was said"),
        (" ... ", "nothing was said"),
        ("um please", "nothing but filler words"),
        ("[unk]", "nothing but unknown sounds"),
        ("please [unk] [unk]", "nothing but unknown sounds"),
        ("ukulele", "nothing like a command (no word of any)"),
        ("no " * 200, "nothing like a command (longer than any)"),
    ],
)
def test_a_reject_says_why(text: str, reason: str) -> None:
    understanding = understand(text)
    assert (understanding.verdict, understanding.detail) == (Verdict.REJECT, reason)
    assert understanding.intent is None


def test_a_reject_names_the_nearest_command_and_its_score() -> None:
    understanding = understand("the next train leaves at noon")
    assert (
        understanding.detail
        == f"nothing like a command (best: 'the next one', {understanding.score:.0f})"
    )
    assert 0 < understanding.score < 80


@pytest.mark.parametrize("command", ["next", "stop", "go back", "pause", "ready"])
@pytest.mark.parametrize("around", ["[unk] {}", "{} [unk]", "[unk] {} [unk]"])
def test_a_short_command_amid_unknown_sounds_is_not_obeyed(command: str, around: str) -> None:
    assert not understand(around.format(command)).accepted


# --- large grammars -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return Matcher(intents_of(tmp_path_factory.mktemp("coffee"), COFFEE))


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        (
            "me a large drip coffee with a little bit of sweetener and cream",
            {
                "size": "large",
                "drink": "drip coffee",
                "sugar": "a little bit of sweetener",
                "milk": "cream",
            },
        ),
        (
            "have twenty ounce single shot espresso with a bit of whole milk",
            {
                "size": "venti",
                "shots": "single shot",
                "drink": "espresso",
                "milk": "a bit of whole milk",
            },
        ),
        (
            "[unk] i get a dark roast small latte with lots of brown sugar and some oat milk",
            {
                "roast": "dark roast",
                "size": "small",
                "drink": "latte",
                "sugar": "lots of brown sugar",
                "milk": "some oat milk",
            },
        ),
    ],
)
def test_a_near_miss_of_a_sentence_that_was_not_sampled_is_understood(
    coffee: Matcher, text: str, slots: dict[str, object]
) -> None:
    understanding = coffee.understand(text)
    assert understanding.detail.startswith("near")
    assert understanding.accepted
    assert understanding.slots == slots


@pytest.mark.parametrize(
    "text",
    [
        "brew a medium roast iced mocha with sugar and a bit of",
        "make me an light house twelve ounce iced mocha",
        "can i have a twenty ounce like with lots of soy milk",
        "can i have a large latte with some",
        "can i have a small [unk] latte with milk",
    ],
)
def test_a_slot_that_was_half_heard_is_not_guessed(coffee: Matcher, text: str) -> None:
    assert not coffee.understand(text).accepted


def test_small_talk_about_coffee_is_no_order(coffee: Matcher) -> None:
    assert not coffee.understand("i never drink coffee with milk after lunch").accepted


# --- whatever is said ---------------------------------------------------------------------------


def _talk(intents: IntentSet) -> st.SearchStrategy[str]:
    words = st.sampled_from([*sorted(intents.words()), "[unk]", "banana", "99", "it's", "o'clock"])
    return st.one_of(st.text(), st.lists(words, max_size=12).map(" ".join))


@settings(derandomize=True, deadline=None, database=None, max_examples=300)
@given(_talk(project_intents()), st.sets(st.sampled_from(STATES)))
def test_whatever_is_said_there_is_a_verdict_with_a_reason(text: str, states: set[str]) -> None:
    understanding = project_matcher().understand(text, states)
    assert understanding.detail
    assert 0 <= understanding.score <= 100
    if understanding.accepted:
        said = (understanding.intent, repr(sorted(understanding.slots.items())))
        readings = project_intents().exact(understanding.sentence)
        assert any(one.meaning == said and one.counts_in(states) for one in readings)
