"""The intents of a file, as they were compiled at another start where nothing has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

import platformdirs

from voicecoach.compiled import compiled, key_of
from voicecoach.language import content
from voicecoach.nlu.intents import IntentSet, load_intents

_PACKAGE = resources.files("voicecoach")
_CODE = tuple(_PACKAGE / name for name in ("nlu", "events.py", "language.py", "yamlfile.py"))

Lists = Mapping[str, Sequence[tuple[str, str]]]


def kept_intents(path: Traversable, language: str, lists: Lists, more: Lists) -> IntentSet:
    """What `load_intents` makes of the file at `path`, with all that it raises."""
    try:
        text = path.read_bytes()
    except OSError:
        return load_intents(path, lists, more)  # which says what is wrong
    code = (*_CODE, content(language, "language.yaml"))
    key = key_of(path.name, text, lists, more, code=code, libraries=("hassil", "unicode-rbnf"))
    folder = platformdirs.user_cache_path("voicecoach") / "intents"
    return compiled(IntentSet, lambda: load_intents(path, lists, more), key, folder)
