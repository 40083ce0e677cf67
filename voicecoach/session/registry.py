"""Which function obeys which command."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.session import (
    attention,
    control,
    explanations,
    handlers,
    kept,
    pain,
    person,
    planning,
    progress,
    reminding,
    saving,
    style,
    ways,
)
from voicecoach.session.handlers import Handler

HANDLERS: Mapping[str, Handler] = {
    **handlers.HANDLERS,
    **attention.HANDLERS,
    **explanations.HANDLERS,
    **control.HANDLERS,
    **pain.HANDLERS,
    **style.HANDLERS,
    **ways.HANDLERS,
    **planning.HANDLERS,
    **person.HANDLERS,
    **saving.HANDLERS,
    **kept.HANDLERS,
    **progress.HANDLERS,
    **reminding.HANDLERS,
}
"""Intent -> what it does."""
