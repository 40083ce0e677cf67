"""Check intents against the model, and prompts against intents and wording rules."""

from __future__ import annotations

from collections.abc import Callable

from voicecoach.app.components import App
from voicecoach.content.wording import filled_in, lint_wording, load_wording, written
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.session_state import GATE_STATES
from voicecoach.nlu.lint import lint, lint_prompts


def check_content(app: App) -> list[str]:
    """Return the faults of intents, prompts and wording, a sentence each."""
    texts = [*written(app.library, app.lines), *filled_in(app.prompts(), app.lines)]
    knows, unchecked = _known_words(app)
    return [
        *lint(app.intents, knows, states=GATE_STATES),
        *lint_prompts(dict.fromkeys([*app.lines.texts.items(), *app.prompts()]), app.matcher),
        *lint_wording(texts, load_wording(app.language.code)),
        *unchecked,
    ]


def _known_words(app: App) -> tuple[Callable[[str], bool] | None, list[str]]:
    """Return the words that the recogniser knows.

    Without its model, return the reason why they are unknown.
    """
    try:
        return app.model.knows, []
    except VoicecoachError as error:
        return None, [f"whether the recogniser knows every word was not checked: {error}"]
