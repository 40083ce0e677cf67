"""The player: flows wait, beats do not; answers go over both."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from voicecoach.core.actions import Play, Reply
from voicecoach.core.audio import Clip, Samples
from voicecoach.core.script import Cue, CueStarted, Script, ScriptEnded, ToneName
from voicecoach.playback.mixer import Mixer
from voicecoach.playback.player import Player
from voicecoach.playback.resume_point import MAX_REWIND_S

RATE = 16_000
BLOCK = 320
ONSET = 50


class Words:
    """Each text is a burst of a tenth of a second a letter, that becomes audible at frame 50."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def ready(self, text: str) -> Clip | None:
        if text in self.missing:
            return None
        samples = np.full(len(text) * 1600, 0.1, dtype=np.float32)
        samples[:ONSET] = 0.001
        return Clip(samples, RATE, onset=ONSET)

    def tone(self, name: ToneName) -> Clip:
        return Clip(np.full(3200, 0.3, dtype=np.float32), RATE)


class Stage:
    """A player with a clock to turn."""

    def __init__(self, least_gap: float = 0.0) -> None:
        self.words = Words()
        self.mixer = Mixer(RATE)
        self.player = Player(self.mixer, self.words, least_gap)
        self.events: list[CueStarted | ScriptEnded] = []
        self.sound: list[Samples] = []

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * RATE / BLOCK)):
            self.events += self.player.tick(BLOCK)
            self.sound.append(self.mixer.read(BLOCK))

    def said(self) -> list[tuple[str, float]]:
        return [
            (e.cue.text or str(e.cue.tone), round(e.at, 3))
            for e in self.events
            if isinstance(e, CueStarted)
        ]

    def onsets(self, text: str) -> list[int]:
        return [
            round(e.at * RATE) + ONSET
            for e in self.events
            if isinstance(e, CueStarted) and e.cue.text == text
        ]

    def ended(self) -> list[float]:
        return [round(e.at, 2) for e in self.events if isinstance(e, ScriptEnded)]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def flow(*texts: str, gap: float = 0.5) -> Script:
    return Script(tuple(Cue(text=text, gap=gap) for text in texts), name="flow")


def counts(last: int, seconds: float | None = None, **more: Cue) -> Script:
    cues = [Cue(text=str(n), at=float(n), kind="count") for n in range(1, last + 1)]
    return Script((*cues, *more.values()), seconds=seconds or last + 1.0, name="beat")


def test_a_flow_speaks_one_cue_after_another_with_its_gap(stage: Stage) -> None:
    stage.player.play(Play(flow("aaaaa", "bb", gap=0.5)))
    stage.run(3)
    assert stage.said() == [("aaaaa", 0.0), ("bb", pytest.approx(1.0, abs=0.02))]
    assert stage.ended() == [pytest.approx(1.7, abs=0.03)]


def test_the_onset_of_every_count_is_on_its_sample(stage: Stage) -> None:
    stage.run(0.06)
    zero = stage.mixer.frame
    stage.player.play(Play(counts(29)))
    stage.run(31)
    onsets = [stage.onsets(str(n))[0] for n in range(1, 30)]
    assert onsets == [zero + n * RATE for n in range(1, 30)]


def test_the_lead_in_of_a_beat_comes_before_its_zero(stage: Stage) -> None:
    script = Script(
        (Cue(tone="start", at=-0.45, kind="keep"), Cue(text="hold", at=0.0, kind="keep")),
        seconds=2.0,
    )
    stage.player.play(Play(script, position=-0.5))
    stage.run(1)
    assert stage.said() == [("start", 0.05), ("hold", pytest.approx(0.5 - ONSET / RATE, abs=0.001))]
    assert stage.player.position == pytest.approx(0.5)


def test_a_beat_that_begins_with_a_word_does_not_lose_it(stage: Stage) -> None:
    stage.player.play(Play(Script((Cue(text="rest", at=0.0),), seconds=5.0)))
    stage.run(1)
    assert stage.said() == [("rest", 0.0)]
    assert stage.player.position == pytest.approx(1 - ONSET / RATE)


def test_an_answer_interrupts_a_flow_which_then_says_its_sentence_again(stage: Stage) -> None:
    stage.player.play(Play(flow("aaaaaaaaaa", "bb")))
    stage.run(0.4)
    stage.player.reply(Reply((Cue(text="rr"),)))
    stage.run(4)
    assert [text for text, _at in stage.said()] == ["aaaaaaaaaa", "rr", "aaaaaaaaaa", "bb"]


def test_an_answer_takes_the_place_of_counts_and_loses_no_beat(stage: Stage) -> None:
    stage.player.play(Play(counts(9)))
    stage.run(2.5)
    stage.player.reply(Reply((Cue(text="r" * 15),)))
    stage.run(7)
    said = [text for text, _at in stage.said()]
    assert "3" not in said
    assert said[-4:] == ["6", "7", "8", "9"]
    assert stage.onsets("9") == [9 * RATE]


def test_a_tone_that_ends_a_hold_cuts_an_answer_short(stage: Stage) -> None:
    stage.player.play(Play(Script((Cue(tone="end", at=2.0, kind="keep"),), seconds=3.0)))
    stage.run(1.5)
    stage.player.reply(Reply((Cue(text="r" * 30),)))
    stage.run(1.5)
    assert ("end", 2.0) in stage.said()
    assert not stage.player.replying
    sound = np.concatenate(stage.sound)
    assert np.max(np.abs(sound[round(2.02 * RATE) : round(2.2 * RATE)])) == pytest.approx(
        0.3, abs=0.01
    )


def test_a_count_that_is_late_is_dropped_not_queued(stage: Stage) -> None:
    stage.words.missing = {"2"}
    stage.player.play(Play(counts(4)))
    stage.run(6.9)
    stage.words.missing = set()
    stage.run(6)
    said = stage.said()
    assert len(said) == len(set(said))
    assert [text for text, _at in said if text != "2"] == ["1", "3", "4"]


def test_a_sentence_that_never_gets_rendered_does_not_hold_up_the_session(stage: Stage) -> None:
    stage.words.missing = {"aaa"}
    stage.player.play(Play(flow("aaa", "bb")))
    stage.run(8)
    assert [text for text, _at in stage.said()] == ["bb"]
    assert len(stage.ended()) == 1


def test_a_new_script_silences_the_old_one(stage: Stage) -> None:
    stage.player.play(Play(flow("a" * 30)))
    stage.run(1)
    stage.player.play(Play(Script((), seconds=2.0)))
    stage.run(1)
    assert not np.any(np.concatenate(stage.sound)[round(1.02 * RATE) :])


def test_hush_is_silent_within_ten_milliseconds_and_forgets_the_script(stage: Stage) -> None:
    stage.player.play(Play(flow("a" * 30)))
    stage.run(1)
    stage.player.flush()
    stage.run(1)
    assert not np.any(np.concatenate(stage.sound)[RATE + 160 :])
    assert not stage.player.busy
    assert stage.ended() == []


def test_a_hold_made_longer_keeps_its_beat(stage: Stage) -> None:
    stage.player.play(Play(counts(5, seconds=6.0)))
    stage.run(3.5)
    stage.player.play(Play(counts(8, seconds=9.0), keep_clock=True))
    stage.run(6)
    assert [stage.onsets(str(n)) for n in (4, 8)] == [[4 * RATE], [8 * RATE]]
    assert stage.onsets("3") == [3 * RATE]
    assert stage.ended() == [9.0]


def test_a_hold_changed_before_it_begins_keeps_its_lead_in(stage: Stage) -> None:
    lead = Cue(tone="start", at=-0.45, kind="keep")
    stage.player.play(Play(Script((lead, Cue(text="1", at=1.0)), seconds=2.0), position=-0.45))
    stage.player.play(Play(Script((lead, Cue(text="2", at=2.0)), seconds=3.0), keep_clock=True))
    stage.run(3)
    assert [text for text, _at in stage.said()] == ["start", "2"]


def test_beats_can_lie_further_apart_from_now_on(stage: Stage) -> None:
    stage.player.play(Play(counts(5, seconds=6.0)))
    stage.run(2.5)
    wider = Script(
        tuple(Cue(text=str(n), at=2.0 * n, kind="count") for n in range(1, 6)), seconds=12.0
    )
    stage.player.play(
        Play(wider, keep_clock=True, moved=-2.5)
    )  # 2.5 s of the old beats are 5 s of the new
    assert stage.player.position == pytest.approx(5.0)
    stage.run(9)
    assert [stage.onsets(str(n)) for n in (2, 3, 4, 5)] == [
        [2 * RATE],
        [3.5 * RATE],
        [5.5 * RATE],
        [7.5 * RATE],
    ]
    assert stage.ended() == [9.5]


def test_a_flow_goes_on_with_other_pauses_from_the_sentence_it_has_come_to(stage: Stage) -> None:
    stage.player.play(Play(flow("first", "second", "third")))
    stage.run(0.3)
    slower = Script(tuple(Cue(text=text, gap=2.0) for text in ("first", "second", "third")))
    stage.player.play(Play(slower, keep_clock=True))
    stage.run(12)
    starts = [at for _text, at in stage.said()]
    assert [text for text, _at in stage.said()] == ["first", "second", "third"]
    assert all(later - earlier > 2.0 for earlier, later in itertools.pairwise(starts))


def test_a_beat_waits_until_an_answer_has_been_spoken(stage: Stage) -> None:
    stage.player.play(Play(counts(2)))
    stage.player.reply(Reply((Cue(text="r" * 10),)))
    stage.run(5)
    (first,) = stage.onsets("1")
    assert first > 2.4 * RATE


def test_it_is_known_which_words_of_a_sentence_sounded_when(stage: Stage) -> None:
    stage.player.play(Play(flow("say ready when you are there")))
    stage.run(4)
    assert stage.player.said_between(0.2, 0.8) == "say ready"
    assert stage.player.said_between(2.4, 3.0) == "there"


def test_a_sentence_that_was_cut_was_said_only_so_far(stage: Stage) -> None:
    stage.player.play(Play(flow("say ready when you are there")))
    stage.run(0.9)
    stage.player.flush()
    stage.run(1)
    assert stage.player.said_between(0.0, 5.0) == "say ready"


def test_it_is_known_what_was_said_when(stage: Stage) -> None:
    stage.player.play(Play(flow("aaaaa", "bb")))
    stage.run(2)
    assert stage.player.said_between(0.0, 0.4) == "aaaaa"
    assert stage.player.said_between(0.3, 1.1) == "aaaaa bb"
    assert stage.player.said_between(1.4, 2.0) == ""
    assert stage.player.speaking(within=1.0)
    assert not stage.player.speaking(within=0.35)


# --- yielding -----------------------------------------------------------------------------------


def test_a_sentence_breaks_off_and_goes_on_where_it_was(stage: Stage) -> None:
    stage.player.play(Play(flow("a sentence of some length", "the next")))
    stage.run(1.0)
    stage.player.yielding = True
    stage.run(3.0)
    stage.player.yielding = False
    stage.run(5.0)
    assert [text for text, _ in stage.said()] == ["a sentence of some length", "the next"], (
        "told once"
    )
    assert stage.said()[1][1] == pytest.approx(6.0, abs=0.06), "the rest and the gap come before it"
    sound = np.concatenate(stage.sound)
    assert np.abs(sound[round(1.02 * RATE) : 4 * RATE]).max() == 0
    assert np.abs(sound[round(4.02 * RATE) : round(5.4 * RATE)]).min() > 0
    assert 1.0 < stage.ended()[0] < 10


def test_what_is_all_but_said_is_said(stage: Stage) -> None:
    stage.player.play(Play(flow("two words", "and more")))
    stage.run(0.8)
    stage.player.yielding = True
    stage.run(2.0)
    assert stage.said() == [("two words", 0.0)]
    stage.player.yielding = False
    stage.run(0.1)
    assert stage.said() == [("two words", 0.0), ("and more", 2.8)]


def test_broken_off_twice_it_still_comes_to_its_end(stage: Stage) -> None:
    stage.player.play(Play(flow("a sentence of some length")))
    for _ in range(2):
        stage.run(1.2)
        stage.player.yielding = True
        stage.run(0.5)
        stage.player.yielding = False
    stage.run(3.0)
    assert len(stage.ended()) == 1
    sounding = np.count_nonzero(np.abs(np.concatenate(stage.sound)) > 0) / RATE
    assert 2.5 <= sounding <= 2.5 + 2 * (MAX_REWIND_S + 0.02)


def test_a_count_does_not_yield(stage: Stage) -> None:
    stage.player.play(Play(counts(3)))
    stage.run(1.5)
    stage.player.yielding = True
    stage.run(2.5)
    assert [text for text, _ in stage.said()] == ["1", "2", "3"]
    assert stage.ended() == [4.0]


def test_after_an_answer_a_sentence_that_was_broken_off_begins_anew(stage: Stage) -> None:
    stage.player.play(Play(flow("a sentence of some length")))
    stage.run(1.0)
    stage.player.yielding = True
    stage.run(1.0)
    stage.player.reply(Reply((Cue(text="yes"),)))
    stage.player.yielding = False
    stage.run(4.0)
    assert [text for text, _ in stage.said()] == [
        "a sentence of some length",
        "yes",
        "a sentence of some length",
    ]


def test_of_a_broken_sentence_only_what_sounded_is_the_coachs(stage: Stage) -> None:
    stage.player.play(Play(flow("aaaaaaaaa bbbbbbbbb ccccccccc")))
    stage.run(1.5)
    stage.player.yielding = True
    stage.run(2.0)
    assert stage.player.said_between(1.6, 3.4) == ""
    stage.player.yielding = False
    stage.run(0.5)
    assert stage.player.said_between(3.5, 4.0) == "bbbbbbbbb"


def test_sentences_are_as_far_apart_as_they_have_to_be() -> None:
    stage = Stage(least_gap=2.0)
    stage.player.play(Play(flow("one", "two")))
    stage.run(4.0)
    assert stage.said() == [("one", 0.0), ("two", 2.3)]
