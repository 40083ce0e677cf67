"""Checks of content as a whole: intents against the model, prompts against the intents."""

from __future__ import annotations

from voicecoach.app import App
from voicecoach.nlu.lint import lint, lint_prompts

STATES = frozenset({"idle", "announcing", "positioning", "working", "resting", "paused", "asking"})
"""The session's states that an intents file may name."""


def check_content(app: App) -> list[str]:
    """What is wrong with intents and prompts, a sentence each."""
    return [
        *lint(app.intents, app.model.knows, states=STATES),
        *lint_prompts(app.prompts(), app.matcher),
    ]
