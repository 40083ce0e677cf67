"""Cache the matcher of a file of intents, as long as the file is unchanged.

Reading, checking and expanding the intents takes a second and a half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from voicecoach.content.language import content
from voicecoach.runtime.object_cache import cached_object, key_of
from voicecoach.runtime.paths import MATCHER_CACHE

if TYPE_CHECKING:  # the key is wanted before all that
    from voicecoach.nlu.matcher import Matcher

_LIBRARIES = ("hassil", "unicode-rbnf", "numpy")

Lists = Mapping[str, Sequence[tuple[str, str]]]


class CachedMatcher:
    """Load the matcher of the intents in the file at `path`.

    `key` identifies the state of the intents; it is None if the file cannot be read.
    """

    def __init__(self, path: Traversable, language: str, lists: Lists, more: Lists):
        self._path, self._lists, self._more = path, lists, more
        self.key: str | None = None
        with suppress(OSError):
            files = (content(language, "language.yaml"),)
            self.key = key_of(
                path.name, path.read_bytes(), lists, more, files=files, libraries=_LIBRARIES
            )

    def load(self) -> Matcher:
        """Return the matcher. Raises what `load_intents` raises."""
        from voicecoach.nlu.matcher import Matcher

        if self.key is None:
            return self._made()  # which says what is wrong
        folder = MATCHER_CACHE.path
        return cached_object(Matcher, self._made, self.key, folder)

    def _made(self) -> Matcher:
        from voicecoach.nlu.intents import load_intents
        from voicecoach.nlu.matcher import Matcher

        return Matcher(load_intents(self._path, self._lists, self._more))
