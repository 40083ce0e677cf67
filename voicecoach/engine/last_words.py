"""Say what has become of a broken coach, so that no user waits in silence."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voicecoach.content.lines import Lines
from voicecoach.core.audio import Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.playback.mixer import Mixer
from voicecoach.session.profile.past import Past

_LOG = logging.getLogger(__name__)

LOST, KEPT = "broken", "broken.kept"
"""Lines of content: the coach has to be started again; and it can carry on then."""

PLAYED_OUT_SECONDS = 0.5
"""Seconds of silence after the sentence, so that the sound card plays all it still holds."""

_PACKAGE = Path(__file__).parents[1]


class LastWords:
    """Speak one sentence when `coach` is broken; `past` is the journal's knowledge.

    The sentences are rendered at the start and mixed apart from the rest. So neither the session
    nor the player is needed to speak them.
    """

    def __init__(self, coach: Coach, lines: Lines, past: Past | None) -> None:
        self._coach = coach
        self._past = past
        self._texts = {line: lines(line) for line in (LOST, KEPT)}
        self._clips = {line: coach.rendered(text) for line, text in self._texts.items()}

    @contextmanager
    def guarding(self, play: Callable[[Samples], object] | None = None) -> Iterator[None]:
        """Catch what breaks the coach in this block; `play` plays a block of sound.

        A defect is raised as a VoicecoachError of one sentence. Errors that the user can mend are
        raised unchanged.
        """
        try:
            yield
        except Exception as error:
            kept = self._keeps_the_place()
            self._say(KEPT if kept else LOST, play)
            if isinstance(error, VoicecoachError | OSError):
                raise
            _LOG.debug("the coach is broken", exc_info=error)
            raise VoicecoachError(told(error, kept=kept)) from error

    def _keeps_the_place(self) -> bool:
        """Tell whether the journal has a session that the next coach can resume."""
        with suppress(Exception):
            return self._past is not None and self._past.unfinished() is not None
        return False

    def _say(self, line: str, play: Callable[[Samples], object] | None) -> None:
        """Speak and log `line`; the sound or a listener may be broken as well."""
        for listener in self._coach.listeners:
            with suppress(Exception):
                now = self._coach.now
                data = {"text": self._texts[line], "tone": None, "line": line, "until": now}
                listener(LogEvent(now, "said", data))
        clip = self._clips[line]
        if clip is None or play is None:
            return
        mixer = Mixer(clip.rate)
        mixer.add(clip, 0)
        with suppress(Exception):
            while mixer.frame < len(clip.samples) + PLAYED_OUT_SECONDS * clip.rate:
                play(mixer.read(self._coach.block))


def told(error: Exception, *, kept: bool) -> str:
    """Return one sentence: what is broken, where, and what the user can do."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents] or frames
    where = f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else "nobody knows where"
    what = " ".join(f"{type(error).__name__} {error}".split())
    next_ = "your place is kept: start it again and say carry on" if kept else "start it again"
    return f"the coach is broken ({what}, in {where}); {next_}, and with -v it tells more, for a report of the defect"
