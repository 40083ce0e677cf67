"""Which function obeys which command."""

from __future__ import annotations

from collections.abc import Mapping

from voicecoach.session.features import (
    age,
    coaching_style,
    difficulty,
    explanations,
    listening_mode,
    navigation,
    pain,
    planning,
    progress,
    reminders,
    resume,
    save_routine,
    step_control,
)
from voicecoach.session.features.navigation import Handler

HANDLERS: Mapping[str, Handler] = {
    **navigation.HANDLERS,
    **listening_mode.HANDLERS,
    **explanations.HANDLERS,
    **step_control.HANDLERS,
    **pain.HANDLERS,
    **coaching_style.HANDLERS,
    **difficulty.HANDLERS,
    **planning.HANDLERS,
    **age.HANDLERS,
    **save_routine.HANDLERS,
    **resume.HANDLERS,
    **progress.HANDLERS,
    **reminders.HANDLERS,
}
"""Intent -> what it does."""
