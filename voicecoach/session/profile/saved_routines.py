"""Define what comes of saving a routine of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from voicecoach.content.routine import Routine

SaveResult = Literal["kept", "taken", "failed"]
"""Result of saving a routine.

`kept`: the routine can be started from now on; `taken`: a file of the user has this name and was
not touched; `failed`: the file could not be written.
"""

SaveRoutine = Callable[[Routine], SaveResult]


def for_today(_routine: Routine) -> SaveResult:
    """Write nothing: the routine is known until the session ends."""
    return "kept"
