"""voicecoach: an offline, hands-free voice coach for leg routines.

The names below are what other programs may use; everything else may change from one release to the
next. They are loaded when they are first asked for, so that `import voicecoach` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voicecoach.core.actions import Action
    from voicecoach.core.errors import VoicecoachError
    from voicecoach.core.script import Cue, Script
    from voicecoach.core.speech import Hypothesis
    from voicecoach.core.understanding import Command, RejectReason, Understanding, Verdict
    from voicecoach.engine.coach import Coach
    from voicecoach.nlu.understanding import Understander
    from voicecoach.session.session import Session

__version__ = "0.1.0"

__all__ = [
    "Action",
    "Coach",
    "Command",
    "Cue",
    "Hypothesis",
    "RejectReason",
    "Script",
    "Session",
    "Understander",
    "Understanding",
    "Verdict",
    "VoicecoachError",
    "__version__",
]

_MODULES = {
    "Action": "core.actions",
    "Coach": "engine.coach",
    "Command": "core.understanding",
    "Cue": "core.script",
    "Hypothesis": "core.speech",
    "RejectReason": "core.understanding",
    "Script": "core.script",
    "Session": "session.session",
    "Understander": "nlu.understanding",
    "Understanding": "core.understanding",
    "Verdict": "core.understanding",
    "VoicecoachError": "core.errors",
}
"""Public name -> the module that has it."""


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
