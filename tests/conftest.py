"""What several tests share: an app with the real model, and synthetic voices with a cache for the
session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pytest

from tests.support.echo_scenes import TEXTS
from voicecoach.app.components import App
from voicecoach.app.settings import Settings
from voicecoach.asr.decoder.vosk_recognizer import SpeechModel
from voicecoach.asr.model.locate import ModelError, find_model
from voicecoach.core.audio import HEARING_RATE, Clip, Samples
from voicecoach.runtime.paths import journal_file
from voicecoach.tts.cache import ClipCache
from voicecoach.tts.synthesizer import SpeechError, Synthesizer, Voice, list_voices

LEVEL = 10 ** (-26 / 20)
"""RMS of the user's voice in the tests."""


@cache
def _why_no_model() -> str:
    """Why the recogniser's model cannot be used; empty when it can."""
    try:
        find_model()
    except ModelError as error:
        return f"needs the speech model: {error}"
    return ""


@pytest.fixture(scope="session", autouse=True)
def _own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is remembered where the user's own memory is, by no process of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def _no_session_before() -> None:
    """No test goes on with the session of another."""
    for file in journal_file().parent.glob("journal.db*"):
        file.unlink()


@pytest.fixture(autouse=True)
def _nothing_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "voicecoach.app.components.memory_file", lambda: tmp_path / "exercises.json"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file share what its fixtures prepared, and run in one process; long scenarios are
    shared out."""
    for item in items:
        if item.path.stem != "test_end_to_end":
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the model where it has not been fetched."""
    if item.get_closest_marker("model") and (reason := _why_no_model()):
        pytest.skip(reason)


@pytest.fixture(scope="session")
def speech_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the session's recordings: nothing is left in, or taken from, the user's
    cache."""
    return tmp_path_factory.mktemp("speech")


class SessionApp(App):
    """The app as it comes (built-in content, real model), with caches of its own and without the
    user's routines."""

    def __init__(self, graphs: Path, speech: Path) -> None:
        super().__init__()
        self.folders = ()
        self._graphs, self._speech = graphs, speech

    @cached_property
    def settings(self) -> Settings:
        return Settings()

    @cached_property
    def model(self) -> SpeechModel:
        return SpeechModel(find_model(), self._graphs)

    @contextmanager
    def synthesizer(self, rate: int, voice: Voice | None = None) -> Iterator[Synthesizer]:
        with Synthesizer(voice or self.coach_voice, rate, ClipCache(self._speech)) as synthesizer:
            yield synthesizer


@pytest.fixture(scope="session")
def engine() -> None:
    """Skips a test where this machine has no speech engine."""
    try:
        list_voices(60.0)  # machines that run tests can be very busy
    except SpeechError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def app(speech_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app that speaks, and hears where a test is marked `model`."""
    return SessionApp(tmp_path_factory.mktemp("graphs"), speech_cache)


@pytest.fixture(scope="session")
def coach_voice(speech_cache: Path) -> Iterator[Synthesizer]:
    """The coach's voice at a sound card's rate."""
    with Synthesizer(Voice(), 48_000, ClipCache(speech_cache)) as synthesizer:
        yield synthesizer


@pytest.fixture(scope="session")
def user_voice(speech_cache: Path) -> Iterator[Callable[[str], Clip]]:
    """A user's voice at the hearing rate."""
    with Synthesizer(
        Voice(name="en-us+Annie", rate=150), HEARING_RATE, ClipCache(speech_cache)
    ) as synthesizer:
        yield synthesizer.clip


@pytest.fixture(scope="session")
def spoken(user_voice: Callable[[str], Clip]) -> Callable[[str], Samples]:
    """A text as a user says it: without silence around it, at LEVEL."""
    return lambda text: _bare(user_voice(text).samples)


@pytest.fixture(scope="session")
def spoken_at(speech_cache: Path) -> Callable[[int, str], Samples]:
    """The same at so many words a minute."""

    def say(rate: int, text: str) -> Samples:
        voice = Voice(name="en-us+Annie", rate=rate)
        with Synthesizer(voice, HEARING_RATE, ClipCache(speech_cache)) as synthesizer:
            return _bare(synthesizer.clip(text).samples)

    return say


def _bare(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 50)
    samples = samples[loud[0] : loud[-1] + 1]
    levelled: Samples = (samples * (LEVEL / np.sqrt(np.mean(np.square(samples))))).astype(
        np.float32
    )
    return levelled


def silence(seconds: float, rate: int = HEARING_RATE) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * rate), dtype=np.float32)


@pytest.fixture(scope="module")
def speech(coach_voice: Synthesizer) -> Samples:
    """Half a minute of the coach, at the hearing rate."""
    clips = [coach_voice.clip(text) for text in TEXTS]
    assert {clip.rate for clip in clips} == {3 * HEARING_RATE}
    return np.concatenate([clip.samples[::3] for clip in clips + clips])[: 30 * HEARING_RATE]
