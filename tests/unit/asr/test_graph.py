"""The decoding graph: OpenFst's bytes, what a sentence costs, and the folder that Vosk loads."""

from __future__ import annotations

import errno
import math
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.word_graphs import graph_of, graph_of_kinds
from voicecoach.asr.decoder import openfst
from voicecoach.asr.decoder.bigram import END, START, Bigram
from voicecoach.asr.decoder.graph import Costs, Grammar, build
from voicecoach.asr.decoder.graph_folder import KEPT, model_with_graph, vocabulary
from voicecoach.asr.decoder.openfst import Fst as WrittenFst
from voicecoach.asr.decoder.openfst import read_symbols
from voicecoach.asr.decoder.vosk_recognizer import SpeechModel
from voicecoach.core.errors import VoicecoachError

WORDS = [
    "<eps>",
    "stop",
    "next",
    "please",
    "hold",
    "for",
    "seconds",
    "one",
    "two",
    "three",
    "up",
    "no",
    "[unk]",
    "#0",
]
IDS = {word: number for number, word in enumerate(WORDS)}
SENTENCES = ["stop", "next", "hold for two seconds"]
HALF, QUARTER = math.log(1 / 2), math.log(1 / 4)
BACKGROUND = Bigram(
    {"<s>": -99.0, "</s>": HALF, "up": QUARTER, "no": QUARTER, "flexors": QUARTER},
    {"<s>": {"no": HALF}, "up": {"up": HALF}},
    {"<s>": math.log(2 / 3), "up": math.log(2 / 3)},
)


class Fst:
    """OpenFst's vector type, read by the format's description and nothing of the package."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0
        assert self._take("<i") == (2125659606,)
        self.types = (self._text(), self._text())
        self.version, self.flags, self.properties, self.start, states, arcs = self._take("<iiQqqq")
        self.final: dict[int, float] = {}
        self.arcs: list[list[tuple[int, int, float, int]]] = []
        for state in range(states):
            weight, count = self._take("<fq")
            if weight != math.inf:
                self.final[state] = weight
            self.arcs.append([self._take("<iifi") for _ in range(count)])
        assert sum(map(len, self.arcs)) == arcs
        assert self._at == len(content)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self._content, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _backed_off(self, costs: dict[int, float]) -> dict[int, float]:
        """With the states that are reached without a word."""
        reached = dict(costs)
        for state, cost in costs.items():
            for _, written, weight, target in self.arcs[state]:
                if written == 0:
                    reached[target] = min(reached.get(target, math.inf), cost + weight)
        return reached

    def _text(self) -> str:
        (size,) = self._take("<i")
        self._at += size
        return self._content[self._at - size : self._at].decode()

    def cost(self, words: list[int]) -> float:
        """The cheapest path for `words`."""
        costs = self._backed_off({self.start: 0.0})
        for word in words:
            following: dict[int, float] = {}
            for state, cost in costs.items():
                for label, written, weight, target in self.arcs[state]:
                    if label == written == word:
                        following[target] = min(following.get(target, math.inf), cost + weight)
            costs = self._backed_off(following)
        return min(
            (cost + self.final[state] for state, cost in costs.items() if state in self.final),
            default=math.inf,
        )


def text(value: str) -> bytes:
    return struct.pack("<i", len(value)) + value.encode()


def fst_with_symbols(flags: int = 3, words: list[str] = WORDS) -> bytes:
    """An FST without states that carries its words, as the model's maker writes it."""
    header = struct.pack("<i", 2125659606) + text("vector") + text("standard")
    header += struct.pack("<iiQqqq", 2, flags, 3, 0, 0, 0)
    symbols = (
        struct.pack("<i", 2125658996)
        + text("words.txt")
        + struct.pack("<qq", len(words), len(words))
    )
    return (
        header
        + symbols
        + b"".join(text(word) + struct.pack("<q", i) for i, word in enumerate(words))
    )


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's folder as far as the graph is concerned, with its words inside of Gr.fst."""
    folder = tmp_path / "model"
    for name, content in {
        "am/final.mdl": b"acoustic",
        "graph/Gr.fst": fst_with_symbols(),
        "graph/HCLr.fst": b"h",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def built(
    sentences: list[str], tmp_path: Path, decoys: tuple[str, ...] = (), costs: Costs | None = None
) -> Fst:
    path = tmp_path / "Gr.fst"
    grammar = Grammar(graph_of(sentences), decoys, BACKGROUND, ("please", "uh-huh"))
    build(grammar, IDS, costs or Costs()).write(path)
    return Fst(path.read_bytes())


def cost(fst: Fst, sentence: str) -> float:
    return fst.cost([IDS[word] for word in sentence.split()])


# --- OpenFst's format ---------------------------------------------------------------------------


def test_an_automaton_is_written_as_openfst_describes_it(tmp_path: Path) -> None:
    fst = WrittenFst()
    end = fst.add_state()
    fst.add_arc(0, 7, 0.5, end)
    fst.add_arc(0, 3, 1.5, end)
    fst.add_arc(end, 4, 0.25, 0)
    fst.final[end] = 2.0
    fst.write(tmp_path / "a.fst")
    read = Fst((tmp_path / "a.fst").read_bytes())
    assert read.types == ("vector", "standard")
    assert (read.version, read.flags, read.start) == (2, 0, 0)
    assert read.arcs == [[(3, 3, 1.5, end), (7, 7, 0.5, end)], [(4, 4, 0.25, 0)]]
    assert read.final == {end: 2.0}


def test_the_declared_properties_are_true(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    assert fst.properties & 0x10000000, "sorted by input label"
    assert all([arc[0] for arc in arcs] == sorted(arc[0] for arc in arcs) for arcs in fst.arcs)
    assert not fst.properties & 0x10000, "an acceptor would write the symbol of its back-off"


@pytest.mark.parametrize("flags", [1, 2, 3])
def test_words_are_read_from_an_embedded_symbol_table(tmp_path: Path, flags: int) -> None:
    (tmp_path / "Gr.fst").write_bytes(fst_with_symbols(flags))
    assert read_symbols(tmp_path / "Gr.fst") == IDS


def test_an_fst_without_a_symbol_table_has_no_words(tmp_path: Path) -> None:
    WrittenFst().write(tmp_path / "a.fst")
    assert read_symbols(tmp_path / "a.fst") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", b"something else altogether", fst_with_symbols()[:60], fst_with_symbols()[:-3]],
    ids=["empty", "short", "no FST", "cut in the header", "cut in the words"],
)
def test_a_damaged_fst_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "Gr.fst").write_bytes(content)
    with pytest.raises(ValueError, match=r"Gr\.fst"):
        read_symbols(tmp_path / "Gr.fst")


# --- what a sentence costs ----------------------------------------------------------------------


def test_stop_costs_the_same_however_many_number_sentences_there_are(tmp_path: Path) -> None:
    few = built(["stop", "hold for one seconds"], tmp_path)
    many = built(
        ["stop", *(f"hold for {a} {b} seconds" for a in WORDS[7:10] for b in WORDS[7:10])], tmp_path
    )
    assert cost(few, "stop") == pytest.approx(cost(many, "stop"))
    assert cost(many, "stop") < cost(many, "hold for one two seconds")


def test_a_sentence_is_heard_whole_or_not_as_itself(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    for sentence in SENTENCES:
        assert cost(fst, sentence) < math.inf
    assert cost(fst, "hold for") == math.inf
    assert cost(fst, "stop next") == math.inf, "sentences do not recombine"


def test_other_words_find_their_home_in_the_background(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    assert cost(fst, "stop") < cost(fst, "no") < cost(fst, "no up") < math.inf
    assert cost(fst, "up [unk] no") < math.inf


def test_talk_is_as_probable_as_its_words_are_after_one_another(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    start = Costs().background_entry
    assert cost(fst, "no") == pytest.approx(start - HALF - HALF), (
        "a pair that was counted, and the end"
    )
    assert cost(fst, "no up") == pytest.approx(cost(fst, "no") - QUARTER - math.log(2 / 3)), (
        "its end is backed off to"
    )
    assert cost(fst, "up up") == pytest.approx(
        start - math.log(2 / 3) - QUARTER - HALF - math.log(2 / 3) - HALF
    )


def test_a_skip_word_may_stand_on_either_side_at_a_price(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    for polite in ("please next", "next please", "please next please"):
        assert cost(fst, "next") < cost(fst, polite) < math.inf


def test_after_a_link_a_sentence_may_follow_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "Gr.fst"
    linked = Grammar(
        graph_of(SENTENCES), ("no",), BACKGROUND, ("please",), links=("up", "two one", "flexors")
    )
    build(linked, IDS, Costs(link=3.0, first_link=5.0)).write(path)
    fst = Fst(path.read_bytes())
    build(Grammar(graph_of(SENTENCES), ("no",), BACKGROUND, ("please",)), IDS, Costs()).write(path)
    alone = Fst(path.read_bytes())
    for sentence in ("stop", "next", "no", "next please", "up no"):
        assert cost(fst, sentence) == pytest.approx(cost(alone, sentence)), (
            "one sentence is as probable as before"
        )
    both = cost(fst, "stop") + cost(fst, "next")
    assert cost(fst, "stop up next") == pytest.approx(both + 3)
    assert cost(fst, "stop two one next") == pytest.approx(both + 3)
    assert cost(fst, "stop please up next") == pytest.approx(both + 3 + Costs().skip_word)
    assert cost(fst, "stop up next up stop") < math.inf
    assert cost(fst, "up next") == pytest.approx(cost(fst, "next") + 5)
    for heard in (
        "stop up",
        "stop up please",
        "no two one next",
        "stop two next",
        "stop up up next",
    ):
        assert cost(fst, heard) == math.inf, heard


def test_fillers_do_not_pile_up_after_a_sentence(tmp_path: Path) -> None:
    fst = built(SENTENCES, tmp_path)
    assert cost(fst, "next please please") < math.inf
    assert cost(fst, "next please please please") == math.inf


def test_a_decoy_costs_less_than_a_command_and_far_less_than_in_the_background(
    tmp_path: Path,
) -> None:
    fst = built(SENTENCES, tmp_path, decoys=("no", "no", "flexors"))
    assert cost(fst, "stop") == pytest.approx(math.log(4)), "three commands and it"
    assert cost(fst, "no") == pytest.approx(cost(fst, "stop") + Costs().decoy)
    assert cost(fst, "no") < cost(fst, "stop") < cost(fst, "up")
    assert cost(fst, "no") < cost(fst, "no please") < math.inf
    assert cost(fst, "no") < cost(fst, "please no") < math.inf


def test_a_decoy_that_is_a_command_takes_nothing_from_it(tmp_path: Path) -> None:
    assert cost(built(SENTENCES, tmp_path, ("next",)), "next") == cost(
        built(SENTENCES, tmp_path), "next"
    )
    assert cost(built(SENTENCES, tmp_path, ("hold",)), "hold") == math.inf, (
        "nor does it cut one short"
    )


def test_each_way_to_go_on_is_as_probable_as_the_others_and_to_end_as_probable_as_to_go_on(
    tmp_path: Path,
) -> None:
    fst = built(
        ["stop", "hold", "hold one", "hold two", "hold two three"],
        tmp_path,
        costs=Costs(sentence_word=0.0),
    )
    half = math.log(2)
    assert cost(fst, "stop") == pytest.approx(half)
    assert cost(fst, "hold") == pytest.approx(half + half)
    assert cost(fst, "hold one") == pytest.approx(half + half + half)
    assert (
        cost(fst, "hold two")
        == cost(fst, "hold two three")
        == pytest.approx(half + half + half + half)
    )


def test_a_sentence_that_may_go_on_in_many_ways_is_as_easy_to_say_as_one_in_few(
    tmp_path: Path,
) -> None:
    few = built(["stop", "hold", "hold one"], tmp_path)
    many = built(["stop", "hold", *(f"hold {word}" for word in WORDS[7:10])], tmp_path)
    assert cost(many, "hold") == pytest.approx(cost(few, "hold"))


def test_caution_makes_the_sentences_of_a_kind_dearer_or_cheaper(tmp_path: Path) -> None:
    graph = graph_of_kinds({"stop": "eager", "next": "plain", "up": "careful"})
    path = tmp_path / "Gr.fst"
    build(Grammar(graph, cautions={"eager": -3.0, "careful": 2.0}), IDS, Costs()).write(path)
    fst = Fst(path.read_bytes())
    assert cost(fst, "stop") == pytest.approx(cost(fst, "next") - 3)
    assert cost(fst, "up") == pytest.approx(cost(fst, "next") + 2)


def test_extra_kinds_make_no_other_sentence_less_probable_but_can_be_heard(tmp_path: Path) -> None:
    kinds = {"stop": "plain", "hold one": "plain", "hold for two": "plain"}
    more = kinds | {"hold": "extra", "hold two": "extra", "hold three": "extra", "up": "extra"}
    found = []
    for number, (some, extra) in enumerate([(kinds, ()), (more, ("extra",))]):
        path = tmp_path / f"{number}.fst"
        build(Grammar(graph_of_kinds(some), extra=frozenset(extra)), IDS, Costs()).write(path)
        found.append(Fst(path.read_bytes()))
    without, beside = found
    assert cost(beside, "stop") == pytest.approx(cost(without, "stop"))
    assert cost(beside, "up") == pytest.approx(cost(beside, "stop"))
    assert cost(beside, "hold two") < cost(beside, "hold for two")
    assert cost(beside, "hold three") == pytest.approx(cost(beside, "hold two"))


def test_what_things_cost_can_be_set(tmp_path: Path) -> None:
    costs = Costs(background_entry=1.0, unknown=3.0, skip_word=4.0, sentence_word=5.0)
    fst = built(SENTENCES, tmp_path, costs=costs)
    end = -HALF
    assert cost(fst, "[unk]") == pytest.approx(1 + 3 + end)
    assert cost(fst, "no [unk]") == pytest.approx(1 - HALF + 3 + end)
    assert cost(fst, "hold for two seconds") == pytest.approx(cost(fst, "stop") + 3 * 5)
    for polite in ("please next", "next please"):
        assert cost(fst, polite) == pytest.approx(cost(fst, "next") + 4)
    assert cost(fst, "please next please please") == pytest.approx(cost(fst, "next") + 12)


def test_a_skip_word_that_goes_on_in_the_sentence_is_not_skipped_there(tmp_path: Path) -> None:
    fst = built(["next", "next please", "stop"], tmp_path, costs=Costs(sentence_word=0.0))
    assert cost(fst, "next please") == pytest.approx(cost(fst, "next")), (
        "it is as probable as the end"
    )


def test_a_sentence_that_begins_another_is_still_a_sentence(tmp_path: Path) -> None:
    fst = built(["hold", "hold for one seconds", "stop"], tmp_path)
    assert cost(fst, "hold") < math.inf
    assert cost(fst, "hold for one seconds") < math.inf


def test_a_sentence_with_an_unknown_word_is_left_out_and_the_word_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fst = built(
        ["stop", "stop the one", "next flexors", "two flexors", "two one", "the flexors"], tmp_path
    )
    for heard in ("stop", "two one"):
        assert cost(fst, heard) < math.inf
    for unheard in ("stop one", "next", "two"):
        assert cost(fst, unheard) == math.inf, unheard
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2, "once for each word"
    assert "'flexors'" in caplog.text
    assert "'the'" in caplog.text


def test_what_can_never_be_heard_takes_no_share_from_what_can(tmp_path: Path) -> None:
    with_strangers = built(
        ["stop", "next", "flexors stop", "hold flexors", "hold one flexors"], tmp_path
    )
    assert cost(with_strangers, "stop") == pytest.approx(
        cost(built(["stop", "next"], tmp_path), "stop")
    )


def test_without_a_sentence_all_speech_is_background(tmp_path: Path) -> None:
    fst = built([], tmp_path)
    assert cost(fst, "no up") < math.inf
    assert cost(fst, "stop") == cost(fst, "") == math.inf


# --- the folder that Vosk loads -----------------------------------------------------------------


def grammar_of(sentences: list[str] = SENTENCES) -> Grammar:
    return Grammar(graph_of(sentences), ("no",), BACKGROUND, ("please",))


def make(model: Path, cache: Path, sentences: list[str] = SENTENCES) -> Path:
    return model_with_graph(model, grammar_of(sentences), cache)


def test_the_folder_has_our_graph_and_the_models_other_files(model: Path, tmp_path: Path) -> None:
    folder = make(model, tmp_path / "cache")
    assert cost(Fst((folder / "graph" / "Gr.fst").read_bytes()), "stop") < math.inf
    assert (folder / "am" / "final.mdl").read_bytes() == b"acoustic"
    assert (model / "graph" / "Gr.fst").read_bytes() == fst_with_symbols(), (
        "the model itself is untouched"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no symbolic links for everybody")
def test_the_folder_is_links_and_not_copies(model: Path, tmp_path: Path) -> None:
    folder = make(model, tmp_path / "cache")
    assert (folder / "am" / "final.mdl").is_symlink()
    assert (folder / "graph" / "HCLr.fst").resolve() == model / "graph" / "HCLr.fst"


def test_without_symbolic_links_there_are_hard_links_or_copies(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(errno.EPERM, "a required privilege is not held")

    monkeypatch.setattr(os, "symlink", refuse)
    linked = make(model, tmp_path / "hard")
    assert (linked / "am" / "final.mdl").samefile(model / "am" / "final.mdl")
    monkeypatch.setattr(os, "link", refuse)
    copied = make(model, tmp_path / "copies")
    assert not (copied / "am" / "final.mdl").samefile(model / "am" / "final.mdl")
    assert (copied / "am" / "final.mdl").read_bytes() == b"acoustic"


def test_the_word_list_has_the_words_of_the_graph(model: Path, tmp_path: Path) -> None:
    words = make(model, tmp_path / "cache", ["stop", "up"]) / "graph" / "words.txt"
    assert words.read_text(encoding="utf-8").split("\n")[:2] == ["<eps> 0", "stop 1"]
    background = set(BACKGROUND.words) - {START, END}
    wanted = {"<eps>", "stop", "up", "no", "please", "[unk]", "#0", *background}
    assert vocabulary(words.parents[1]) == {
        word: number for word, number in IDS.items() if word in wanted
    }
    assert not (model / "graph" / "words.txt").exists(), "the model has its own within its graph"


def test_the_features_are_without_random_numbers(model: Path, tmp_path: Path) -> None:
    (model / "conf").mkdir()
    (model / "conf" / "mfcc.conf").write_text("--num-ceps=40\n--dither=1\n")
    folder = make(model, tmp_path / "cache")
    assert (folder / "conf" / "mfcc.conf").read_text().split() == [
        "--num-ceps=40",
        "--dither=1",
        "--dither=0",
    ]
    assert (model / "conf" / "mfcc.conf").read_text() == "--num-ceps=40\n--dither=1\n"


def test_only_the_graphs_that_were_used_last_are_kept(model: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = make(model, cache, ["up"])
    os.utime(first, (0, 0))
    later = [make(model, cache, [" ".join(["stop"] * (number + 1))]) for number in range(KEPT)]
    assert not first.exists()
    assert all(folder.exists() for folder in later)
    assert len(list(cache.iterdir())) == KEPT


def test_the_same_sentences_are_built_once(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(model, tmp_path / "cache")
    monkeypatch.setattr(WrittenFst, "write", lambda *_: pytest.fail("built again"))
    assert make(model, tmp_path / "cache") == folder


def test_other_sentences_words_or_costs_make_another_folder(model: Path, tmp_path: Path) -> None:
    cache, grammar = tmp_path / "cache", grammar_of()
    others = [
        grammar_of(["stop"]),
        grammar_of([*SENTENCES, "hold"]),
        replace(grammar, decoys=("up",)),
        replace(grammar, background=Bigram({"up": -1.0})),
        replace(grammar, skip_words=()),
    ]
    folders = [model_with_graph(model, one, cache) for one in (grammar, *others)]
    folders.append(model_with_graph(model, grammar, cache, Costs(skip_word=Costs().skip_word + 1)))
    assert len(set(folders)) == len(folders) <= KEPT


def test_the_order_of_the_sentences_makes_no_difference(model: Path, tmp_path: Path) -> None:
    assert make(model, tmp_path / "cache") == make(model, tmp_path / "cache", SENTENCES[::-1])


def test_a_full_disk_leaves_nothing_half_built(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: WrittenFst, path: Path) -> None:
        path.write_bytes(b"half a gra")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(openfst.Fst, "write", full)
        with pytest.raises(VoicecoachError, match=r"cache.*No space left.*make room"):
            SpeechModel(model, tmp_path / "cache").recognizer(grammar_of())
    assert list((tmp_path / "cache").iterdir()) == []
    assert (make(model, tmp_path / "cache") / "graph" / "Gr.fst").exists(), (
        "and it is built once there is room"
    )


def test_debris_of_a_folder_is_replaced(model: Path, tmp_path: Path) -> None:
    folder = make(model, tmp_path / "cache")
    (folder / "graph" / "Gr.fst").unlink()
    assert make(model, tmp_path / "cache") == folder
    assert cost(Fst((folder / "graph" / "Gr.fst").read_bytes()), "stop") < math.inf


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.txt", b"stop 1 too many\n"),
        ("words.txt", b"stop one\n"),
        ("words.txt", b"stop 1\n"),
        ("Gr.fst", b"junk"),
    ],
    ids=["three columns", "no number", "no [unk]", "no FST"],
)
def test_a_model_with_a_damaged_vocabulary_is_refused_in_a_sentence(
    model: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (model / "graph" / name).write_bytes(content)
    with pytest.raises(
        VoicecoachError, match=r"speech model in .*model cannot be loaded .*model fetch"
    ):
        SpeechModel(model, tmp_path / "cache").recognizer(grammar_of())


def test_a_model_that_vosk_cannot_load_is_refused_in_a_sentence(
    model: Path, tmp_path: Path
) -> None:
    with pytest.raises(
        VoicecoachError, match=r"speech model in .*model cannot be loaded .*model fetch"
    ):
        SpeechModel(model, tmp_path / "cache").recognizer(grammar_of())
