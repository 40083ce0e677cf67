"""Commands in sound as it comes from real microphones and rooms: understood, or at least never
taken for another."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import soxr

from tests.conftest import silence
from voicecoach.app.components import App
from voicecoach.app.recognize import hear
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.simulation.room import RoomSettings, at_level, impulse_response, pink_noise
from voicecoach.turns.continuation import in_the_end

pytestmark = pytest.mark.model

Say = Callable[[str], Samples]
SayAt = Callable[[int, str], Samples]

RATES = (130, 170)
"""Words a minute."""
Meaning = tuple[str | None, dict[str, object]]

SENTENCES: dict[str, Meaning] = {
    "start leg routine": ("StartRoutine", {"routine": "leg"}),
    "start the lower back routine": ("StartRoutine", {"routine": "lower-back"}),
    "skip this one": ("Next", {}),
    "go back to the last exercise": ("Back", {}),
    "say that again": ("Repeat", {}),
    "how long do i hold": ("HowLongHold", {}),
    "how long is left": ("HowLongLeft", {}),
    "how many more": ("HowManyLeft", {}),
    "which side": ("WhichSide", {}),
    "what's next": ("WhatsNext", {}),
    "i need a break": ("Pause", {}),
    "stop": ("Stop", {}),
    "hold it for forty five seconds": ("SetHold", {"seconds": 45}),
    "that hurts": ("Pain", {}),
}
"""What regressions show in: a dozen sentences from all corners of the grammar."""


def obeyed(app: App, sound: Samples) -> list[Meaning]:
    """The commands that the coach would obey in `sound`, with pauses around it."""
    return [(one.intent, dict(one.slots)) for one in understood(app, sound) if one.accepted]


def meant(app: App, sound: Samples) -> list[Meaning]:
    """Those, and what the coach would ask about."""
    found = [one for one in understood(app, sound) if one.verdict is not Verdict.REJECT]
    return [(one.intent, dict(one.slots)) for one in found]


def understood(app: App, sound: Samples, offset: float = 0.0) -> list[Understanding]:
    whole = np.concatenate([silence(0.6), sound, silence(1.2)]) + np.float32(offset)
    return [
        understood
        for _, understood in in_the_end(hear(app, whole), lambda heard: app.understand(heard, None))
    ]


def in_a_room(sound: Samples, snr: float, seed: int) -> Samples:
    """Two metres away, with pink noise `snr` dB below the voice."""
    rng = np.random.default_rng(seed)
    response = impulse_response(RoomSettings().rt60, HEARING_RATE, rng)
    wet = np.convolve(np.concatenate([silence(0.6), sound, silence(1.2)]), response).astype(
        np.float32
    )
    return at_level(wet, -30) + at_level(
        pink_noise(len(wet) // 2 * 2 + 2, rng)[: len(wet)], -30 - snr
    )


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_understood_however_fast_it_is_said(
    app: App, spoken: Say, spoken_at: Callable[[int, str], Samples], text: str
) -> None:
    found = [
        meant(app, sound) for sound in (spoken_at(130, text), spoken(text), spoken_at(170, text))
    ]
    # One rendering of a synthetic voice may be odd ("oh for"), but is nothing else.
    assert found.count([SENTENCES[text]]) >= 2, found
    assert all(one in ([SENTENCES[text]], []) for one in found), found


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_room_with_noise_nearly_all_are_understood_and_none_is_taken_for_another(
    app: App, spoken: Say, seed: int
) -> None:
    found = {text: obeyed(app, in_a_room(spoken(text), 20, seed)) for text in SENTENCES}
    assert all(found[text] in ([meaning], []) for text, meaning in SENTENCES.items()), found
    assert sum(map(bool, found.values())) >= len(SENTENCES) - 2, found


def clipped(sound: Samples) -> Samples:
    return np.clip(sound * 12, -1, 1)


def very_quiet(sound: Samples) -> Samples:
    return at_level(sound, -55)


def with_gaps(sound: Samples) -> Samples:
    """Every tenth 20 ms block is lost, as on a bad wireless link."""
    holes = sound.copy()
    for start in range(0, len(holes), 3200):
        holes[start : start + 320] = 0
    return holes


def at_8_khz(sound: Samples) -> Samples:
    """As from a Bluetooth headset in a call: nothing above 4 kHz, where all of an "s" is. The model
    knows no such sound and understands half of this."""
    return np.asarray(
        soxr.resample(soxr.resample(sound, HEARING_RATE, 8000), 8000, HEARING_RATE),
        dtype=np.float32,
    )


DAMAGE = [clipped, very_quiet, with_gaps, at_8_khz]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_damaged_sound_is_hardly_ever_taken_for_another_command(
    app: App, spoken: Say, damage: Callable[[Samples], Samples]
) -> None:
    mistaken: dict[str, list[Meaning]] = {}
    for text, (intent, slots) in SENTENCES.items():
        begun: list[Meaning] = [(intent, {})]  # "start": the coach asks which routine
        found = obeyed(app, damage(spoken(text)))
        if damage is at_8_khz and found and "seconds" in slots:  # it says the number that it heard
            found = [(found[0][0], slots)]
        if found not in ([(intent, slots)], begun, []):
            mistaken[text] = found
    assert len(mistaken) <= (1 if damage is at_8_khz else 0), mistaken


@pytest.mark.parametrize("damage", DAMAGE[:3], ids=lambda damage: damage.__name__)
def test_most_of_it_is_understood_all_the_same(
    app: App, spoken_at: SayAt, damage: Callable[[Samples], Samples]
) -> None:
    """At three rates of speech: a single sentence of a single voice is chance."""
    found = sum(
        obeyed(app, damage(spoken_at(rate, text))) == [meaning]
        for rate in RATES
        for text, meaning in SENTENCES.items()
    )
    assert found >= 0.7 * len(RATES) * len(SENTENCES)


def test_a_constant_offset_of_the_sound_card_changes_little(app: App, spoken: Say) -> None:
    found = 0
    for text, meaning in SENTENCES.items():
        meanings = understood(app, spoken(text), offset=0.2)
        accepted = [(one.intent, dict(one.slots)) for one in meanings if one.accepted]
        assert accepted in ([meaning], []), text
        found += accepted == [meaning]
    assert found >= len(SENTENCES) - 1


@pytest.mark.parametrize("text", SENTENCES)
def test_half_a_word_at_the_start_brings_no_other_command(app: App, spoken: Say, text: str) -> None:
    assert obeyed(app, spoken(text)[round(0.12 * HEARING_RATE) :]) in ([], [SENTENCES[text]])


def test_a_stutter_is_no_other_command(app: App, spoken: Say) -> None:
    sound = spoken("pause")
    start = int(np.argmax(np.abs(sound) > 0.05 * np.abs(sound).max()))
    stutter = sound[start : start + 1600]
    gap = silence(0.08)
    assert obeyed(app, np.concatenate([stutter, gap, stutter, gap, sound])) in ([("Pause", {})], [])


def test_two_people_at_once_seldom_bring_what_neither_said(app: App, spoken_at: SayAt) -> None:
    neither = []
    for rate, (first, second) in itertools.product(RATES, itertools.pairwise(SENTENCES)):
        one, other = spoken_at(rate, first), spoken_at(rate, second)
        both = np.zeros(max(len(one), len(other)), dtype=np.float32)
        both[: len(one)] += one
        both[: len(other)] += other
        neither += [
            one for one in obeyed(app, both) if one not in (SENTENCES[first], SENTENCES[second])
        ]
    assert len(neither) <= 0.25 * len(RATES) * (len(SENTENCES) - 1), neither


def test_noise_and_tones_are_not_obeyed(app: App) -> None:
    rng = np.random.default_rng(3)
    time = np.arange(20 * HEARING_RATE) / HEARING_RATE
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6)) / 6
    hiss = rng.standard_normal(len(time)) * 0.1
    knocks = np.where(rng.random(len(time)) > 0.9998, 0.9, 0.0)
    for sound in (
        chord * (1 + np.sin(2 * np.pi * 2 * time)) / 2,
        hiss,
        knocks,
        pink_noise(len(time), rng) * 0.1,
    ):
        assert obeyed(app, sound.astype(np.float32)) == []
