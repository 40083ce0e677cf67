"""Log what has been said and when, to tell the coach's own voice from the user's.

Times are frames of the mix.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class _Text:
    """Hold a text that sounded from frame `begin` to `end`.

    Uncut it would have sounded until `whole`. Of a sentence that was resumed, only the part after
    frame `since` sounded.
    """

    text: str
    begin: int
    end: int
    whole: int
    since: int

    def between(self, first: float, last: float) -> list[str]:
        """Return the words that sounded between two frames.

        Each letter takes an equal share of the time.
        """
        found, at = [], float(self.begin)
        letter = (self.whole - self.begin) / max(1, len(self.text))
        for word in self.text.split():
            until = at + (len(word) + 1) * letter
            if max(at, first, self.since) < min(until, last, self.end):
                found.append(word)
            at = until
        return found


class SpokenLog:
    """Keep the texts that sounded, in the order in which they began."""

    def __init__(self) -> None:
        self._texts: deque[_Text] = deque()

    def add(self, text: str, since: int, end: int, *, begin: int | None = None) -> None:
        """Add a text that sounds from frame `since` to `end`.

        A resumed one would have begun at `begin`.
        """
        self._texts.append(_Text(text, since if begin is None else begin, end, end, since))

    def cut(self, since: int, end: int) -> None:
        """Let the text that sounds since frame `since` end at frame `end`."""
        found = self._since(since)
        if found:
            found.end = min(found.end, end)

    def begin(self, since: int) -> int:
        """Return the frame at which the text sounding since frame `since` began.

        For a resumed text this is where it would have begun.
        """
        found = self._since(since)
        return found.begin if found else since

    def words_between(self, first: float, last: float) -> str:
        """Return the words (joined) that sounded between two frames."""
        return " ".join(word for one in self._texts for word in one.between(first, last))

    def sounded_between(self, first: int, last: int) -> bool:
        """Return True if anything sounded between two frames."""
        return any(one.end > first and one.since <= last for one in self._texts)

    def forget_before(self, frame: int) -> None:
        """Forget the texts that had ended by `frame`."""
        while self._texts and self._texts[0].end < frame:
            self._texts.popleft()

    def _since(self, frame: int) -> _Text | None:
        return next((one for one in self._texts if one.since == frame), None)
