"""Checks of content as a whole: intents against the model, prompts against the intents and the rules of wording."""

from __future__ import annotations

from voicecoach.app import App
from voicecoach.nlu.lint import lint, lint_prompts
from voicecoach.session.wording import filled_in, lint_wording, load_wording, written

STATES = frozenset({"idle", "announcing", "positioning", "working", "resting", "paused", "asking"})
"""The session's states that an intents file may name."""


def check_content(app: App) -> list[str]:
    """What is wrong with intents, prompts and wording, a sentence each."""
    return [
        *lint(app.intents, app.model.knows, states=STATES),
        *lint_prompts(app.prompts(), app.matcher),
        *lint_wording([*written(app.library, app.lines), *filled_in(app.prompts(), app.lines)], load_wording()),
    ]
