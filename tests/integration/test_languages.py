"""Every language says and understands the same: the same lines, exercises, routines and intents, in
other words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.support.intents import STATES
from tests.support.paths import ROOT
from tests.unit.app.test_typed import states, typed
from voicecoach.app.builders import simulated_coach
from voicecoach.app.components import App, Paths
from voicecoach.app.content_checks import check_content
from voicecoach.asr.decoder.graph import BACKOFF, UNKNOWN, build
from voicecoach.cli import options
from voicecoach.content.exercise import Exercise
from voicecoach.content.language import DEFAULT, languages
from voicecoach.content.library import load_library
from voicecoach.content.lines import load_lines
from voicecoach.nlu import sampling
from voicecoach.nlu.intents import IntentSet
from voicecoach.nlu.lint import lint, load_tests
from voicecoach.nlu.numbers import number_words
from voicecoach.simulation.scenario import check_lines, load_scenario, scenario_names
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.synthesizer import SpeechError, Synthesizer, Voice, list_voices

OTHERS = [code for code in languages() if code != DEFAULT]
ENGLISH_LINES, ENGLISH = load_lines(), load_library()
COUNTED = {line.removesuffix(".other") for line in ENGLISH_LINES.texts if line.endswith(".other")}
ENGLISH_FORMS = {
    f"{unit}.{category}" for unit in COUNTED for category in ENGLISH_LINES.plurals.categories
}
SENTENCES = {code: ROOT / "tests" / f"sentences_{code}.yaml" for code in OTHERS}
TEXTS = {"name", "setup", "reminder", "cue", "feel", "mistake", "easier", "harder", "caution"}

others = pytest.mark.parametrize("code", OTHERS)


class PlainApp(App):
    """An app without a model, and without anything of the user's own."""

    def __init__(self, code: str) -> None:
        super().__init__(Paths(model=Path("nowhere")), language=code)
        self.folders = ()


@cache
def app_of(code: str) -> App:
    return PlainApp(code)


def form(exercise: Exercise) -> object:
    """All of an exercise but its words."""
    plain = exercise.model_dump(exclude=TEXTS)
    plain["easier_caution"] = exercise.easier_caution is not None
    for phase in plain["dose"].get("phases", ()):
        del phase["say"]
        phase["easier"] = bool(phase["easier"])
    return plain


# --- what is said -------------------------------------------------------------------------------


@others
def test_every_line_is_there_with_the_same_placeholders(code: str) -> None:
    lines = load_lines(code)
    forms = {f"{unit}.{category}" for unit in COUNTED for category in lines.plurals.categories}
    assert set(lines.texts) == set(ENGLISH_LINES.texts) - ENGLISH_FORMS | forms
    for line in lines.texts:
        if line in forms:
            # "one minute" has an article or an ending in some languages, and need not name its
            # number.
            assert lines.placeholders(line) == {"n"} or line.endswith(".one"), line
        else:
            assert lines.placeholders(line) == ENGLISH_LINES.placeholders(line), line


@others
def test_every_exercise_is_there_with_the_same_dose_sides_and_needs(code: str) -> None:
    exercises = load_library(code).exercises
    assert {key: form(one) for key, one in exercises.items()} == {
        key: form(one) for key, one in ENGLISH.exercises.items()
    }
    for one in exercises.values():
        assert all("{side}" in text for text in ("".join(one.setup), one.reminder)) == (
            one.sides == "per side"
        )


@others
def test_every_routine_is_there_with_the_same_steps(code: str) -> None:
    routines = load_library(code).routines
    assert {key: one.steps for key, one in routines.items()} == {
        key: one.steps for key, one in ENGLISH.routines.items()
    }


@others
def test_only_the_words_that_the_recogniser_knows_cannot_be_checked_without_its_model(
    code: str,
) -> None:
    (problem,) = check_content(app_of(code))
    assert problem.startswith("whether the recogniser knows every word was not checked: ")


# --- what is understood -------------------------------------------------------------------------


def meanings(intents: IntentSet) -> dict[str, set[object]]:
    """By intent: the slots that its blocks give, those that its templates have, and the states in
    which it counts."""
    found: dict[str, set[object]] = {}
    for template in intents.templates:
        kinds = found.setdefault(template.intent, set())
        kinds.update(("slot", slot.name) for slot in sampling.slots(template.node))
        kinds.update(("state", state) for state in template.states or ("any",))
        kinds.add(("given", *sorted(template.slots.items())))
        kinds.add(("urgent", template.urgent))
    return found


def values(intents: IntentSet) -> dict[str, set[object]]:
    """By slot: what it can mean; of what is said itself, nothing."""
    found: dict[str, set[object]] = {}
    for template in intents.templates:
        for slot in sampling.slots(template.node):
            found.setdefault(slot.name, set()).update(
                value for _, value in slot.values if value is not None
            )
    return found


@others
def test_every_intent_has_the_same_slots_and_states(code: str) -> None:
    found, wanted = meanings(app_of(code).intents), meanings(app_of(DEFAULT).intents)
    assert set(found) == set(wanted)
    for intent, kinds in wanted.items():
        assert found[intent] == kinds, intent


@others
def test_the_values_of_slots_are_the_same(code: str) -> None:
    found, wanted = values(app_of(code).intents), values(app_of(DEFAULT).intents)
    assert set(found) == set(wanted)
    for slot in wanted.keys() - {
        "seconds",
        "minutes",
    }:  # people say other lengths in other languages
        assert found[slot] == wanted[slot], slot


@others
def test_every_intent_can_be_said_in_many_ways(code: str) -> None:
    ways: dict[str, set[str]] = {}
    for sentence in app_of(code).intents.sentences():
        ways.setdefault(sentence.intent, set()).add(sentence.text)
    assert {intent: len(said) for intent, said in ways.items() if len(said) < 8} == {}


@others
def test_sentences_are_understood_as_people_mean_them(code: str) -> None:
    tests = load_tests(SENTENCES[code])
    intents = app_of(code).intents
    problems = lint(intents, None, tests, STATES)
    assert [problem for problem in problems if "no test sentence" not in problem] == []
    assert {test.intent for test in tests} >= {template.intent for template in intents.templates}
    assert len([test for test in tests if test.intent is None]) >= 40


@others
def test_its_scenarios_go_as_they_are_written(code: str) -> None:
    assert "leg_routine" in scenario_names(code), "what `voicecoach demo` plays"
    for name in scenario_names(code):
        scenario = load_scenario(name, code)
        check_lines(scenario, app_of(code).lines.texts)
        with simulated_coach(app_of(code), scenario, typed=True) as (simulation, _coach):
            outcome = simulation.run()
        assert outcome.failures == []
        assert outcome.steps_done == len(scenario.steps)


@others
def test_a_recogniser_that_knows_every_word_could_hear_every_sentence(code: str) -> None:
    app = app_of(code)
    words = sorted(app.intents.words().union(app.grammar.decoys, (BACKOFF, UNKNOWN)))
    graph = build(app.grammar, {word: number for number, word in enumerate(words, 1)}, app.costs)
    assert len(graph.final) > 2
    assert set(app.grammar.decoys) - {word for arcs in app.grammar.sentences.arcs for word in arcs}


# --- German -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("null sekunden", {"seconds": 0}),
        ("eine sekunde", {"seconds": 1}),
        ("zwo sekunden", {"seconds": 2}),
        ("einundzwanzig sekunden", {"seconds": 21}),
        ("dreißig sekunden", {"seconds": 30}),
        ("30 sekunden", {"seconds": 30}),
        ("hundert sekunden", {"seconds": 100}),
        ("einhundert sekunden", {"seconds": 100}),
        ("hundertzwanzig sekunden", {"seconds": 120}),
        ("hundertundeins sekunden", {"seconds": 101}),
        ("zweihundert fünfundvierzig sekunden", {"seconds": 245}),
        ("zweihundertfünfundvierzig sekunden", {"seconds": 245}),
        ("245 sekunden", {"seconds": 245}),
        ("neunhundertneunundneunzig sekunden", {"seconds": 999}),
        ("eine halbe minute", {"seconds": 30}),
        ("eine minute", {"seconds": 60}),
        ("anderthalb minuten", {"seconds": 90}),
        ("eineinhalb minuten", {"seconds": 90}),
        ("eine minute dreißig", {"minutes": 1, "seconds": 30}),
        ("zwei minuten und zehn sekunden", {"minutes": 2, "seconds": 10}),
        ("zwei minuten", {"seconds": 120}),
        ("eine viertelstunde", {"seconds": 900}),
    ],
)
def test_lengths_of_time_in_german(said: str, slots: dict[str, object]) -> None:
    understood = app_of("de").matcher.understand(f"halten sie {said}", ("working",))
    assert (understood.intent, dict(understood.slots)) == ("SetHold", slots)


def test_every_number_below_a_thousand_is_understood_in_german() -> None:
    matcher = app_of("de").matcher
    for number in (*range(0, 1000, 37), 1, 21, 100, 101, 110, 200, 999):
        for said in number_words(number, "de"):
            understood = matcher.understand(f"halten sie {said} sekunden", ("working",))
            assert (understood.detail, dict(understood.slots)) == ("exact", {"seconds": number}), (
                said
            )


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "app_of", lambda **_options: app_of("de"))


@pytest.mark.usefixtures("german")
def test_a_german_session_from_start_to_end() -> None:
    result = typed(
        "Was gibt es alles?",
        "+9 Starte das kurze Programm, bitte.",
        "+8 etwa zwei",
        "+6 welche Übung ist das",
        "+4 nächste Übung",
        "+4 bereit",
        "+3 wie lange noch",
        "+3 mach eine Pause",
        "+3 wie lange noch",
        "+3 mach bitte weiter",
        "+9 welche Seite ist es",
        "+3 halten Sie vierzig Sekunden",
        "+4 das tut weh",
        "+9 es geht wieder",
        "+9 ich kriege keine Luft",
        "+40 weitermachen",
        "+5 auf Wiedersehen",
    )
    assert result.exit_code == 0
    assert result.stderr == ""
    assert states(result) == [
        *("checking", "announcing", "working", "paused", "resuming"),
        *("working", "paused", "resuming", "working", "alarmed"),
    ]
    for said in (
        "Ich habe Beinprogramm, kurzes Programm,",
        "Kurzes Programm. Wie geht es Ihren Beinen, von null bis zehn?",
        "Zwei. Dann machen wir es wie geplant.",
        "Kurzes Programm. Vier Übungen,",
        "Dehnung der Oberschenkelrückseite im Stehen. Zuerst das linke Bein. Fünfzehn Sekunden auf jeder Seite.",
        "coach  Halten",
        "Restzeit zwölf Sekunden.",
        "Alles steht still.",
        "coach  drei\n",
        "Das linke Bein.",
        "Verstanden, vierzig Sekunden.",
        "Lösen Sie die Stellung langsam und sanft.",
        "Rufen Sie sofort eins, eins, zwei an",
        "Damit geht es heute nicht weiter.",
        "Alles Gute für Sie und Ihre Beine.",
    ):
        assert said in result.stdout


@pytest.mark.usefixtures("german")
def test_a_whole_german_hold_is_counted_and_ends_with_the_other_side() -> None:
    result = typed(
        "kurzes Programm bitte", "+2 Frage überspringen", "+3 nächste Übung", "+3 bereit", "+28"
    )
    counted = [
        line.split("coach  ")[1]
        for line in result.stdout.split("coach  Halten")[1].splitlines()
        if "coach" in line
    ]
    numbers = "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
    assert counted[:16] == [*numbers.split(), "(end tone)", "Und lösen"]
    assert "Seitenwechsel. Nun das rechte Bein." in result.stdout


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("mir tut die Brust weh", "call"),
        ("ich bekomme keine Luft mehr", "call"),
        ("rufen Sie einen Krankenwagen", "call"),
        ("wählen Sie 112", "call"),
        ("wählen Sie eins eins zwei", "call"),
        ("meine Wade ist geschwollen und heiß", "same_day"),
        ("ich kann nicht auftreten", "prompt"),
        ("mein linker Fuß ist taub", "prompt"),
        ("mir ist schwindlig", "rest"),
        ("ich bin gestürzt", "fall"),
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_red_flags_in_german_are_certain_in_every_state(said: str, advice: str, state: str) -> None:
    understood = app_of("de").matcher.understand(said, (state,))
    assert (understood.accepted, understood.intent, understood.slots["advice"]) == (
        True,
        "RedFlag",
        advice,
    )


def test_the_coach_speaks_german_with_a_german_voice(speech_cache: Path) -> None:
    app = app_of("de")
    texts = [app.lines("greeting"), app.lines("pause"), app.library.exercises["plank"].cue]
    try:
        german = list_voices(language="de")
    except SpeechError as error:
        pytest.skip(str(error))
    if not german:
        pytest.skip("there is no German voice")
    with (
        Synthesizer(app.coach_voice, 16_000, ClipCache(speech_cache)) as right,
        Synthesizer(Voice(), 16_000, ClipCache(speech_cache)) as wrong,
    ):
        for text in texts:
            clip = right.clip(text)
            assert 9 < sum(map(str.isalnum, text)) / clip.seconds < 20, (
                "letters a second: neither cut off nor spelt"
            )
            assert np.sqrt(np.mean(np.square(clip.samples))) > 0.02
            assert not np.array_equal(clip.samples, wrong.clip(text).samples), (
                "not in an English voice"
            )
