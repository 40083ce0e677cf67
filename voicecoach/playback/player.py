"""Play scripts: flows one cue after another, beats on the sample.

Replies interrupt both. A count gives way to a reply and is dropped, never played late. Tones and
closing words never give way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Protocol

from voicecoach.core.actions import Play, Reply
from voicecoach.core.audio import Clip
from voicecoach.core.script import Cue, CueStarted, Script, ScriptEnded, ToneName
from voicecoach.playback.mixer import Mixer, Sounding
from voicecoach.playback.resume_point import pause_before, resume_from
from voicecoach.playback.spoken_log import SpokenLog

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlayerParams:
    """Set how long the player pauses, waits and remembers."""

    after_reply_s: float = 0.5
    """Pause between an answer and what it interrupted."""

    clip_timeout_s: float = 5.0
    """Time to wait for a clip that is still being rendered, before the cue is left out."""

    spoken_memory_s: float = 10.0
    """Time for which spoken words are remembered, to tell the coach's own voice from the user's."""

    finished_remainder_s: float = 0.25
    """Treat a sentence as finished when less than this remains at an interruption."""


PLAYER_PARAMS = PlayerParams()
"""The values that the coach uses."""


class ClipSource(Protocol):
    """Provide clips.

    `ready` never blocks for long: None means that the clip is not there yet.
    """

    def ready(self, text: str) -> Clip | None:
        """Return the clip of a sentence, or None while it is being read or rendered."""

    def tone(self, name: ToneName) -> Clip:
        """Return the clip of a tone."""


@dataclass(slots=True)
class _Flow:
    """Hold a sequence of cues and the progress in it."""

    cues: tuple[Cue, ...]
    number: int = 0
    next_at: int = 0
    waited_since: int | None = None
    sounding: Sounding | None = None
    broken_off: int | None = None
    """The sample of the next cue at which it was broken off; None when it has not begun."""


@dataclass(slots=True)
class _Beat:
    """Hold a beat script that is being played. `zero` is the frame of its second 0."""

    pending: list[Cue]
    zero: int
    end: int
    sounding: list[tuple[Cue, Sounding]] = field(default_factory=list)


class Player:
    """Schedule cues into `mixer`. Call `tick` once a block, before the mixer is read.

    Two sentences are at least `least_gap` seconds apart. While `yielding`, sentences are broken
    off, and resumed afterwards; beats keep their time.
    """

    def __init__(
        self,
        mixer: Mixer,
        source: ClipSource,
        least_gap: float = 0.0,
        params: PlayerParams = PLAYER_PARAMS,
    ):
        self._mixer = mixer
        self._params = params
        self._source = source
        self._least_gap = least_gap
        self.yielding = False
        self._script: Script | None = None
        self._waiting: Play | None = None
        self._waiting_since = 0
        self._flow: _Flow | None = None
        self._beat: _Beat | None = None
        self._reply: _Flow | None = None
        self._resume_at = 0
        self._said = SpokenLog()

    # --- what others may know --------------------------------------------------------------------

    @property
    def position(self) -> float:
        """Return the seconds into the beat script.

        It is the start position while the script waits to begin, and 0 in a flow.
        """
        if self._waiting:
            return self._waiting.position
        if self._beat is None:
            return 0.0
        return (self._mixer.frame - self._beat.zero) / self._mixer.rate

    @property
    def busy(self) -> bool:
        """Return True if anything is being played or waits to be."""
        return bool(self._waiting or self._flow or self._beat or self._reply)

    @property
    def replying(self) -> bool:
        """Return True if an answer is being spoken."""
        return self._reply is not None

    @property
    def explaining(self) -> bool:
        """Return True if a flow is being spoken, or a script waits to begin."""
        return bool(self._flow or self._waiting)

    def speaking(self, within: float = 0.0) -> bool:
        """Return True if a voice or a tone sounds or sounded in the last `within` seconds."""
        frame = self._mixer.frame
        return self._said.sounded_between(frame - round(within * self._mixer.rate), frame)

    def said_between(self, start: float, end: float) -> str:
        """Return the words (joined) that sounded between two times (s)."""
        return self._said.words_between(start * self._mixer.rate, end * self._mixer.rate)

    # --- orders ----------------------------------------------------------------------------------

    def play(self, order: Play) -> None:
        """Replace the script, and cut the sound of the old one."""
        if order.keep_clock and self._beat is not None:
            self._take_over(order.script, round(order.moved * self._mixer.rate))
            return
        if order.keep_clock and self._flow is not None:
            self._script, self._flow.cues = order.script, order.script.cues
            return
        if order.keep_clock and self._waiting is not None:
            order = replace(order, position=self._waiting.position - order.moved)
        if self._script is not None:
            self.flush()
        self._script = order.script
        self._waiting, self._waiting_since = order, self._mixer.frame
        self._flow = self._beat = None
        for cue in order.script.cues:
            self._clip(cue)

    def reply(self, reply: Reply) -> None:
        """Speak an answer over the script, from the next block on."""
        if self._reply and self._reply.sounding:
            self._forget(self._reply.sounding)
        self._reply = _Flow(reply.cues, next_at=self._mixer.frame)
        for cue in reply.cues:
            self._clip(cue)
        if self._flow:
            if self._flow.sounding:
                self._forget(self._flow.sounding)
                self._flow.number -= 1
            self._flow.sounding = self._flow.broken_off = None
        if self._beat:
            for cue, placed in self._beat.sounding:
                if cue.kind != "keep":
                    self._forget(placed)

    def flush(self) -> None:
        """Cut everything and drop the script."""
        for flow in (self._flow, self._reply):
            if flow and flow.sounding:
                self._forget(flow.sounding)
        for _cue, placed in self._beat.sounding if self._beat else ():
            self._forget(placed)
        self._script = self._waiting = self._flow = self._beat = self._reply = None

    # --- the block -------------------------------------------------------------------------------

    def tick(self, frames: int) -> list[CueStarted | ScriptEnded]:
        """Place cues that begin within the next `frames` frames.

        Return the starts and the end of the script.
        """
        events: list[CueStarted | ScriptEnded] = []
        horizon = self._mixer.frame + frames
        self._tick_reply(horizon, events)
        self._begin_script()
        if self._beat:
            self._tick_beat(self._beat, horizon, events)
        elif self._flow and not self._reply and self._mixer.frame >= self._resume_at:
            self._tick_flow(self._flow, horizon, events)
        self._end_script(horizon, events)
        self._said.forget_before(
            self._mixer.frame - round(self._params.spoken_memory_s * self._mixer.rate)
        )
        return events

    def _begin_script(self) -> None:
        order = self._waiting
        if order is None or self._reply or self._mixer.frame < self._resume_at:
            return
        script, rate = order.script, self._mixer.rate
        if script.seconds is None:
            self._flow = _Flow(script.cues, next_at=self._mixer.frame)
        else:
            late = self._mixer.frame - self._waiting_since > self._params.clip_timeout_s * rate
            if not late and any(self._clip(cue) is None for cue in script.cues):
                return
            pending = sorted(
                (cue for cue in script.cues if cue.at >= order.position), key=lambda cue: cue.at
            )
            zero = self._zero(order.position, pending)
            self._beat = _Beat(pending, zero, zero + round(script.seconds * rate))
        self._waiting = None

    def _zero(self, position: float, pending: list[Cue]) -> int:
        """Return the frame of second 0 for a beat script that begins now at `position`.

        It is as much later as the first word needs to become audible on its beat.
        """
        rate, frame = self._mixer.rate, self._mixer.frame
        zero = frame - round(position * rate)
        clips = [(cue, self._clip(cue)) for cue in pending]
        firsts = [zero + round(cue.at * rate) - clip.onset for cue, clip in clips if clip]
        return zero + max(0, frame - min(firsts, default=frame))

    def _tick_flow(self, flow: _Flow, horizon: int, events: list[CueStarted | ScriptEnded]) -> None:
        if flow.sounding and flow.sounding.end < horizon:
            gap = max(flow.cues[flow.number - 1].gap, self._least_gap)
            flow.next_at = flow.sounding.end + round(gap * self._mixer.rate)
            flow.sounding = None
        if self.yielding:
            self._break_off(flow)
            return
        if flow.sounding or flow.number >= len(flow.cues) or flow.next_at >= horizon:
            return
        cue = flow.cues[flow.number]
        clip = self._clip(cue)
        if clip is None:
            flow.waited_since = flow.waited_since or self._mixer.frame
            if (
                self._mixer.frame - flow.waited_since
                > self._params.clip_timeout_s * self._mixer.rate
            ):
                _LOG.warning("left out, because no speech came for it: %s", cue.text)
                flow.number, flow.waited_since = flow.number + 1, None
            return
        flow.waited_since = None
        flow.number += 1
        if flow.broken_off is None:
            flow.sounding = self._place(cue, clip, max(flow.next_at, self._mixer.frame), events)
        else:
            flow.sounding, flow.broken_off = self._take_up(cue, clip, flow.broken_off), None

    def _break_off(self, flow: _Flow) -> None:
        """Fall silent in the middle of a sentence."""
        placed = flow.sounding
        if (
            placed is None
            or placed.end - self._mixer.frame < self._params.finished_remainder_s * self._mixer.rate
        ):
            return
        flow.broken_off = self._mixer.frame - self._said.begin(placed.start)
        flow.number -= 1
        flow.sounding = None
        self._forget(placed)

    def _take_up(self, cue: Cue, clip: Clip, broken_off: int) -> Sounding:
        """Resume a sentence at the gap between words before its interruption."""
        frame = self._mixer.frame
        begin = pause_before(clip, broken_off)
        placed = self._mixer.add(resume_from(clip, begin), frame)
        self._said.add(cue.text, frame, placed.end, begin=frame - begin)
        return placed

    def _tick_reply(self, horizon: int, events: list[CueStarted | ScriptEnded]) -> None:
        reply = self._reply
        if reply is None:
            return
        self._tick_flow(reply, horizon, events)
        if reply.number >= len(reply.cues) and reply.sounding is None:
            self._reply = None
            self._resume_at = self._mixer.frame + round(
                self._params.after_reply_s * self._mixer.rate
            )

    def _tick_beat(self, beat: _Beat, horizon: int, events: list[CueStarted | ScriptEnded]) -> None:
        beat.sounding = [
            (cue, placed) for cue, placed in beat.sounding if placed.end > self._mixer.frame
        ]
        while beat.pending:
            cue = beat.pending[0]
            clip = self._clip(cue)
            onset = beat.zero + round(cue.at * self._mixer.rate)
            at = onset - (clip.onset if clip else 0)
            if at >= horizon:
                return
            beat.pending.pop(0)
            if clip is None or (cue.kind != "keep" and (self._reply or at < self._mixer.frame)):
                _LOG.debug("dropped at %.2f s: %s", cue.at, cue.text or cue.tone)
                continue
            at = max(at, self._mixer.frame)
            if cue.kind == "keep" and self._reply:
                self._cut_reply(at)
            self._clear_the_way(beat, at)
            beat.sounding.append((cue, self._place(cue, clip, at, events)))

    def _clear_the_way(self, beat: _Beat, at: int) -> None:
        """Cut a spoken cue where it would run into the next beat: the beat has precedence."""
        for cue, placed in beat.sounding:
            if cue.kind == "say" and placed.end > at:
                self._forget(placed, at)

    def _cut_reply(self, at: int) -> None:
        if self._reply and self._reply.sounding:
            self._forget(self._reply.sounding, at)
        self._reply = None

    def _end_script(self, horizon: int, events: list[CueStarted | ScriptEnded]) -> None:
        script = self._script
        if script is None or self._waiting:
            return
        if self._beat:
            over = self._beat.end <= horizon
        else:
            flow = self._flow
            assert flow is not None
            over = flow.number >= len(flow.cues) and flow.sounding is None and not self._reply
            over = over and flow.next_at <= horizon
        if over:
            self._script = self._flow = self._beat = None
            events.append(ScriptEnded(script, horizon / self._mixer.rate))

    # --- small things ----------------------------------------------------------------------------

    def _take_over(self, script: Script, moved: int) -> None:
        """Continue a beat script as `script`, with its second 0 `moved` frames later.

        Leave out passed cues.
        """
        assert self._beat is not None
        assert script.seconds is not None
        for cue in script.cues:
            self._clip(cue)
        self._beat.zero += moved
        position = self.position
        self._script = script
        self._beat.pending = sorted(
            (cue for cue in script.cues if cue.at > position), key=lambda cue: cue.at
        )
        self._beat.end = self._beat.zero + round(script.seconds * self._mixer.rate)

    def _clip(self, cue: Cue) -> Clip | None:
        return self._source.tone(cue.tone) if cue.tone else self._source.ready(cue.text)

    def _place(
        self, cue: Cue, clip: Clip, at: int, events: list[CueStarted | ScriptEnded]
    ) -> Sounding:
        placed = self._mixer.add(clip, at)
        self._said.add(cue.text, at, placed.end)
        events.append(CueStarted(cue, at / self._mixer.rate, placed.end / self._mixer.rate))
        return placed

    def _forget(self, placed: Sounding, at: int | None = None) -> None:
        """Cut a clip, and record that its text was heard only up to there."""
        self._mixer.cut(placed, at)
        self._said.cut(placed.start, placed.end)
