from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.intents import (
    COFFEE,
    COFFEES,
    MODEL_WORDS,
    ROUTINES,
    intents_of,
    project_intents,
)
from voicecoach.core.errors import VoicecoachError
from voicecoach.nlu import sampling
from voicecoach.nlu.intents import LIMIT, IntentsError, IntentSet, load_intents
from voicecoach.nlu.numbers import number_words, spoken
from voicecoach.nlu.template import count

INTENTS = [
    "StartRoutine",
    "Next",
    "Back",
    "Repeat",
    "Pause",
    "Resume",
    "Stop",
    "HowLongHold",
    "HowLongLeft",
    "WhatsNext",
    "HowManyLeft",
    "WhichSide",
    "WhichMuscle",
    "WhereToFeel",
    "DoingItRight",
    "WhyThis",
    "HowLongSession",
    "Ready",
    "Wait",
    "SetHold",
    "Alternative",
    "Restart",
    "SkipSide",
    "More",
    "Easier",
    "Harder",
    "CantDo",
    "BringBack",
    "Comfort",
    "Pain",
    "PainPlace",
    "RedFlag",
    "Rating",
    "DontKnow",
    "Louder",
    "Quieter",
    "Slower",
    "Faster",
    "ListenByName",
    "ListenAlways",
    "CountStyle",
    "FewerWords",
    "FullInstructions",
    "Help",
    "Yes",
    "No",
    "Goodbye",
    "ListRoutines",
    "PlanRoutine",
    "SaveRoutine",
    "SameAgain",
    "ChangeVoice",
    "HadWater",
    "NotNow",
    "QuietDay",
    "SetReminder",
    "CancelReminders",
    "Progress",
    "LeaveOut",
    "Age",
]


def meanings(intents: IntentSet, text: str) -> list[tuple[str, dict[str, object]]]:
    return [(one.intent, dict(one.slots)) for one in intents.exact(text)]


def small(sentence: str, more: str = "") -> str:
    return f"language: en\nintents:\n  Do:\n    data:\n      - sentences: [{sentence!r}]\n{more}"


# --- the project's own file ---------------------------------------------------------------------


def test_the_project_knows_every_intent() -> None:
    assert {template.intent for template in project_intents().templates} == set(INTENTS)


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_can_be_said_in_many_ways(intent: str) -> None:
    ways = {
        sentence.text for sentence in project_intents().sentences() if sentence.intent == intent
    }
    assert len(ways) >= 8


def test_numbers_do_not_crowd_out_what_is_said_without_them() -> None:
    intents = project_intents()
    kept = {(one.intent, one.text) for one in intents.sentences()}
    assert len(kept) < 1.2 * LIMIT < intents.count
    for template in intents.templates:
        number = any(
            slot.name in ("seconds", "count", "rating") for slot in sampling.slots(template.node)
        )
        if not number and count(template.node) < 1000:
            assert {
                (template.intent, spoken(text, "en"))
                for text, _slots in sampling.expand(template.node)
            } <= kept


TIMES = [
    ("zero seconds", {"seconds": 0}),
    ("nought seconds", {"seconds": 0}),
    ("nineteen seconds", {"seconds": 19}),
    ("forty five seconds", {"seconds": 45}),
    ("ninety seconds", {"seconds": 90}),
    ("a hundred seconds", {"seconds": 100}),
    ("one hundred seconds", {"seconds": 100}),
    ("a hundred and five seconds", {"seconds": 105}),
    ("one hundred five seconds", {"seconds": 105}),
    ("a hundred and twenty seconds", {"seconds": 120}),
    ("a hundred twenty seconds", {"seconds": 120}),
    ("one hundred twenty seconds", {"seconds": 120}),
    ("one hundred and twenty seconds", {"seconds": 120}),
    ("hundred and twenty seconds", {"seconds": 120}),
    ("one twenty seconds", {"seconds": 120}),
    ("three hundred and forty five seconds", {"seconds": 345}),
    ("nine hundred seconds", {"seconds": 900}),
    ("nine hundred and ninety nine seconds", {"seconds": 999}),
    ("a quarter of a minute", {"seconds": 15}),
    ("half a minute", {"seconds": 30}),
    ("three quarters of a minute", {"seconds": 45}),
    ("a minute", {"seconds": 60}),
    ("one minute", {"seconds": 60}),
    ("a minute and a half", {"seconds": 90}),
    ("one minute and a half", {"seconds": 90}),
    ("one and a half minutes", {"seconds": 90}),
    ("one minute thirty", {"minutes": 1, "seconds": 30}),
    ("a minute thirty", {"minutes": 1, "seconds": 30}),
    ("a minute and ten seconds", {"minutes": 1, "seconds": 10}),
    ("two minutes ten", {"minutes": 2, "seconds": 10}),
    ("two minutes and ten seconds", {"minutes": 2, "seconds": 10}),
    ("two minutes", {"seconds": 120}),
    ("a couple of minutes", {"seconds": 120}),
    ("a couple minutes", {"seconds": 120}),
    ("two and a half minutes", {"seconds": 150}),
    ("two minutes and a half", {"seconds": 150}),
    ("fifteen minutes", {"seconds": 900}),
    ("a quarter of an hour", {"seconds": 900}),
    ("quarter of an hour", {"seconds": 900}),
    ("half an hour", {"seconds": 1800}),
    ("three quarters of an hour", {"seconds": 2700}),
    ("an hour", {"seconds": 3600}),
]


@pytest.mark.parametrize(("said", "slots"), TIMES)
def test_a_length_of_time_means_one_thing_however_it_is_said(
    said: str, slots: dict[str, object]
) -> None:
    assert meanings(project_intents(), f"hold for {said}") == [("SetHold", slots)]
    assert meanings(project_intents(), f"wait {said}") == [("Wait", slots)]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("ninety", 90), ("a hundred", 100), ("a hundred and ten", 110), ("one twenty", 120)],
)
def test_a_bare_number_after_for_is_in_seconds(said: str, seconds: int) -> None:
    assert meanings(project_intents(), f"hold it for {said}") == [("SetHold", {"seconds": seconds})]


def test_every_number_below_a_thousand_is_understood_in_all_its_forms() -> None:
    intents = project_intents()
    words = intents.words()
    for number in (*range(0, 1000, 7), 100, 101, 110, 200, 999):
        for form in number_words(number, "en"):
            assert meanings(intents, f"hold for {form} seconds") == [
                ("SetHold", {"seconds": number})
            ], form
            assert words.issuperset(form.split())


def test_sentences_are_words_as_the_recogniser_writes_them() -> None:
    for sentence in project_intents().sentences():
        assert sentence.text == spoken(sentence.text, "en") != ""


def test_every_routine_can_be_started_by_each_of_its_names() -> None:
    for said, routine in ROUTINES:
        assert ("StartRoutine", {"routine": routine}) in meanings(
            project_intents(), f"start {said}"
        )


def test_the_words_are_those_of_all_sentences_and_the_skip_words() -> None:
    intents = project_intents()
    said = {word for sentence in intents.sentences() for word in sentence.text.split()}
    assert intents.words() == said | {
        word for phrase in intents.skip_words for word in phrase.split()
    }


@pytest.mark.model
@pytest.mark.skipif(not MODEL_WORDS.exists(), reason="the model is not there")
def test_the_model_knows_every_word() -> None:
    known = {line.split()[0] for line in MODEL_WORDS.read_text(encoding="utf-8").splitlines()}
    assert project_intents().words() - known == set()


# --- any file in the format ---------------------------------------------------------------------


def test_a_file_without_gates_counts_in_every_state(tmp_path: Path) -> None:
    (sentence,) = intents_of(tmp_path, small("brew coffee")).sentences()
    assert sentence.states is None
    assert sentence.counts_in({"anything"})


def test_a_gate_may_be_one_state_or_several(tmp_path: Path) -> None:
    gated = small("go", "        requires_context: {state: home}\n") + (
        "      - sentences: ['run']\n        requires_context: {state: [home, work]}\n"
    )
    intents = intents_of(tmp_path, gated)
    assert [set(sentence.states or ()) for sentence in intents.sentences()] == [
        {"home"},
        {"home", "work"},
    ]
    assert intents.states == {"home", "work"}


def test_slots_of_a_block_and_of_lists_come_together(tmp_path: Path) -> None:
    more = "        slots: {where: here}\nlists: {size: {values: [small, {in: '(big|large)', out: XL}]}}\n"
    intents = intents_of(tmp_path, small("a {size:much} cup", more))
    said = {sentence.text: dict(sentence.slots) for sentence in intents.sentences()}
    assert said == {
        "a small cup": {"where": "here", "much": "small"},
        "a big cup": {"where": "here", "much": "XL"},
        "a large cup": {"where": "here", "much": "XL"},
    }
    assert meanings(intents, "a large cup") == [("Do", said["a large cup"])]


def test_a_template_in_a_list_means_what_was_said(tmp_path: Path) -> None:
    intents = intents_of(
        tmp_path, small("with {milk}", "lists: {milk: {values: ['[oat ]milk']}}\n")
    )
    assert {sentence.text: sentence.slots["milk"] for sentence in intents.sentences()} == {
        "with oat milk": "oat milk",
        "with milk": "milk",
    }
    assert meanings(intents, "with oat milk") == [("Do", {"milk": "oat milk"})]


@pytest.mark.parametrize(
    ("numbers", "said", "value"),
    [
        ("{from: 1, to: 300}", "two hundred forty five", 245),
        ("{from: 1, to: 300}", "two hundred and forty five", 245),
        ("{from: 100, to: 120, multiplier: 60}", "a hundred and two", 6120),
        ("{from: 0, to: 3}", "nought", 0),
        ("{from: 0, to: 100, step: 5}", "thirty five", 35),
        ("{from: 1, to: 5, multiplier: 60}", "five", 300),
        ("{from: 1, to: 2, fractions: halves}", "one point five", 1.5),
        ("{from: 1, to: 9, words: false}", "seven", 7),
    ],
)
def test_numbers_are_said_in_words(tmp_path: Path, numbers: str, said: str, value: float) -> None:
    intents = intents_of(tmp_path, small("wait {n}", f"lists: {{n: {{range: {numbers}}}}}\n"))
    assert {sentence.text: sentence.slots["n"] for sentence in intents.sentences()}[
        f"wait {said}"
    ] == value
    assert ("Do", {"n": value}) in meanings(intents, f"wait {said}")


def test_lists_with_the_same_numbers_keep_their_own_values(tmp_path: Path) -> None:
    lists = "lists: {m: {range: {from: 1, to: 5, multiplier: 60}}, s: {range: {from: 1, to: 5}}}\n"
    intents = intents_of(tmp_path, small("(minutes {m}|seconds {s})", lists))
    assert meanings(intents, "minutes two") == [("Do", {"m": 120})]
    assert meanings(intents, "seconds two") == [("Do", {"s": 2})]


def test_an_inline_range_is_understood(tmp_path: Path) -> None:
    intents = intents_of(tmp_path, small("level {1..20:level}"))
    assert len(intents.sentences()) == 20
    assert meanings(intents, "level twelve") == [("Do", {"level": 12})]


def test_templates_may_be_written_as_one_writes(tmp_path: Path) -> None:
    intents = intents_of(tmp_path, small("What[’s| is] the 5-minute Warm-Up, please?"))
    assert {sentence.text for sentence in intents.sentences()} == {
        "what's the five minute warm up please",
        "what is the five minute warm up please",
        "what the five minute warm up please",
    }
    assert meanings(intents, "what's the five minute warm up please") == [("Do", {})]


def test_lists_of_the_program_take_the_place_of_those_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "intents.yaml"
    path.write_text(small("start {routine}", "lists: {routine: {values: [old]}}\n"))
    intents = load_intents(path, {"routine": [("Warm-up (short)", "warmup")]})
    assert [(one.text, dict(one.slots)) for one in intents.sentences()] == [
        ("start warm up short", {"routine": "warmup"})
    ]


def test_what_needs_a_wildcard_has_no_sentences_but_is_understood_when_typed(
    tmp_path: Path,
) -> None:
    intents = intents_of(tmp_path, small("play [loud] {song}", "lists: {song: {wildcard: true}}\n"))
    assert intents.sentences() == ()
    assert meanings(intents, "play yellow submarine") == [("Do", {"song": "yellow submarine"})]


# --- grammars too large to expand ---------------------------------------------------------------


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> IntentSet:
    return intents_of(tmp_path_factory.mktemp("coffee"), COFFEE)


def test_a_large_grammar_is_counted_without_being_expanded(coffee: IntentSet) -> None:
    assert coffee.count == COFFEES > 10**8


def test_a_large_grammar_is_sampled(coffee: IntentSet) -> None:
    texts = [sentence.text for sentence in coffee.sentences(2000)]
    assert 1900 <= len(texts) <= 2000
    assert len(set(texts)) == len(texts)


def test_the_same_sample_is_drawn_each_time(coffee: IntentSet, tmp_path: Path) -> None:
    assert intents_of(tmp_path, COFFEE).sentences(500) == coffee.sentences(500)


def test_a_sample_says_every_word_and_every_value(coffee: IntentSet) -> None:
    sample = coffee.sentences(200)
    assert {word for sentence in sample for word in sentence.text.split()} == coffee.words()
    sizes = {sentence.slots.get("size") for sentence in sample}
    assert sizes == {
        None,
        "small",
        "medium",
        "large",
        "eight ounce",
        "twelve ounce",
        "sixteen ounce",
        "venti",
    }
    assert {sentence.slots.get("shots") for sentence in sample} == {
        None,
        "single shot",
        "double shot",
        "triple shot",
    }


def test_a_sampled_sentence_has_the_slots_that_it_is_understood_with(coffee: IntentSet) -> None:
    for sentence in coffee.sentences(300):
        assert sentence.meaning in {one.meaning for one in coffee.exact(sentence.text)}


def test_small_intents_are_said_in_full_beside_large_ones(tmp_path: Path) -> None:
    stop = "  Stop:\n    data:\n      - sentences: ['(stop|halt) [now|here|there]']\n"
    intents = intents_of(tmp_path, COFFEE.replace("expansion_rules:", stop + "expansion_rules:"))
    said = Counter(sentence.intent for sentence in intents.sentences(1000))
    assert said["Stop"] == 8
    assert said["Order"] > 900


WORDS = st.sampled_from(["go", "stop", "left", "on", "minute[s]", "(re|un)do", "{n}", "{n:m}"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(" ".join),
        several.map(lambda parts: f"({'|'.join(parts)})"),
        several.map(lambda parts: f"({';'.join(parts)})"),
        inner.map(lambda part: f"[{part}]"),
    )


TEMPLATES = st.recursive(WORDS, _larger, max_leaves=7).map(lambda template: f"please {template}")


@settings(derandomize=True, deadline=None, database=None, max_examples=150)
@given(TEMPLATES)
def test_counts_samples_and_words_agree_with_the_full_expansion(
    tmp_path_factory: pytest.TempPathFactory, template: str
) -> None:
    lists = "lists: {n: {values: [{in: one, out: 1}, {in: 'two|a pair', out: 2}]}}\n"
    intents = intents_of(tmp_path_factory.getbasetemp(), small(template, lists))
    node = intents.templates[0].node
    everything = {spoken(text, "en") for text, _ in sampling.expand(node)}
    assert len(list(sampling.expand(node))) == intents.count
    assert {sentence.text for sentence in intents.sentences()} == everything
    assert intents.words() == {word for text in everything for word in text.split()}
    few = intents.sentences(3)
    assert {sentence.text for sentence in few} <= everything
    values = {
        (name, repr(value)) for one in intents.sentences() for name, value in one.slots.items()
    }
    assert {name for name, _ in values} == {name for one in few for name in one.slots}
    for sentence in few:
        assert sentence.meaning in {one.meaning for one in intents.exact(sentence.text)}


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("language: en\nintents:\n  Do: [", 3, "YAML"),
        ("language: en\n", 1, "intents: is missing"),
        ("intents:\n  Do:\n    data:\n      - sentences: [go]\n", 1, "language: is missing"),
        ("language: en\nintents:\n  Do: {}\n", 3, "data: is missing"),
        ("language: en\nintents:\n  Do:\n    data:\n      - sentences: go\n", 5, "a list"),
        ("language: en\nintents:\n  Do:\n    data:\n      - sentences: [7]\n", 5, "text"),
        ("language: en\nintents:\n  Do:\n    data: []\n", 4, "too few"),
        (small("hold [for"), 5, "close every"),
        (small("hold for]"), 5, "close every"),
        (small("hold ()"), 5, "leave none empty"),
        (small(" "), 5, "leave none empty"),
        (small("hold {seconds}"), 5, "there is no list {seconds}"),
        (small("hold <time>"), 5, "there is no expansion rule <time>"),
        (small("<a>", "expansion_rules: {a: '<b>', b: 'x <a>'}\n"), 5, "refers to itself"),
        (small("go", "expansion_rules: {a: 'x (y'}\n"), 6, "close every"),
        (small("go", "lists: {a: {values: ['x (y']}}\n"), 6, "close every"),
        (small("go", "lists: {a: {}}\n"), 6, "exactly one"),
        (small("go", "lists: {a: {values: [{out: 7}]}}\n"), 6, "is missing"),
        (small("go", "lists: {a: {range: {from: 9, to: 1}}}\n"), 6, "'from'"),
        (small("go", "lists: {a: {range: {from: 0, to: 1000000}}}\n"), 6, "'to'"),
        (small("go", "        requires_contxt: {state: [idle]}\n"), 6, "requires_context"),
        (small("go", "        requires_context: {area: kitchen}\n"), 6, "state"),
        (small("go", "        excludes_context: {state: [idle]}\n"), 6, "excludes_context"),
        (small("go", "        requires_context: {state: []}\n"), 6, "too few"),
        (small("{a}", "lists: {a: {range: {from: 1, to: 3}}}\n").replace("en", "tlh", 1), 6, "tlh"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(IntentsError) as mistake:
        intents_of(tmp_path, text)
    first = str(mistake.value).splitlines()[0]
    assert f"intents.yaml, line {line}" in first
    assert says in first


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(IntentsError) as mistake:
        intents_of(tmp_path, small("{a}").replace("]", ", '<b>', 'go']"))
    assert len(str(mistake.value).splitlines()) == 2


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"- just\n- a list\n", b"{" * 2000])
def test_a_file_that_is_none_is_told_in_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "intents.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VoicecoachError, match=r"intents\.yaml"):
        load_intents(path)


def test_a_list_that_only_the_program_has_is_missed_without_it() -> None:
    with pytest.raises(IntentsError, match=r"there is no list \{routine\}"):
        load_intents()
