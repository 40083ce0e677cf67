"""Hearing: where utterances begin and end, and what is heard in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tests.conftest import silence
from voicecoach.app.components import App
from voicecoach.app.recognize import hear
from voicecoach.asr.decoder import vosk_recognizer
from voicecoach.asr.decoder.vosk_recognizer import Reading, Recognizer
from voicecoach.asr.detection.vad import (
    CHUNK,
    CHUNK_SECONDS,
    SpeechSegmenter,
    VoiceActivityDetector,
)
from voicecoach.asr.utterances import (
    AHEAD,
    EARLIEST,
    EARLY,
    LONGEST,
    LONGEST_COMMAND,
    PRE_ROLL,
    SILENCE,
    WORD,
    PauseAfter,
    UtteranceDetector,
)
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.speech import Alternative, Hypothesis, Pause
from voicecoach.turns.end_of_turn import LIKELY, SURE, WHOLE

Say = Callable[[str], Samples]


class ScriptedDetector:
    """Hears speech wherever the sound is louder than 0.5; its probability is the chunk's loudest
    sample."""

    def __init__(self) -> None:
        self._rest = silence(0)

    def feed(self, samples: Samples, gain: float, residual: float) -> list[float]:
        self._rest = np.concatenate([self._rest, samples])
        count = len(self._rest) // CHUNK
        chunks, self._rest = (
            self._rest[: count * CHUNK].reshape(count, CHUNK),
            self._rest[count * CHUNK :],
        )
        return [float(chunk.max()) * gain for chunk in chunks]


class NotingRecogniser:
    """Keeps the sound of each utterance; hears `text`, a word for each stretch of speech so far."""

    def __init__(self, text: str = "stop", ends_after: float = np.inf) -> None:
        self.text, self.ends_after = text, ends_after
        self.now: list[Samples] = []
        self.utterances: list[Samples] = []

    def feed(self, samples: Samples) -> bool:
        self.now.append(samples)
        return sum(map(len, self.now)) / HEARING_RATE >= self.ends_after

    def partial(self) -> str:
        loud = np.concatenate([silence(0), *self.now]) > 0.5
        stretches = int(loud[0]) + np.count_nonzero(loud[1:] & ~loud[:-1])
        return " ".join(self.text.split()[:stretches])

    def finish(self) -> Reading:
        self.utterances.append(np.concatenate(self.now))
        self.now = []
        return Reading(self.text)


class AttentiveRecogniser(NotingRecogniser):
    """Hears no more words in the end than so far."""

    def finish(self) -> Reading:
        text = self.partial()
        super().finish()
        return Reading(text)


def chunks(count: int, probability: float) -> Samples:
    return np.full(count * CHUNK, probability, dtype=np.float32)


def listen(
    sound: list[Samples],
    recogniser: NotingRecogniser,
    ends: PauseAfter | None = None,
    block: int = 320,
    flush: bool = False,
) -> list[Hypothesis]:
    detector = UtteranceDetector(recogniser, ScriptedDetector(), ends)
    heard: list[Hypothesis] = []
    whole = np.concatenate(sound)
    for start in range(0, len(whole), block):
        heard += detector.feed(whole[start : start + block])
    return heard + (detector.flush() if flush else [])


# --- with a detector and a recogniser made for the purpose --------------------------------------


def test_an_utterance_ends_after_a_quarter_of_a_second_of_silence() -> None:
    [heard] = listen([chunks(30, 0), chunks(10, 0.9), chunks(30, 0)], NotingRecogniser())
    assert heard.endpoint == "silence"
    assert heard.speech_start == pytest.approx(30 * CHUNK_SECONDS)
    assert heard.speech_end == pytest.approx(40 * CHUNK_SECONDS)
    assert heard.decided_at - heard.speech_end == pytest.approx(0.25, abs=CHUNK_SECONDS / 2)


def test_a_shorter_silence_belongs_to_the_utterance() -> None:
    pause = round(0.25 / CHUNK_SECONDS) - 1
    heard = listen(
        [chunks(9, 0.9), chunks(pause, 0), chunks(9, 0.9), chunks(30, 0)], NotingRecogniser()
    )
    assert len(heard) == 1


def test_doubtful_sound_goes_on_with_speech_but_does_not_begin_it() -> None:
    assert listen([chunks(40, 0.4), chunks(20, 0)], NotingRecogniser()) == []
    [heard] = listen([chunks(5, 0.9), chunks(40, 0.4), chunks(20, 0)], NotingRecogniser())
    assert heard.speech_end == pytest.approx(45 * CHUNK_SECONDS)


def test_the_recogniser_gets_what_came_just_before() -> None:
    recogniser = NotingRecogniser()
    rising = np.linspace(0, 0.3, 40 * CHUNK, dtype=np.float32)
    listen([rising, chunks(5, 0.9), chunks(20, 0)], recogniser)
    [sound] = recogniser.utterances
    before = round(PRE_ROLL / CHUNK_SECONDS) * CHUNK
    np.testing.assert_array_equal(sound[:before], rising[-before:])
    np.testing.assert_array_equal(sound[before : before + 5 * CHUNK], chunks(5, 0.9))


def test_speech_from_the_first_sample_on_has_nothing_before_it() -> None:
    recogniser = NotingRecogniser()
    [heard] = listen([chunks(5, 0.9), chunks(20, 0)], recogniser)
    assert heard.speech_start == 0
    assert recogniser.utterances[0][0] == pytest.approx(0.9)


def test_no_sound_is_in_two_utterances() -> None:
    recogniser = NotingRecogniser()
    numbered = [chunks(5, 0.9), chunks(12, 0.01), chunks(5, 0.8), chunks(20, 0.02)]
    assert len(listen(numbered, recogniser)) == 2
    assert 0.9 not in np.round(recogniser.utterances[1], 3)


class FallingLevel:
    """Eightfold until something loud comes, and then as it is."""

    def __init__(self) -> None:
        self.gain = np.float32(8)

    def feed(self, chunk: Samples, speaking: bool, far_end: bool) -> np.float32:
        self.gain = np.float32(1) if chunk.max() > 0.9 else self.gain
        return self.gain


def test_the_soft_first_sound_of_a_word_is_heard_no_louder_than_its_vowel() -> None:
    recogniser = NotingRecogniser()
    detector = UtteranceDetector(recogniser, ScriptedDetector(), level=FallingLevel())
    soft, vowel = np.full(3 * CHUNK, 0.1, dtype=np.float32), chunks(10, 1.0)
    detector.feed(np.concatenate([silence(0.3), soft, vowel, pause(0.5)]))
    [heard] = recogniser.utterances
    assert np.unique(heard) == pytest.approx([0, 0.1, 1])


def test_quiet_speech_is_made_louder_for_the_recogniser() -> None:
    recogniser = NotingRecogniser()
    detector = UtteranceDetector(recogniser, ScriptedDetector(), level=FallingLevel())
    detector.feed(np.concatenate([silence(0.3), chunks(10, 0.1), pause(0.5)]))
    [heard] = recogniser.utterances
    assert heard.max() == pytest.approx(0.8)


def test_what_ends_before_the_recogniser_has_heard_of_it_is_not_lost() -> None:
    [heard] = listen([chunks(2, 0.9)], NotingRecogniser(), flush=True)
    assert heard.endpoint == "input"


def test_what_does_not_end_is_cut() -> None:
    heard = listen([chunks(round(30 / CHUNK_SECONDS), 0.9)], NotingRecogniser())
    assert [utterance.endpoint for utterance in heard] == ["length", "length"]
    assert heard[0].decided_at == pytest.approx(LONGEST, abs=0.1)
    assert heard[1].decided_at == pytest.approx(2 * LONGEST, abs=0.2)


def test_the_recognisers_own_endpoint_counts() -> None:
    heard = listen([chunks(60, 0.9), chunks(20, 0)], NotingRecogniser(ends_after=1.0))
    assert heard[0].endpoint == "recognizer"
    assert heard[0].decided_at == pytest.approx(1.0, abs=2 * CHUNK_SECONDS)


def patient(words: str, alternatives: Sequence[Alternative] | None) -> Pause:
    """Waits longer after "hold" than after "hold on" and "next"."""
    return Pause({"hold": 1.0, "hold on": 0.25, "next": 0.25}[words])


def knowing(seconds: float, joins: float = 0.0) -> PauseAfter:
    """Waits for so long after words that were finished ahead of time."""
    return lambda words, alternatives: Pause(1.0 if alternatives is None else seconds, joins)


def pause(seconds: float) -> Samples:
    return chunks(round(seconds / CHUNK_SECONDS), 0)


def test_a_pause_within_a_sentence_does_not_split_it() -> None:
    sound = [chunks(10, 0.9), pause(0.9), chunks(10, 0.9), pause(0.6)]
    [heard] = listen(sound, AttentiveRecogniser("hold on"), patient)
    assert heard.endpoint == "silence"
    assert heard.speech_end == pytest.approx(sum(map(len, sound[:3])) / HEARING_RATE)
    assert heard.decided_at - heard.speech_end == pytest.approx(0.25, abs=CHUNK_SECONDS / 2)


def test_a_whole_command_is_decided_at_once_all_the_same() -> None:
    [heard] = listen([chunks(10, 0.9), pause(1)], NotingRecogniser("next"), patient)
    assert heard.decided_at - heard.speech_end == pytest.approx(0.25, abs=CHUNK_SECONDS / 2)


def test_the_beginning_of_a_command_that_never_comes_ends_as_well() -> None:
    [heard] = listen([chunks(10, 0.9), pause(2)], NotingRecogniser("hold"), patient)
    assert heard.endpoint == "silence"
    assert heard.speech_end == pytest.approx(10 * CHUNK_SECONDS)
    assert heard.decided_at - heard.speech_end == pytest.approx(1, abs=CHUNK_SECONDS)


@pytest.mark.parametrize(("seconds", "silence"), [(WORD - 0.1, EARLIEST), (WORD + 0.1, EARLY)])
def test_what_was_surely_heard_is_decided_in_the_smallest_pause_and_a_word_in_a_smaller_one(
    seconds: float, silence: float
) -> None:
    length = round(seconds / CHUNK_SECONDS)
    [heard] = listen([chunks(length, 0.9), pause(1)], NotingRecogniser("stop"), knowing(0.0))
    assert heard.decided_at - heard.speech_end == pytest.approx(silence, abs=CHUNK_SECONDS / 2)
    assert heard.text == "stop"


def test_only_what_is_obeyed_at_once_is_settled_by_what_is_heard_in_the_first_silent_chunk() -> (
    None
):
    recogniser = NotingRecogniser("next")
    [heard] = listen([chunks(10, 0.9), pause(1)], recogniser, knowing(AHEAD - 0.01))
    assert [len(sound) // CHUNK for sound in recogniser.utterances] == [11, 12]
    assert heard.decided_at - heard.speech_end == pytest.approx(AHEAD, abs=CHUNK_SECONDS / 2)


def test_of_words_alone_nothing_is_decided_sooner_than_after_a_quarter_of_a_second() -> None:
    long = round(3 / CHUNK_SECONDS)
    [heard] = listen(
        [chunks(long, 0.9), pause(1)],
        NotingRecogniser("next"),
        lambda words, alternatives: Pause(0.0),
    )
    assert heard.decided_at - heard.speech_end == pytest.approx(SILENCE, abs=CHUNK_SECONDS / 2)


def test_what_is_not_surely_heard_at_once_is_heard_with_more_silence_behind_it() -> None:
    recogniser = NotingRecogniser("next")
    [heard] = listen([chunks(10, 0.9), pause(1)], recogniser, knowing(SILENCE))
    assert heard.decided_at - heard.speech_end == pytest.approx(SILENCE, abs=CHUNK_SECONDS / 2)
    assert [len(sound) // CHUNK for sound in recogniser.utterances] == [11, 12, 14]


def test_what_was_finished_ahead_of_time_is_heard_anew_when_it_goes_on() -> None:
    recogniser = NotingRecogniser("hold on")
    short = pause(AHEAD + CHUNK_SECONDS)
    [heard] = listen(
        [chunks(10, 0.9), short, chunks(10, 0.9), pause(1)], recogniser, knowing(SILENCE)
    )
    for early in recogniser.utterances:
        np.testing.assert_array_equal(recogniser.utterances[-1][: len(early)], early)
    assert len(recogniser.utterances[-1]) == (10 + 4 + 10 + 4) * CHUNK
    assert heard.decided_at == pytest.approx((10 + 4 + 10 + 8) * CHUNK_SECONDS)


def test_a_long_utterance_is_not_finished_ahead_of_time() -> None:
    recogniser = NotingRecogniser("hold on")
    short, long = pause(AHEAD + CHUNK_SECONDS), round(3 / CHUNK_SECONDS)
    listen([chunks(long, 0.9), short, chunks(10, 0.9), pause(2)], recogniser, knowing(SILENCE))
    assert len(recogniser.utterances) == 1


class JoiningRecogniser(NotingRecogniser):
    """Hears "how long" in sound at 0.9, `rest` at 0.8, and `whole` where there are both."""

    def __init__(self, rest: str, whole: str) -> None:
        super().__init__()
        self._texts = {(True, False): "how long", (False, True): rest, (True, True): whole}

    def finish(self) -> Reading:
        super().finish()
        sound = np.round(self.utterances[-1], 1)
        return Reading(
            self._texts[
                bool((sound == np.float32(0.9)).any()), bool((sound == np.float32(0.8)).any())
            ]
        )


def first_and_rest(rest: str, whole: str, gap: float = 0.5) -> list[Hypothesis]:
    sound = [chunks(10, 0.9), pause(gap), chunks(10, 0.8), pause(1)]
    return listen(sound, JoiningRecogniser(rest, whole), knowing(SILENCE, 0.7))


def test_what_is_said_soon_after_an_utterance_that_may_go_on_is_heard_together_with_it() -> None:
    first, whole = first_and_rest("is left", "how long is left")
    assert (first.text, first.continues) == ("how long", False)
    assert (whole.text, whole.continues) == ("how long is left", True)
    assert whole.alone
    assert (whole.alone.text, whole.alone.continues) == ("is left", False)
    assert whole.speech_start == first.speech_start < whole.alone.speech_start
    assert whole.speech_end == pytest.approx(1.15, abs=CHUNK_SECONDS)


@pytest.mark.parametrize("whole", ["how long", "no one", "how longer", ""])
def test_another_utterance_soon_after_it_is_one_of_its_own(whole: str) -> None:
    first, second = first_and_rest("next", whole)
    assert (second.text, second.continues) == ("next", False)
    assert second.speech_start > first.speech_end


def test_what_is_said_later_is_one_of_its_own_whatever_both_would_be() -> None:
    _, second = first_and_rest("is left", "how long is left", gap=0.8)
    assert (second.text, second.continues) == ("is left", False)


@pytest.mark.parametrize(("text", "more"), [("next", 0.0), ("hold", 0.5)])
def test_in_noise_that_passes_for_speech_the_recognisers_silence_counts_for_as_long_as_the_words_need(
    text: str, more: float
) -> None:
    heard = listen(
        [chunks(round(4 / CHUNK_SECONDS), 0.9)], NotingRecogniser(text, ends_after=1.0), patient
    )
    assert heard[0].endpoint == "recognizer"
    assert heard[0].decided_at == pytest.approx(1.0 + more, abs=2 * CHUNK_SECONDS)


def test_what_does_not_end_is_cut_however_long_the_sentence_may_be_waited_for() -> None:
    speech = round(1 / CHUNK_SECONDS)
    [heard] = listen(
        [chunks(speech, 0.9), pause(LONGEST)],
        NotingRecogniser("hold"),
        lambda words, alternatives: Pause(np.inf),
    )
    assert heard.endpoint == "length"
    assert heard.decided_at == pytest.approx(LONGEST, abs=0.1)
    assert heard.speech_end == pytest.approx(1, abs=CHUNK_SECONDS), "but it had ended long before"


def test_what_is_still_being_said_at_the_end_is_finished() -> None:
    recogniser = NotingRecogniser()
    [heard] = listen([chunks(5, 0.9), np.full(100, 0.7, dtype=np.float32)], recogniser, flush=True)
    assert heard.endpoint == "input"
    assert recogniser.utterances[0][-1] == pytest.approx(0.7), "down to the last sample"


def test_nothing_is_finished_when_nothing_is_being_said() -> None:
    assert listen([chunks(5, 0)], NotingRecogniser(), flush=True) == []


def test_voice_without_words_is_no_utterance() -> None:
    assert listen([chunks(5, 0.9), chunks(20, 0)], NotingRecogniser(text="")) == []


LEFT_DB = -6.0
"""Level of what may be left of the coach's own voice: as loud as a tone of 0.5."""


def tone(count: int, size: float) -> Samples:
    return chunks(count, size) * np.tile(np.array([1, -1], dtype=np.float32), count * CHUNK // 2)


def hear_over_the_coach(recogniser: NotingRecogniser, *sounds: Samples) -> list[Hypothesis]:
    detector = UtteranceDetector(recogniser, ScriptedDetector())
    blocks = np.concatenate(sounds).reshape(-1, CHUNK)
    return [one for block in blocks for one in detector.feed(block, far_end=True, residual=LEFT_DB)]


def test_the_recogniser_is_not_troubled_with_what_stands_out_of_nothing_but_the_coachs_own_voice() -> (
    None
):
    recogniser = NotingRecogniser()
    assert (
        hear_over_the_coach(recogniser, tone(20, 0.6), chunks(20, 0), tone(400, 0.6), chunks(20, 0))
        == []
    )
    assert recogniser.now == recogniser.utterances == []


def test_who_speaks_up_in_what_is_left_of_the_coachs_voice_is_heard_from_the_beginning() -> None:
    recogniser = NotingRecogniser()
    [heard] = hear_over_the_coach(
        recogniser, tone(5, 0.6), tone(4, 2.0), tone(2, 0.6), chunks(20, 0)
    )
    [sound] = recogniser.utterances
    assert heard.speech_start == 0
    np.testing.assert_array_equal(
        sound[: 11 * CHUNK], [*tone(5, 0.6), *tone(4, 2.0), *tone(2, 0.6)]
    )


def test_who_speaks_up_late_is_heard_from_two_seconds_and_a_half_before() -> None:
    recogniser = NotingRecogniser()
    [heard] = hear_over_the_coach(recogniser, tone(400, 0.6), tone(4, 2.0), chunks(20, 0))
    [sound] = recogniser.utterances
    before = int(np.argmax(sound > 1))
    assert before / HEARING_RATE == pytest.approx(LONGEST_COMMAND, abs=0.15)
    assert heard.speech_start == pytest.approx(400 * CHUNK_SECONDS - before / HEARING_RATE)


def test_what_was_not_worth_hearing_is_what_came_just_before_the_next_utterance() -> None:
    recogniser = NotingRecogniser()
    sounds = (tone(5, 0.6), chunks(8, 0), tone(5, 2.0), chunks(20, 0))
    hear_over_the_coach(recogniser, *sounds)
    [sound] = recogniser.utterances
    np.testing.assert_array_equal(sound[: 18 * CHUNK], np.concatenate(sounds)[: 18 * CHUNK])


def test_somebody_is_surely_speaking_from_the_third_chunk_to_the_endpoint() -> None:
    detector = UtteranceDetector(NotingRecogniser(), ScriptedDetector())
    speaking = []
    for chunk in np.concatenate([chunks(2, 0), chunks(4, 0.9), chunks(10, 0)]).reshape(-1, CHUNK):
        detector.feed(chunk)
        speaking.append(detector.hearing_speech)
    assert speaking == [False] * 4 + [True] * (2 + 7) + [False] * 3


@pytest.mark.parametrize(
    "sound", [[0.6], [0.9, 0.9], [0.6, 0.7, 0.6]], ids=["one chunk", "two chunks", "doubtful"]
)
def test_nobody_is_speaking_for_sure_in_a_clatter(sound: list[float]) -> None:
    detector = UtteranceDetector(NotingRecogniser(), ScriptedDetector())
    heard = np.concatenate(
        [chunks(2, 0), *(chunks(1, probability) for probability in sound), chunks(10, 0)]
    )
    for chunk in heard.reshape(-1, CHUNK):
        detector.feed(chunk)
        assert not detector.hearing_speech


def test_a_segmenter_that_was_reset_starts_afresh() -> None:
    segmenter = SpeechSegmenter()
    assert [segmenter.feed(0.9), segmenter.feed(0.9)] == [True, False]
    segmenter.feed(0.0)
    segmenter.reset()
    assert (segmenter.speaking, segmenter.silence) == (False, 0)
    assert segmenter.feed(0.9)


def test_silence_is_counted_from_the_last_chunk_of_speech() -> None:
    segmenter = SpeechSegmenter()
    found = []
    for probability in (0.9, 0.2, 0.34, 0.35, 0.1):
        segmenter.feed(probability)
        found.append(round(segmenter.silence / CHUNK_SECONDS))
    assert found == [0, 1, 2, 0, 1]


# --- the real detector --------------------------------------------------------------------------


def probabilities(sound: Samples) -> list[float]:
    return VoiceActivityDetector().feed(sound)


def test_the_detector_hears_speech_on_top_of_a_constant_offset(spoken: Say) -> None:
    sound = np.concatenate([silence(15), spoken("start leg routine"), silence(1)]) + np.float32(0.2)
    found = probabilities(sound)
    assert max(found[: round(14.9 / CHUNK_SECONDS)]) < 0.5
    assert max(found[round(15 / CHUNK_SECONDS) :]) > 0.9


def test_the_detector_hears_speech_after_long_loud_noise(spoken: Say) -> None:
    noise = np.random.default_rng(0).standard_normal(20 * HEARING_RATE).astype(np.float32) * 0.02
    found = probabilities(np.concatenate([noise, spoken("start leg routine")]))
    assert max(found[round(20 / CHUNK_SECONDS) :]) > 0.9


def hum(seconds: float, level_db: float) -> Samples:
    """Sound that is no speech."""
    noise = np.random.default_rng(1).standard_normal(round(seconds * HEARING_RATE))
    return (noise * 10 ** (level_db / 20)).astype(np.float32)


def test_what_the_detector_heard_long_ago_does_not_matter(spoken: Say) -> None:
    word = np.concatenate([spoken("stop"), silence(1)])
    word = word[: len(word) // CHUNK * CHUNK]
    quiet = hum(20, -70)[: 600 * CHUNK]
    fresh = probabilities(np.concatenate([quiet, word]))[600:]
    detector = VoiceActivityDetector()
    detector.feed(np.concatenate([quiet, hum(1, -30)[: 30 * CHUNK], quiet]))
    np.testing.assert_allclose(detector.feed(word), fresh, atol=0.02)


# --- the real ears ------------------------------------------------------------------------------


def texts(heard: list[Hypothesis]) -> list[str]:
    return [utterance.text for utterance in heard]


def obeyed(app: App, heard: list[Hypothesis]) -> list[str]:
    return [utterance.text for utterance in heard if app.understand(utterance, None).accepted]


START = "start leg routine"


def assert_heard_in_time(app: App, voice: Samples, sentence: str, wait: float) -> None:
    [heard] = hear(app, np.concatenate([silence(1.3), voice, silence(0.5)]))
    assert heard.text == sentence
    assert heard.speech_start == pytest.approx(1.3, abs=0.15)
    assert heard.speech_end == pytest.approx(1.3 + len(voice) / HEARING_RATE, abs=0.15)
    assert wait - 0.1 <= heard.decided_at - heard.speech_end <= wait + 0.2
    assert heard.endpoint == "silence"


@pytest.mark.model
@pytest.mark.parametrize(
    "sentence",
    [
        START,
        "next",
        "stop",
        "pause",
        "ready",
        "skip this one",
        "repeat that",
        "go back",
    ],
)
def test_a_sentence_is_heard_as_itself_and_in_time(app: App, spoken: Say, sentence: str) -> None:
    assert_heard_in_time(app, spoken(sentence), sentence, SURE)


@pytest.mark.model
@pytest.mark.parametrize(("sentence", "wait"), [("start", WHOLE), ("how long", LIKELY)])
def test_a_sentence_that_may_go_on_is_heard_as_itself_when_it_does_not(
    app: App, spoken: Say, sentence: str, wait: float
) -> None:
    assert_heard_in_time(app, spoken(sentence), sentence, wait)


@pytest.mark.model
@pytest.mark.parametrize(
    ("begun", "rest", "thought", "decided"),
    [
        ("how long", "is left", 0.45, True),
        ("how many", "are left", 0.7, False),
        ("what comes", "next", 0.7, False),
        ("start", "leg routine", 0.45, True),
    ],
)
def test_who_thinks_within_a_sentence_is_heard_out(
    app: App, spoken: Say, begun: str, rest: str, thought: float, decided: bool
) -> None:
    heard = hear(app, np.concatenate([silence(1), spoken(begun), silence(thought), spoken(rest)]))
    assert texts(heard) == [begun, f"{begun} {rest}"][not decided :]
    assert heard[-1].continues == decided


@pytest.mark.model
def test_two_sentences_a_second_apart_are_two(app: App, spoken: Say) -> None:
    first, second = spoken("skip this one"), spoken("how long is left")
    heard = hear(app, np.concatenate([silence(0.7), first, silence(1.0), second]))
    assert texts(heard) == ["skip this one", "how long is left"]
    begins = [0.7, 1.7 + len(first) / HEARING_RATE]
    ends = [begins[0] + len(first) / HEARING_RATE, begins[1] + len(second) / HEARING_RATE]
    np.testing.assert_allclose([utterance.speech_start for utterance in heard], begins, atol=0.15)
    np.testing.assert_allclose([utterance.speech_end for utterance in heard], ends, atol=0.15)


@pytest.mark.model
def test_words_lie_on_the_clock_in_their_order(app: App, spoken: Say) -> None:
    [_, heard] = hear(
        app, np.concatenate([silence(0.7), spoken("next"), silence(2), spoken(START)])
    )
    assert [word.text for word in heard.words] == START.split()
    times = [time for word in heard.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] > 2.5


@pytest.mark.model
def test_a_recogniser_that_is_made_anew_hears_the_same_at_the_same_times(
    app: App, spoken: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        spoken(sentence)
        for sentence in ("next", START, "skip this one", "how long is left", "go back")
    ]
    sound = np.concatenate([part for one in said for part in (silence(1.2), one)])
    before = hear(app, sound)
    made: list[object] = []
    begin = Recognizer._begin
    monkeypatch.setattr(vosk_recognizer, "READINGS", 2)

    def noting(self: Recognizer) -> None:
        begin(self)
        made.append(self._vosk)

    monkeypatch.setattr(Recognizer, "_begin", noting)
    anew = hear(app, sound)
    assert texts(anew) == texts(before)
    assert len(before) == len(said)
    times = [
        [[one.decided_at, *(word.start for word in one.words)] for one in heard]
        for heard in (before, anew)
    ]
    np.testing.assert_allclose(np.concatenate(times[1]), np.concatenate(times[0]), atol=1e-3)
    assert len(made) > len(said) // 2


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


NOISES = {
    "silence": silence(4),
    "white noise": rng().standard_normal(4 * HEARING_RATE).astype(np.float32) * 0.1,
    "quiet noise": rng().standard_normal(4 * HEARING_RATE).astype(np.float32) * 0.003,
    "tones": np.concatenate(
        [
            0.3 * np.sin(2 * np.pi * f * np.arange(HEARING_RATE) / HEARING_RATE)
            for f in (120, 440, 587, 880)
        ]
    ).astype(np.float32),
    "clicks": np.tile(np.concatenate([np.ones(8, dtype=np.float32), silence(0.5)]), 6),
    "bursts": (
        rng().standard_normal(4 * HEARING_RATE)
        * (np.arange(4 * HEARING_RATE) % HEARING_RATE < 2000)
        * 0.2
    ).astype(np.float32),
}


@pytest.mark.model
@pytest.mark.parametrize("noise", NOISES)
def test_what_nobody_said_is_not_obeyed(app: App, noise: str) -> None:
    assert obeyed(app, hear(app, NOISES[noise])) == []


@pytest.mark.model
@pytest.mark.parametrize("block", [7, 160, 4096])
def test_the_size_of_the_blocks_makes_no_difference(app: App, spoken: Say, block: int) -> None:
    sound = np.concatenate(
        [silence(0.5), spoken("next"), silence(0.8), spoken(START), silence(0.6)]
    )
    detector = app.utterance_detector()
    heard = [
        utterance
        for start in range(0, len(sound), block)
        for utterance in detector.feed(sound[start : start + block])
    ]
    detector = app.utterance_detector()
    at_once = detector.feed(sound)
    assert texts(heard) == texts(at_once) == ["next", START]
    assert [h.decided_at for h in heard] == [h.decided_at for h in at_once]


@pytest.mark.model
def test_a_word_cut_in_half_at_the_start_spoils_nothing_after_it(app: App, spoken: Say) -> None:
    half = spoken("pause")
    heard = hear(app, np.concatenate([half[len(half) // 2 :], silence(1), spoken(START)]))
    assert texts(heard)[-1] == START
    assert obeyed(app, heard) == [START]


@pytest.mark.model
@pytest.mark.parametrize(
    "spoil",
    [
        lambda sound: np.clip(sound * 10, -1, 1),
        lambda sound: sound * 10 ** (-24 / 20),
        lambda sound: sound + 0.2,
        lambda sound: -sound,
    ],
    ids=["clipped", "at -50 dBFS", "with an offset", "upside down"],
)
def test_a_badly_set_microphone_is_heard_through(
    app: App, spoken: Say, spoil: Callable[[Samples], Samples]
) -> None:
    sound = spoil(np.concatenate([silence(1), spoken("how long is left"), silence(1)])).astype(
        np.float32
    )
    assert texts(hear(app, sound)) == ["how long is left"]


@pytest.mark.model
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_do_not_deafen(app: App, spoken: Say, bad: float) -> None:
    first = spoken("next")
    first[len(first) // 2 :] = bad
    sound = np.concatenate([silence(0.5), first, silence(1), spoken(START)])
    assert texts(hear(app, sound))[-1] == START


@pytest.mark.model
def test_a_text_that_is_no_sentence_is_not_obeyed(app: App, spoken: Say) -> None:
    for other in ("the weather is nice today", "where did you put my glasses"):
        assert obeyed(app, hear(app, np.concatenate([silence(0.5), spoken(other)]))) == []


@pytest.mark.model
def test_what_else_it_may_have_been_comes_with_it(app: App, spoken: Say) -> None:
    sound = spoken("pause")
    noise = np.random.default_rng(5).standard_normal(len(sound)).astype(np.float32) * 0.02
    [heard] = hear(app, np.concatenate([silence(0.7), sound + noise, silence(0.5)]))
    behind = [one.behind_nats for one in heard.alternatives]
    assert behind == sorted(behind)
    assert 0 <= behind[0] <= behind[-1] <= 6, "as far as the lattice goes"
    assert heard.text not in [one.text for one in heard.alternatives]
