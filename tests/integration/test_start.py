"""The coach listens soon after it was started: nothing is imported or made anew that is not needed
for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from voicecoach.app import cached_library as repertoires
from voicecoach.app import components as app_module
from voicecoach.app.components import App, Paths
from voicecoach.asr.model.locate import ModelError
from voicecoach.content.yaml_schema import ContentError
from voicecoach.runtime.lazy_modules import postponed

LEG_SWING = """
exercises:
  leg-swing:
    {name: leg swing, group: dynamic, position: standing, sides: none, setup: [Stand tall.], reminder: Stand tall.,
     dose: {kind: timed, seconds: 30}, cue: Swing your leg., feel: A loose hip., mistake: Keep your back straight.,
     easier: Swing less., harder: Swing more., caution: Hold on to a chair.}
routines:
  mine: {name: sunrise routine, about: Up., steps: [{exercise: leg-swing}]}
"""


def imported(code: str) -> set[str]:
    """The modules that are imported after `code` has run in a process of its own."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of routines, with caches that are empty."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    folder = tmp_path / "routines"
    folder.mkdir()
    monkeypatch.setattr(app_module, "routines_folder", lambda: folder)
    monkeypatch.setattr(app_module, "settings_file", lambda: tmp_path / "settings.yaml")
    return folder


# --- imports ------------------------------------------------------------------------------------


def test_the_recogniser_and_the_sound_card_do_not_wait_for_what_is_needed_later() -> None:
    found = imported("import voicecoach.cli.main, voicecoach.app.live, voicecoach.app.transcript")
    assert "voicecoach.asr.decoder.vosk_recognizer" in found
    later = {
        "vosk",
        "hassil",
        "statemachine",
        "voicecoach.engine.coach",
        "voicecoach.session.session",
    }
    never = {
        "requests",
        "tqdm",
        "voicecoach.asr.model.download",
        "voicecoach.simulation.runner",
        "voicecoach.simulation.scenario",
    }
    assert not found & (later | never)


def test_vosk_does_not_bring_what_it_fetches_models_with() -> None:
    found = imported("from voicecoach.asr.model.locate import load_vosk\nload_vosk().Model")
    assert "vosk" in found
    assert not found & {"requests", "urllib3", "srt"}


def test_what_was_postponed_is_there_when_it_is_used() -> None:
    found = imported(
        "from voicecoach.asr.model.locate import load_vosk\n"
        "vosk = load_vosk()\n"
        "import requests\n"
        "assert vosk.requests.get is requests.get\n"
        "assert vosk.srt.Subtitle"
    )
    assert {"requests", "srt"} <= found


def test_what_is_used_at_once_is_loaded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "needed_by_greedy.py").write_text("value = 5\n")
    (tmp_path / "greedy.py").write_text("import needed_by_greedy\nvalue = needed_by_greedy.value\n")
    with postponed("needed_by_greedy", "of_no_such_name"):
        import greedy  # type: ignore[import-not-found]
    assert greedy.value == 5
    with pytest.raises(ModuleNotFoundError):
        import of_no_such_name  # type: ignore[import-not-found]  # noqa: F401


# --- what is kept -------------------------------------------------------------------------------


def test_content_that_has_not_changed_is_not_read_again(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine / "mine.yaml").write_text(LEG_SWING, encoding="utf-8")
    first = App()
    prompts = first.prompts()
    monkeypatch.setattr(repertoires, "load_library", lambda *_: pytest.fail("read again"))
    kept = App()
    assert kept.prompts() == prompts
    assert kept.library.exercises == first.library.exercises
    assert kept.library.routines == first.library.routines
    assert kept.lines("hour.other", n=3) == first.lines("hour.other", n=3)
    assert ("exercise.leg-swing", "Swing your leg.") in prompts


def test_a_changed_routine_counts_at_once_and_a_mistake_in_it_is_told_each_time(mine: Path) -> None:
    assert "mine" not in App().library.routines
    file = mine / "mine.yaml"
    file.write_text(LEG_SWING, encoding="utf-8")
    assert App().matcher.understand("start sunrise routine").accepted
    file.write_text(LEG_SWING.replace("sunrise", "sunset"), encoding="utf-8")
    assert App().matcher.understand("start sunset routine").accepted
    assert not App().matcher.understand("start sunrise routine").accepted
    file.write_text(LEG_SWING.replace("seconds: 30", "seconds: thirty"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ContentError, match=r"mine\.yaml, line 5"):
            App().check()


def test_a_matcher_that_was_kept_understands_the_same(mine: Path) -> None:
    fresh, kept = App().matcher, App().matcher
    texts = (
        "start leg routine",
        "hold for forty five seconds",
        "how lung is left",
        "the weather",
        "pleas stop it",
    )
    for text in texts:
        assert fresh.understand(text) == kept.understand(text)


@pytest.mark.model
def test_the_graph_is_known_by_name_without_loading_the_intents(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = App()
    assert first.graph == first.model.graph_name(first.grammar, first.costs)
    monkeypatch.setattr(App, "grammar", property(lambda _: pytest.fail("made anew")))
    monkeypatch.setattr(App, "matcher", property(lambda _: pytest.fail("loaded")))
    assert App().graph == first.graph
    (mine / "mine.yaml").write_text(LEG_SWING, encoding="utf-8")
    with pytest.raises(pytest.fail.Exception):
        App().graph  # noqa: B018


@pytest.mark.model
def test_a_graph_that_was_thrown_away_is_made_again(mine: Path) -> None:
    app = App()
    assert app.model.known_recognizer(app.graph) is None
    assert app.utterance_detector()
    assert app.model.known_recognizer(app.graph)


@pytest.mark.model
def test_what_is_wrong_is_told_before_the_sound_card_is_opened(mine: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be used"):
        App(Paths(model=tmp_path / "nowhere")).graph  # noqa: B018
    with pytest.raises(ContentError, match="there is no such file"):
        App(Paths(intents=tmp_path / "nowhere.yaml")).graph  # noqa: B018
    (mine / "mine.yaml").write_text("routines: {mine: {}}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"mine\.yaml"):
        App().graph  # noqa: B018
