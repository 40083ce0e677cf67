"""Collect the handlers of all modules in `features`, by command."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from voicecoach.session import features
from voicecoach.session.context import Handler


def find_handlers() -> Mapping[str, Handler]:
    """Return intent -> handler, from the `HANDLERS` of every feature module.

    Raises:
        ValueError: Two features obey one intent.
    """
    found: dict[str, Handler] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(features.__path__)):
        handlers: Mapping[str, Handler] = getattr(
            import_module(f"{features.__name__}.{module}"), "HANDLERS", {}
        )
        if twice := found.keys() & handlers.keys():
            raise ValueError(
                f"{module}: {', '.join(sorted(twice))} is obeyed by another feature, too"
            )
        found |= handlers
    return found


HANDLERS = find_handlers()
"""Intent -> what it does."""
