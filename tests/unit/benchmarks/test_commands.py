"""The benchmarks measure what they say: mixing, intervals, grammars, and a small run from end to
end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from click.testing import CliRunner, Result

import commands
import rejection
import tried
from lib import corpus, hearing, mixing, report, scoring, sets, surroundings
from voicecoach.app.components import App
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu.intents import load_intents

Say = Callable[[str], Samples]

SLOTS = ["size", "roast", "numberOfShots", "coffeeDrink", "milkAmount", "sugarAmount"]


def folder(at: Path, files: Sequence[tuple[str, str, Samples]]) -> Path:
    """A folder of recordings with labels: (name, text, sound) each."""
    lines = ["path\ttext\tspeaker\tseconds\tlicence\tsource"]
    for name, text, sound in files:
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(at / name, sound, HEARING_RATE, subtype="FLOAT")
        lines.append(f"{name}\t{text}\tsomebody\t{len(sound) / HEARING_RATE:.2f}\t\t")
    (at / "labels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return at


def hiss(seconds: float, seed: int = 0, level: float = 0.05) -> Samples:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * HEARING_RATE))
    return (level * noise).astype(np.float32)


def db(samples: Samples) -> float:
    return 10 * float(np.log10(np.mean(np.square(samples, dtype=np.float64))))


# --- mixing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("snr", [6.0, 24.0, -3.0])
@pytest.mark.parametrize("noises", [1, 3])
def test_noise_lies_under_a_recording_at_the_ratio_asked_for_and_goes_on_around_it(
    tmp_path: Path, snr: float, noises: int
) -> None:
    soundfile.write(
        tmp_path / "clip.wav",
        hiss(1.0) * np.linspace(0, 1, HEARING_RATE),
        HEARING_RATE,
        subtype="FLOAT",
    )
    files = [tmp_path / f"noise{number}.wav" for number in range(noises)]
    for number, file in enumerate(files):
        soundfile.write(
            file, hiss(0.7, 1 + number, level=0.01 * 10**number), HEARING_RATE, subtype="FLOAT"
        )
    quiet = mixing.recorded(tmp_path / "clip.wav", mixing.Scene())
    noise = mixing.recorded(tmp_path / "clip.wav", mixing.Scene(tuple(files), snr, seed=7)) - quiet
    before, after = round(0.5 * HEARING_RATE), round(0.8 * HEARING_RATE)
    assert len(quiet) == before + HEARING_RATE + after
    assert not quiet[:before].any()
    assert not quiet[-after:].any()
    assert db(quiet[before:-after]) - db(noise[before:-after]) == pytest.approx(snr, abs=0.01)
    assert db(noise[:before]) == pytest.approx(db(noise[before:-after]), abs=2)
    assert db(noise[-after:]) == pytest.approx(db(noise[before:-after]), abs=2)


def test_a_mix_too_loud_for_full_scale_is_turned_down_as_a_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "clip.wav", hiss(0.5, level=0.3), HEARING_RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "noise.wav", hiss(0.5, 1), HEARING_RATE, subtype="FLOAT")
    mixed = mixing.recorded(tmp_path / "clip.wav", mixing.Scene((tmp_path / "noise.wav",), 0.0))
    assert np.abs(mixed).max() == pytest.approx(1.0)


def test_a_room_adds_reverberation_but_neither_delay_nor_loudness() -> None:
    click = np.zeros(8_000, dtype=np.float32)
    click[1_000] = 0.5
    response = np.zeros(3_000, dtype=np.float32)
    response[[160, 2_000]] = [0.2, -0.1]  # 10 ms through the air, and one echo
    wet = mixing.in_room(click, response)
    assert np.flatnonzero(np.abs(wet) > 0.01).tolist() == [1_000, 1_000 + 2_000 - 160]
    assert wet[1_000] == pytest.approx(-2 * wet[2_840], rel=1e-4)
    assert db(wet[: len(click)]) == pytest.approx(db(click), abs=0.01)


def test_noises_are_repeated_whole_until_they_are_long_enough(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "short.wav", hiss(0.7), HEARING_RATE, subtype="FLOAT")
    assert len(mixing.looped(tmp_path / "short.wav", 2.0)) == 3 * round(0.7 * HEARING_RATE)
    assert len(mixing.looped(tmp_path / "short.wav", 0.5)) == round(0.7 * HEARING_RATE)


def test_the_tune_is_music_that_is_the_same_each_time() -> None:
    tune = mixing.tune(3.0, seed=1)
    assert db(tune) == pytest.approx(-20, abs=0.1)
    assert np.array_equal(tune, mixing.tune(3.0, seed=1))
    assert not np.array_equal(tune, mixing.tune(3.0, seed=2))
    spectrum = np.sort(np.abs(np.fft.rfft(tune)))
    assert np.sum(spectrum[-300:] ** 2) > 0.5 * np.sum(spectrum**2)  # tones, not a hiss (7 %)


# --- corpora ------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A data folder like no other: what its files are called says nothing."""
    folder(
        tmp_path / "noise",
        [
            ("a.wav", "[noise] somebody's kitchen", hiss(11, 1)),
            ("b.wav", "[noise] running tap", hiss(11, 2)),
            ("c.wav", "[noise] white noise", hiss(11, 3)),
            ("d.wav", "[noise] tap of a finger", hiss(1, 4)),
        ],
    )
    folder(
        tmp_path / "chatter", [(f"{number}/x.wav", "", hiss(0.5, number)) for number in range(9)]
    )
    rooms = {
        "p.wav": "rt60=0.5 dist=2.4m",
        "q.wav": "rt60=0.5 dist=0.9m",
        "r.wav": "rt60=0.2 dist=3.0m",
    }
    folder(tmp_path / "rooms", [(name, f"[rir] {text}", hiss(0.1)) for name, text in rooms.items()])
    return tmp_path


def test_noises_and_rooms_are_chosen_by_their_labels(elsewhere: Path) -> None:
    found = surroundings.surroundings(elsewhere, seed=0)
    assert [one.name for one in found.kitchen] == ["a.wav"]
    assert [one.name for one in found.household] == ["a.wav", "b.wav"]
    assert [one.name for one in found.rooms] == ["p.wav"]
    assert surroundings.far_rooms(corpus.recordings(elsewhere / "rooms")[1:])[0].name == "q.wav"


def test_babble_is_eight_different_people_talking_where_no_noise_is_babble(elsewhere: Path) -> None:
    found = surroundings.surroundings(elsewhere, seed=0)
    (one, *_) = corpus.recordings(elsewhere / "noise")
    assert len(set(found.in_babble(one, 6.0).noise)) == 8
    folder(elsewhere / "noise", [("e.wav", "[noise] babble in a hall", hiss(11, 5))])
    found = surroundings.surroundings(elsewhere, seed=0)
    assert found.in_babble(one, 6.0).noise == (elsewhere / "noise" / "e.wav",)


def test_a_recording_keeps_its_scene_whatever_else_is_tried(elsewhere: Path) -> None:
    found, again, other = (surroundings.surroundings(elsewhere, seed) for seed in (0, 0, 1))
    talk = corpus.recordings(elsewhere / "chatter")
    scenes = [found.at_home(one, 10.0, far=True) for one in talk]
    assert [again.at_home(one, 10.0, far=True) for one in reversed(talk)] == scenes[::-1]
    assert [other.at_home(one, 10.0, far=True) for one in talk] != scenes
    assert found.in_kitchen(talk[0], 6.0).seed == found.in_kitchen(talk[0], 24.0).seed


def test_a_quick_look_is_part_of_a_longer_one(elsewhere: Path) -> None:
    talk = corpus.recordings(elsewhere / "chatter")
    short, longer = corpus.subset(talk, 3, seed=0), corpus.subset(talk, 6, seed=0)
    assert len(short) == 3
    assert set(short) < set(longer) < set(talk)
    assert longer == [one for one in talk if one in longer]
    assert short != corpus.subset(talk, 3, seed=1)


MISTAKES = {
    "path\ttext\tspeaker\n": "has no column seconds",
    "path\ttext\tspeaker\tseconds\nx.wav\thi\n": "line 2 breaks off",
    "path\ttext\tspeaker\tseconds\ny.wav\thi\t\t1.0\n": "line 2: there is no file",
    "path\ttext\tspeaker\tseconds\nx.wav\thi\t\tlong\n": "line 2: 'long' is no length",
}


@pytest.mark.parametrize(("labels", "told"), MISTAKES.items())
def test_labels_that_are_wrong_are_told_in_one_sentence(
    tmp_path: Path, labels: str, told: str
) -> None:
    folder(tmp_path / "words", [("x.wav", "stop", hiss(0.1))])
    (tmp_path / "words" / "labels.tsv").write_text(labels, encoding="utf-8")
    result = run(tmp_path, "--set", "words")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert told in line


# --- figures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert report.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.364, 121.627)],
)
def test_the_interval_of_a_count_is_the_exact_one(events: int, low: float, high: float) -> None:
    assert report.poisson(events) == pytest.approx((low, high), abs=5e-4)


def heard(text: str, intent: str | None, verdict: Verdict = Verdict.ACCEPT) -> hearing.Heard:
    return Hypothesis(text, 0.1, 0.5, 0.8), Understanding(
        text, verdict, detail="exact", intent=intent
    )


def outcome(
    *utterances: hearing.Heard,
    expected: str | None = None,
    aside: Sequence[str] = (),
    seconds: float = 1800.0,
) -> hearing.Outcome:
    wanted = hearing.Meaning(expected) if expected else None
    known = frozenset(map(hearing.Meaning, aside))
    trial = hearing.Trial("x.wav", "", seconds, lambda: hiss(0.1), None, wanted, known)
    return hearing.Outcome(trial, utterances)


def figures(case: scoring.Case, *outcomes: hearing.Outcome) -> dict[str, float]:
    return {row.metric: row.value for row in case.score(case.name, outcomes)}


def test_right_is_one_command_the_right_one_and_no_other() -> None:
    stop, other, ask = (
        heard("stop", "Stop"),
        heard("next", "Next"),
        heard("stopped", "Stop", Verdict.ASK),
    )
    talk = heard("hm", None, Verdict.REJECT)
    tried = [(stop,), (talk, stop), (stop, stop), (stop, other), (other,), (ask,), ()]
    outcomes = [outcome(*utterances, expected="Stop") for utterances in tried]
    assert figures(scoring.accuracy("words/stop", []), *outcomes) == {
        "accuracy": pytest.approx(2 / 7),
        "false_commands": pytest.approx(2 / 7),
        "asked": pytest.approx(1 / 7),
    }
    case = scoring.accuracy("words/stop", [])
    assert len(list(scoring.errors(case, outcomes))) == 5
    assert "heard nothing" in list(scoring.errors(case, outcomes))[-1]


def test_a_word_that_is_obeyed_as_itself_is_no_false_command() -> None:
    outcomes = [
        outcome(heard("yes", "Yes"), expected="Yes"),
        outcome(heard("next", "Next")),
        outcome(),
        outcome(),
    ]
    assert figures(scoring.false_commands("words/other", []), *outcomes)["false_commands"] == 0.25


def test_answers_and_listed_commands_in_talk_are_set_aside() -> None:
    outcomes = [
        outcome(heard("no", "No"), heard("stop", "Stop"), aside=["Stop"]),
        outcome(heard("next", "Next"), heard("stop", "Stop", Verdict.ASK), aside=["Stop"]),
    ]
    case = scoring.chatter("chatter", [])
    assert figures(case, *outcomes) == {
        "false_accepts_per_hour": 1.0,
        "false_accepts": 1,
        "set_aside": 2,
        "asked_per_hour": 1.0,
    }
    (error,) = scoring.errors(case, outcomes)
    assert "'next' at 0.1 s: accept Next - exact" in error
    assert "'stop'" not in error
    assert scoring.set_aside(case, outcomes) == "chatter: set aside as truly said: 'no' 1, 'stop' 1"


def test_a_mean_over_levels_of_noise_does_not_count_a_recording_several_times() -> None:
    loud = [outcome(heard("stop", "Stop"), expected="Stop"), outcome(expected="Stop")]
    soft = [outcome(heard("stop", "Stop"), expected="Stop")] * 2
    mean = scoring.mean_of("mean", [loud, soft])[0]
    assert (mean.metric, mean.value, mean.n) == ("accuracy", 0.75, 4)
    assert (mean.low, mean.high) == report.wilson(1.5, 2)


# --- coffee -------------------------------------------------------------------------------------


def coffee_forms() -> set[str]:
    """All sentences of coffee.yaml, the name of the slot in the place of its value."""
    names = {slot: [(slot.lower(), slot)] for slot in SLOTS}
    return {sentence.text for sentence in load_intents(sets.COFFEE, names).sentences()}


def test_the_coffee_grammar_has_all_orders_of_what_may_be_ordered() -> None:
    begins = [
        "brew",
        "can i get",
        "can i have",
        "i want",
        "get me",
        "give me",
        "i'd like",
        "make me",
        "may i have",
    ]
    kinds = [
        kind
        for n in range(4)
        for kind in itertools.permutations(["size", "roast", "numberofshots"], n)
    ]
    extras = ["", "with milkamount", "with sugaramount"]
    extras += ["with milkamount and sugaramount", "with sugaramount and milkamount"]
    orders = itertools.product(begins, ["a", "an"], kinds, extras)
    assert coffee_forms() == {
        " ".join([begin, article, *kind, "coffeedrink", *extra.split()])
        for begin, article, kind, extra in orders
    }


def test_the_coffee_grammar_is_the_published_one() -> None:
    published = corpus.data_folder(None) / "coffee" / "coffee_maker.yaml"
    if not published.is_file():
        pytest.skip("the published grammar is not among the recordings here")
    context = yaml.safe_load(published.read_text(encoding="utf-8"))["context"]
    forms: set[str] = set()
    for template in context["expressions"]["orderDrink"]:
        # "[one, two] word $list:slot": square brackets hold alternatives.
        parts = [part.split(",") for part in template.lower().replace("[", "]").split("]")]
        for words in itertools.product(*parts):
            forms.add(
                " ".join(word.partition(":")[0].lstrip("$") for word in " ".join(words).split())
            )
    assert coffee_forms() == forms
    orders = load_intents(sets.COFFEE).sentences(1_000)  # each value occurs at least once
    for slot, values in context["slots"].items():
        assert {order.slots[slot] for order in orders if slot in order.slots} == set(values)


def test_an_order_is_understood_with_every_slot() -> None:
    order = "can i have a twenty ounce double shot dark roast iced mocha with some brown sugar and a lot of soy milk"
    understood = hearing.the_app(sets.COFFEE).matcher.understand(order)
    assert understood.accepted
    assert (understood.intent, dict(understood.slots)) == (
        "orderDrink",
        {
            "size": "twenty ounce",
            "numberOfShots": "double shot",
            "roast": "dark roast",
            "coffeeDrink": "iced mocha",
            "sugarAmount": "some brown sugar",
            "milkAmount": "a lot of soy milk",
        },
    )


def test_blanks_in_the_label_of_an_order_do_not_matter(tmp_path: Path) -> None:
    label = '{"intent": "orderDrink", "slots": {"size": "small", "coffeeDrink": "latte", "milkAmount": " soy  milk"}}'
    folder(tmp_path / "coffee", [("x.wav", label, hiss(0.5))])
    clean, coach = sets.cases(sets.Selection(tmp_path), ["coffee"])
    understood = hearing.the_app(sets.COFFEE).matcher.understand("brew a small latte with soy milk")
    assert clean.trials[0].expected == hearing.meaning(understood.intent or "", understood.slots)
    assert coach.trials[0].expected is None


# --- from end to end ----------------------------------------------------------------------------


def run(data: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        commands.main, ["--data", str(data), "--jobs", "1", *map(str, arguments)]
    )


def test_without_recordings_it_says_so_and_is_content(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 0
    assert result.stdout.startswith("skipped: there are no recordings in ")
    assert len(result.stdout.splitlines()) == 1
    empty = run(tmp_path)
    assert empty.exit_code == 0
    assert empty.stdout.splitlines()[-1].startswith("skipped: ")


def test_the_folder_of_recordings_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(corpus.VARIABLE, str(tmp_path))
    assert corpus.data_folder(None) == tmp_path
    assert corpus.data_folder(tmp_path / "other") == tmp_path / "other"


def test_a_set_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    result = run(tmp_path, "--set", "tea")
    assert result.exit_code == 2
    assert "'tea'" in result.stderr
    assert "coffee" in result.stderr


@pytest.mark.model
def test_a_run_tells_what_was_heard_and_writes_the_table(
    elsewhere: Path, spoken: Say, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "the_app", lambda _intents: app)
    voices = [("1/x.wav", "next", spoken("next")), ("2/x.wav", "pause", spoken("seventeen cows"))]
    folder(elsewhere / "voices", [*voices, ("3/x.wav", "seventeen", spoken("stop"))])
    file = elsewhere / "table.json"
    result = run(elsewhere, "--set", "voices", "--json", file)
    assert result.exit_code == 0, result.output
    assert "voices/clean: voices/2/x.wav" in result.stdout
    assert (
        "voices/other: voices/3/x.wav\n    said  'seventeen'\n    heard 'stop' at " in result.stdout
    )
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["name"], found["seed"], found["limit"]) == ("commands", 0, None)
    assert {"commit", "machine"} < set(found)
    rows = {(row["case"], row["metric"]): (row["value"], row["n"]) for row in found["rows"]}
    assert rows["voices/clean", "accuracy"] == (0.5, 2)
    assert rows["voices/other", "false_commands"] == (1.0, 1)
    assert rows["voices/room10dB", "accuracy"][1] == 2
    assert run(elsewhere, "--set", "voices").stdout == result.stdout


def test_the_curve_of_the_margins_has_a_point_for_each_share_of_the_half_to_check() -> None:
    rows = [
        report.share(f"{half}: {part:g}", metric, hits, 200)
        for half, more in (("fit", 50), ("check", 0))
        for part, missed, false in ((0.0, 10, 4), (1.0, 20, 1))
        for metric, hits in (("missed", missed + more), ("false_commands", false))
    ]
    chart = rejection.curve(rows)
    assert chart.splitlines()[0] == "xychart-beta"
    assert "[0.50, 2.00]" in chart
    assert "[90.0, 95.0]" in chart


@pytest.mark.model
def test_other_ways_to_hear_are_compared_on_the_same_recordings(
    elsewhere: Path, spoken: Say, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "the_app", lambda _intents: app)
    monkeypatch.setattr(tried, "the_app", lambda _intents: app)
    folder(elsewhere / "voices", [("1/x.wav", "next", spoken("next"))])
    ways = ["as the coach hears", "noise suppression", "wider search"]
    options = [
        "--data",
        elsewhere,
        "--limit",
        "1",
        "--jobs",
        "1",
        "--json",
        elsewhere / "table.json",
    ]
    result = CliRunner().invoke(tried.main, [*map(str, options), *(f"--way={way}" for way in ways)])
    assert result.exit_code == 0, result.output
    rows = json.loads((elsewhere / "table.json").read_text(encoding="utf-8"))["rows"]
    assert [(row["case"], row["metric"]) for row in rows] == [
        (way, metric) for way in ways for metric in ("accuracy", "false_accepts_per_hour")
    ]
    assert all(row["n"] == 1 for row in rows)


def test_noise_suppression_leaves_less_noise_and_the_even_level_is_even() -> None:
    noise = hiss(4.0) * np.float32(0.1)
    quieter = tried.suppressed(noise)
    assert len(quieter) == len(noise)
    assert np.std(quieter[-16_000:]) < 0.5 * np.std(noise[-16_000:])
    assert np.abs(tried.even(noise)).max() == pytest.approx(0.9)
