"""Tell the progress in three sentences at most.

The sentences say what was done, how the legs felt, and what has become easier; never what is
missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voicecoach.content.library import Library
from voicecoach.core.actions import Reply
from voicecoach.core.past_sessions import Comparison, Progress
from voicecoach.core.script import Cue
from voicecoach.session.context import SessionContext
from voicecoach.session.script.writer import ScriptWriter

A_STREAK = 2
"""Days in a row from which on they are worth a word."""


class ProgressWords:
    """Put progress into the words of `writer`; exercises are those of `library`."""

    def __init__(self, writer: ScriptWriter, library: Library):
        self._writer = writer
        self._library = library

    def told(self, progress: Progress) -> tuple[Cue, ...]:
        """Return the sentences that tell `progress`."""
        return (self._done(progress), *self._felt(progress), *self._easier(progress))

    def _done(self, progress: Progress) -> Cue:
        counted, cue = self._writer.counted, self._writer.cue
        if not progress.sessions:
            return cue("progress.none")
        total = counted("session", progress.sessions)
        if progress.sessions == 1:
            return cue("progress.first")
        if progress.streak >= A_STREAK:
            return cue("progress.streak", days=progress.streak, sessions=total)
        if progress.this_week:
            return cue("progress.week", week=counted("session", progress.this_week), total=total)
        return cue("progress.total", total=total)

    def _felt(self, progress: Progress) -> Iterator[Cue]:
        cue = self._writer.cue
        if progress.pain and _differs(progress.pain):
            first, last = round(progress.pain.first), round(progress.pain.last)
            yield cue(
                "progress.pain.less" if last < first else "progress.pain.more",
                first=first,
                last=last,
            )
        elif progress.relief and round(progress.relief.last) < round(progress.relief.first):
            yield cue(
                "progress.relief",
                before=round(progress.relief.first),
                after=round(progress.relief.last),
            )
        elif progress.pain:
            yield cue("progress.pain.same", last=round(progress.pain.last))

    def _easier(self, progress: Progress) -> Iterator[Cue]:
        names = [
            found.name for one in progress.easier if (found := self._library.exercises.get(one))
        ]
        longer = progress.longer
        held = self._library.exercises.get(longer.exercise) if longer else None
        if names:
            yield self._writer.cue(
                "progress.easier", exercises=self._writer.lines.joined(names[:2])
            )
        elif longer and held:
            first, last = (
                self._writer.lines.duration(seconds) for seconds in (longer.first, longer.last)
            )
            yield self._writer.cue("progress.longer", exercise=held.name, first=first, last=last)


def _differs(pain: Comparison) -> bool:
    return round(pain.first) != round(pain.last)


def _progress(context: SessionContext, _slots: Mapping[str, object]) -> None:
    words = ProgressWords(context.writer, context.library)
    context.act(Reply(words.told(context.past.progress())))


HANDLERS = {"Progress": _progress}
"""Intent -> what it does."""
