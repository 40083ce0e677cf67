"""The coach's own voice is taken out of the microphone, and the user's is left in."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest

from tests.support.echo_scenes import QUIET, at_the_microphone, blocks
from voicecoach.asr.detection.near_end import STANDS_OUT_DB
from voicecoach.audio.echo.control import NOTHING_LEFT, EchoCanceller, EchoParams
from voicecoach.audio.echo.delay_estimator import DelayEstimator
from voicecoach.audio.echo.divergence import DivergenceMonitor
from voicecoach.audio.echo.kalman_filter import BLOCK, KalmanFilters
from voicecoach.audio.echo.linear_canceller import LinearCanceller
from voicecoach.audio.echo.reference_buffer import ReferenceBuffer
from voicecoach.audio.echo.residual_echo import MIN_SHARE_DB, ResidualEchoEstimator, level
from voicecoach.audio.echo.spectra import power_of
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.simulation.room import RoomSettings
from voicecoach.tts.synthesizer import Synthesizer

PARAMS = EchoParams()


def cleaned(speech: Samples, microphone: Samples) -> Samples:
    canceller = LinearCanceller()
    pairs = zip(blocks(microphone), blocks(speech), strict=True)
    return np.concatenate([canceller.process(near, far) for near, far in pairs])


def taken_out(microphone: Samples, clean: Samples, since: float, until: float) -> float:
    """By how many dB the echo is lower between two moments."""
    part = slice(round(since * HEARING_RATE), round(until * HEARING_RATE))
    return level(microphone[part]) - level(clean[part])


# --- the reference ------------------------------------------------------------------------------


def test_the_reference_is_read_between_samples_and_at_another_pace() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(HEARING_RATE) / HEARING_RATE).astype(np.float32)
    reference = ReferenceBuffer()
    reference.feed(tone)
    read = reference.read(4000.4, 800, pace=1.0002)
    places = 4000.4 + 1.0002 * np.arange(800)
    np.testing.assert_allclose(read, np.sin(2 * np.pi * 1000 * places / HEARING_RATE), atol=0.005)


def test_what_was_not_played_is_silence() -> None:
    reference = ReferenceBuffer()
    reference.feed(np.ones(BLOCK, dtype=np.float32))
    assert not reference.read(-400, 300).any()
    assert not reference.read(BLOCK + 20, BLOCK).any()


# --- lag and drift ------------------------------------------------------------------------------


@pytest.mark.parametrize("drift", [0.0, 150.0, -60.0])
def test_delay_and_drift_of_the_clocks_are_found(speech: Samples, drift: float) -> None:
    microphone = at_the_microphone(speech, RoomSettings(echo_db=0.0, delay=0.2, drift=drift))
    alignment = DelayEstimator()
    for near, far in zip(blocks(microphone), blocks(speech), strict=True):
        alignment.feed(near, far)
    assert alignment.drift * 1e6 == pytest.approx(-drift, abs=6)
    assert alignment.lag is not None
    passed = len(microphone) / HEARING_RATE
    assert alignment.lag / HEARING_RATE == pytest.approx(0.2 - drift * 1e-6 * passed, abs=0.02)


def test_pauses_do_not_disturb_the_drift(speech: Samples) -> None:
    pause, at = (
        np.zeros(round(1.3 * HEARING_RATE), dtype=np.float32),
        [round(4.3 * n * HEARING_RATE) for n in range(1, 6)],
    )
    halting = np.concatenate([np.concatenate([part, pause]) for part in np.split(speech, at)])
    microphone = at_the_microphone(halting, RoomSettings(echo_db=0.0, drift=150.0))
    alignment, found = DelayEstimator(), []
    for near, far in zip(blocks(microphone), blocks(halting), strict=True):
        alignment.feed(near, far)
        found.append(alignment.drift * 1e6)
    known = [drift for drift in found if drift]
    assert known
    assert known == pytest.approx([-150.0] * len(known), abs=6)


def test_without_an_echo_nothing_is_found(speech: Samples) -> None:
    hiss = np.random.default_rng(0).standard_normal(len(speech)).astype(np.float32) * 0.01
    alignment = DelayEstimator()
    for near, far in zip(blocks(hiss), blocks(speech), strict=True):
        alignment.feed(near, far)
    assert (alignment.lag, alignment.drift) == (None, 0.0)


@pytest.mark.parametrize("at", [0.0, 3.1, 7.7])
def test_what_begins_from_nothing_is_no_echo(
    speech: Samples, coach_voice: Synthesizer, at: float
) -> None:
    """Somebody with headphones, at a microphone with a noise gate: each of their words begins from
    digital silence, as each of the coach's does."""
    words = [
        coach_voice.clip(text).samples[::3]
        for text in ("start leg routine", "next", "how long do i hold")
    ]
    pause = np.zeros(round(0.9 * HEARING_RATE), dtype=np.float32)
    said = np.concatenate([part for word in words * 8 for part in (word, pause)])
    gated = np.roll(said[: len(speech)], round(at * HEARING_RATE))
    alignment = DelayEstimator()
    for near, far in zip(blocks(gated), blocks(speech), strict=False):
        alignment.feed(near, far)
    assert alignment.lag is None


# --- prediction ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "least"),
    [
        (QUIET, 25),
        (RoomSettings(echo_db=0.0, noise_db=-40.0, delay=0.3, rt60=0.8), 15),
        (RoomSettings(echo_db=0.0, noise_db=-40.0, drift=200.0), 20),
        (RoomSettings(echo_db=0.0, noise_db=-40.0, drive=3.0), 18),
    ],
    ids=["plain", "late and reverberant", "drifting", "distorted"],
)
def test_the_echo_is_taken_out(speech: Samples, settings: RoomSettings, least: float) -> None:
    microphone = at_the_microphone(speech, settings)
    assert taken_out(microphone, cleaned(speech, microphone), 15, 29) > least


def test_a_changed_path_is_learnt_anew(speech: Samples) -> None:
    settings = RoomSettings(echo_db=0.0, noise_db=-40.0, moves_at=12.0)
    microphone = at_the_microphone(speech, settings)
    clean = cleaned(speech, microphone)
    assert taken_out(microphone, clean, 12.0, 12.3) < 6, "the path did change"
    assert taken_out(microphone, clean, 17, 29) > 15


def test_a_delay_that_jumps_is_followed(speech: Samples) -> None:
    microphone = at_the_microphone(speech, QUIET)
    lost = np.concatenate(
        [microphone[: 12 * HEARING_RATE], microphone[round(12.05 * HEARING_RATE) :]]
    )
    clean = cleaned(speech[: len(lost)], lost)
    assert taken_out(lost, clean, 17, 29) > 15


def test_the_user_is_left_as_they_are(speech: Samples, coach_voice: Synthesizer) -> None:
    voice = coach_voice.clip("skip this one").samples[::3]
    at = 20 * HEARING_RATE
    echo = at_the_microphone(speech, QUIET)
    both = echo.copy()
    both[at : at + len(voice)] += voice * 10 ** (-6 / 20)
    spoken = slice(at, at + len(voice))
    clean = cleaned(speech, both)
    error = clean[spoken] - voice * 10 ** (-6 / 20)
    assert level(clean[spoken]) - level(error) > 12


# --- what is left, and what is missing ----------------------------------------------------------


def left_of(residual: ResidualEchoEstimator, part: float) -> float:
    """What may be left (dB) of an echo of -20 dB, after so large a part of it was left for two
    seconds."""
    rng = np.random.default_rng(0)
    echoes = rng.standard_normal((100, BLOCK)).astype(np.float32) * 0.1
    return [residual.feed(echo * np.float32(part), echo) for echo in echoes][-1]


def test_what_may_be_left_follows_what_was_left() -> None:
    residual = ResidualEchoEstimator()
    assert left_of(residual, 0.1) == pytest.approx(-40, abs=1)
    silence = np.zeros(BLOCK, dtype=np.float32)
    fading = [residual.feed(silence, silence) for _ in range(100)]
    assert fading[0] > -45, "reverberation comes later than was predicted"
    assert fading[-1] < -90


def test_of_an_echo_that_is_predicted_perfectly_a_little_may_be_left() -> None:
    """Of the next sound, which is a new one, more is left."""
    residual = ResidualEchoEstimator()
    assert left_of(residual, 0.001) == pytest.approx(-20 + MIN_SHARE_DB, abs=1)
    assert residual.share == pytest.approx(-60, abs=1)


def test_in_a_pause_filters_come_to_doubt_as_if_they_heard_it() -> None:
    """They are not computed while nothing is played, and may have to learn anew after it: somebody
    may have moved."""
    rng = np.random.default_rng(0)
    far = np.fft.rfft(rng.standard_normal((4, 2 * BLOCK)).astype(np.float32))
    rested, listened = (KalmanFilters(4, (0.9995, 0.98)) for _ in range(2))
    for filters in (rested, listened):
        for _ in range(10):
            filters.process(np.fft.irfft(far[0])[BLOCK:].astype(np.float32), far, power_of(far))
    before = rested.error_variance.copy()
    rested.rest(100)
    for _ in range(100):
        listened.process(
            np.zeros(BLOCK, np.float32), np.zeros_like(far), power_of(np.zeros_like(far))
        )
    np.testing.assert_allclose(rested.error_variance, listened.error_variance, rtol=0.01, atol=1e-7)
    assert not np.allclose(rested.error_variance, before, rtol=0.1)


def test_until_the_delay_is_known_nothing_is_expected_to_be_left(speech: Samples) -> None:
    canceller = EchoCanceller()
    microphone = at_the_microphone(speech, QUIET)
    left = []
    for near, far in zip(blocks(microphone), blocks(speech), strict=True):
        canceller.process(near, far, speaking=True)
        left.append(canceller.residual)
    assert left[10] == NOTHING_LEFT
    assert np.isfinite(left[150])


def test_after_a_changed_path_little_of_the_echo_passes_for_somebody_elses_voice(
    speech: Samples,
) -> None:
    settings = RoomSettings(echo_db=0.0, noise_db=-40.0, moves_at=12.0)
    canceller, stands_out = EchoCanceller(), []
    for near, far in zip(blocks(at_the_microphone(speech, settings)), blocks(speech), strict=True):
        clean = canceller.process(near, far, speaking=True)
        stands_out.append(
            bool(clean.any()) and level(clean) > max(canceller.residual + STANDS_OUT_DB, -60)
        )
    since, until = (round(at / BLOCK_SECONDS) for at in (12.5, 16.0))
    assert np.mean(stands_out[since:until]) < 0.25


def test_speech_is_surely_not_the_coachs_once_enough_of_its_echo_is_predicted(
    speech: Samples,
) -> None:
    canceller = EchoCanceller()
    settled, learning = [], []
    for near, far in zip(blocks(at_the_microphone(speech, QUIET)), blocks(speech), strict=True):
        canceller.process(near, far, speaking=True)
        settled.append(canceller.settled)
        learning.append(canceller.learning)
    assert not any(settled[:40])
    assert all(settled[250:])
    assert all(learning[:40])
    assert not any(learning[250:])


def test_with_headphones_the_user_is_heard_as_they_are(speech: Samples) -> None:
    canceller = EchoCanceller()
    hiss = np.random.default_rng(0).standard_normal(len(speech)).astype(np.float32) * 0.01
    pairs = zip(blocks(hiss), blocks(speech), strict=True)
    clean = np.concatenate([canceller.process(near, far, speaking=True) for near, far in pairs])
    since = round(5 * HEARING_RATE)
    np.testing.assert_array_equal(clean[since:], hiss[since : len(clean)])


def test_a_coach_that_is_heard_again_without_headphones_is_taken_out(speech: Samples) -> None:
    echo = at_the_microphone(speech, QUIET)
    microphone = np.concatenate(
        [np.zeros(10 * HEARING_RATE, dtype=np.float32), echo[10 * HEARING_RATE :]]
    )
    canceller = EchoCanceller()
    pairs = zip(blocks(microphone), blocks(speech), strict=True)
    clean = np.concatenate([canceller.process(near, far, speaking=True) for near, far in pairs])
    assert taken_out(microphone, clean, 14, 29) > 15


def test_without_its_reference_the_canceller_is_deaf_while_the_coach_speaks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    canceller = EchoCanceller()
    near, far = np.full(BLOCK, 0.1, dtype=np.float32), np.zeros(BLOCK, dtype=np.float32)
    with caplog.at_level(logging.WARNING):
        out = [
            canceller.process(near, far, speaking=True)
            for _ in range(round(2 * PARAMS.reference_lost_s / BLOCK_SECONDS))
        ]
    assert not np.concatenate(out[round(PARAMS.reference_lost_s / BLOCK_SECONDS) + 1 :]).any()
    assert [record.message for record in caplog.records] == [
        "what the coach says does not reach the echo canceller: deaf while it speaks"
    ]
    assert canceller.process(near, far, speaking=False).any()


# --- a reference that is no good ----------------------------------------------------------------


def heard(speech: Samples, microphone: Samples) -> Samples:
    """What the canceller passes on while the coach never stops speaking."""
    canceller = EchoCanceller()
    pairs = zip(blocks(microphone), blocks(speech), strict=False)
    return np.concatenate([canceller.process(near, far, speaking=True) for near, far in pairs])


def seconds(samples: Samples, since: float, until: float) -> Samples:
    return samples[round(since * HEARING_RATE) : round(until * HEARING_RATE)]


def jumping(speech: Samples, at: float, settings: RoomSettings = QUIET) -> Samples:
    """The microphone of a room in which the coach is heard 0.7 s later from a moment on."""
    before, after = (
        at_the_microphone(speech, replace(settings, delay=settings.delay + later))
        for later in (0.0, 0.7)
    )
    return np.concatenate([seconds(before, 0, at), seconds(after, at, 30)])


MUSIC = sum(
    np.sin(2 * np.pi * pitch * np.arange(30 * HEARING_RATE) / HEARING_RATE)
    for pitch in (220, 277, 330, 554)
)


@pytest.mark.parametrize("delay", [0.6, 1.0, 1.8])
def test_a_late_echo_is_found_and_meanwhile_nothing_is_heard(speech: Samples, delay: float) -> None:
    speech = seconds(speech, 0, 12)
    microphone = at_the_microphone(speech, replace(QUIET, delay=delay))
    clean = heard(speech, microphone)
    silent = [not block.any() for block in blocks(clean)]
    found = silent.index(True)
    known = silent.index(False, found)
    assert found * BLOCK_SECONDS < delay + 1.1, "the delay is found soon"
    assert known * BLOCK_SECONDS < 6
    assert (sum(silent) - (known - found)) * BLOCK_SECONDS < 0.2, "and hardly ever again"
    assert taken_out(microphone, clean, 10, 12) > 15


def test_a_delay_that_jumps_far_is_found_again_and_meanwhile_nothing_is_heard(
    speech: Samples, caplog: pytest.LogCaptureFixture
) -> None:
    speech = seconds(speech, 0, 18)
    microphone = jumping(speech, 8)
    with caplog.at_level(logging.WARNING):
        clean = heard(speech, microphone)
    assert not seconds(clean, 8.6, 10).any()
    assert taken_out(microphone, clean, 16, 18) > 10
    assert (
        "the coach's voice is not heard as it was expected: deaf while it speaks" in caplog.messages
    )


def test_who_speaks_after_the_coach_is_heard_though_its_delay_has_jumped(speech: Samples) -> None:
    canceller = EchoCanceller()
    speech = seconds(speech, 0, 9)
    for near, far in zip(blocks(jumping(speech, 8)), blocks(speech), strict=True):
        clean = canceller.process(near, far, speaking=True)
    assert not clean.any()
    assert canceller.delays == (0.0, PARAMS.delay.longest_delay_s), (
        "nobody knows for how long it is still heard"
    )
    voice, silence = np.full(BLOCK, 0.1, dtype=np.float32), np.zeros(BLOCK, dtype=np.float32)
    assert canceller.process(voice, silence, speaking=False).any()


@pytest.mark.parametrize("limit", [1.0, 2.0], ids=["hard", "soft"])
@pytest.mark.parametrize("delay", [0.08, 1.0])
def test_a_clipped_microphone_is_not_heard_as_it_is(
    speech: Samples, limit: float, delay: float
) -> None:
    speech = seconds(speech, 0, 12)
    microphone = at_the_microphone(speech, replace(QUIET, delay=delay))
    limit *= float(np.sqrt(np.mean(np.square(microphone))))
    microphone = np.clip(microphone, -limit, limit)
    clean = heard(speech, microphone)
    assert taken_out(microphone, clean, delay + 0.8, 12) > 6


@pytest.mark.parametrize("delay", [0.08, 1.0])
def test_a_clipped_reference_does_not_let_the_echo_pass_as_it_is(
    speech: Samples, delay: float
) -> None:
    speech = seconds(speech, 0, 12)
    microphone = at_the_microphone(speech, replace(QUIET, delay=delay))
    limit = 2 * float(np.sqrt(np.mean(np.square(speech))))
    clean = heard(np.clip(speech, -limit, limit), microphone)
    assert taken_out(microphone, clean, delay + 0.8, 12) > 6


@pytest.mark.parametrize("echo_db", [0.0, -16.0], ids=["loud", "quiet"])
@pytest.mark.parametrize("since", [0.0, 9.0], ids=["from the start", "later"])
def test_music_does_not_make_it_deaf(
    speech: Samples, coach_voice: Synthesizer, echo_db: float, since: float
) -> None:
    speech, at = seconds(speech, 0, 12), 10.0
    music = (
        np.asarray(MUSIC)[: len(speech)] * (np.arange(len(speech)) >= since * HEARING_RATE) * 0.05
    )
    voice = coach_voice.clip("skip this one").samples[::3] * np.float32(0.5)
    microphone = at_the_microphone(speech, RoomSettings(echo_db=echo_db)) + music.astype(np.float32)
    spoken = slice(round(at * HEARING_RATE), round(at * HEARING_RATE) + len(voice))
    microphone[spoken] += voice
    clean = heard(speech, microphone)
    assert all(block.any() for block in blocks(clean)), "never deaf"
    assert np.corrcoef(clean[spoken], microphone[spoken])[0, 1] > 0.9


def test_before_anything_was_played_no_echo_is_awaited(speech: Samples) -> None:
    canceller = EchoCanceller()
    assert canceller.delays == (0.0, 0.0)
    canceller.process(
        np.zeros(BLOCK, dtype=np.float32), np.full(BLOCK, 0.1, dtype=np.float32), speaking=True
    )
    assert canceller.delays == (0.0, PARAMS.delay.longest_delay_s)
    for near, far in zip(
        blocks(at_the_microphone(speech, QUIET))[:200], blocks(speech), strict=False
    ):
        canceller.process(near, far, speaking=True)
    assert canceller.delays == pytest.approx((0.08, 0.08), abs=0.01)


def test_what_rings_on_after_a_word_does_not_shake_the_trust_in_the_prediction() -> None:
    """At a microphone that is silenced between words there is nothing that could be taken out."""
    rng, monitor = np.random.default_rng(0), DivergenceMonitor()
    for _ in range(300):
        echo = rng.standard_normal(BLOCK).astype(np.float32) * 0.1
        monitor.feed(echo, echo * np.float32(0.05))
    for _ in range(15):
        monitor.feed(np.zeros(BLOCK, np.float32), echo * np.float32(0.03))
    assert monitor.converged
    assert not monitor.diverged
    for _ in range(30):
        monitor.feed(np.zeros(BLOCK, np.float32), echo)
    assert monitor.diverged, "what is predicted as loudly as ever and is not there"
