"""Run the loop: a block of microphone in, a block of speaker out.

Time is the count of samples.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np

from voicecoach.audio.echo.control import RELEASE
from voicecoach.core.actions import (
    Action,
    Ask,
    CloseQuestion,
    Leave,
    Note,
    OtherVoice,
    Play,
    Reply,
    StopAudio,
    Volume,
)
from voicecoach.core.audio import BLOCK_SECONDS, Clip, Samples
from voicecoach.core.script import CueStarted
from voicecoach.core.session_events import SessionEvent, log_entry
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.engine.hearing import OWN_VOICE_LAG_S, Block, Hearing
from voicecoach.engine.merge_replies import merge_replies
from voicecoach.playback.mixer import MIXER_PARAMS, Mixer
from voicecoach.playback.player import ClipSource, Player
from voicecoach.session.session import Session
from voicecoach.turns.barge_in import BargeInPolicy
from voicecoach.turns.continuation import continue_utterance
from voicecoach.turns.self_speech import is_own_voice

_LOG = logging.getLogger(__name__)

LATE_ANSWER = 8.0
"""Seconds beyond its time for which a question waits for whoever speaks just then to finish."""

CLOCK_EVERY = 5
"""Seconds between two looks at the clock on the wall."""

TURN = RELEASE + 1.6
"""Silence (s) between two sentences of a coach that is deaf while it speaks: room for a command."""


class VoiceSource(ClipSource, Protocol):
    """Provide clips, in one voice or another."""

    def change_voice(self, texts: Iterable[str]) -> None:
        """Speak with another voice as soon as it can say `texts`."""

    def voice_changed(self) -> bool | None:
        """Return True once when the voice has changed, False if there is no other voice.

        Returns None as long as neither is known.
        """


VANISHED = 3.0
"""Decibels of an utterance over the coach's voice that turn out to be an echo of that, from which
on it was nothing else. Of what people say less than half as many vanish
(tests/unit/audio/echo/test_retrospective.py)."""

CLEAR = 10.0
"""Decibels by which an utterance has to stand out of what may be left of the coach's voice to count
like any other."""

DEFECT = "a defect in understanding"
"""Detail of an utterance that could not be understood since something is broken."""

OWN_VOICE_LEAD = 0.2
"""How much earlier (s) it may seem to be heard: where a word falls in its sentence is only
estimated."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One thing that happened, on the audio clock (s)."""

    at: float
    kind: str
    data: Mapping[str, object]
    event: SessionEvent | None = None
    """The event of the session that `kind` and `data` tell of; None for what the coach itself
    logs."""


Clock = Callable[[float], datetime]
"""What the clock on the wall shows when so many seconds of sound have passed: a real one, or one
that follows them."""

Understand = Callable[[Hypothesis, Collection[str]], Understanding]
OwnVoice = Callable[[str, str], bool]


class Coach:
    """Join hearing, understanding, the session and speaking.

    `rate` is the speaker's rate (Hz); `understand` takes an utterance and the states that count;
    `own_voice` tells whether a text that was heard is what the coach itself was saying. Whoever
    wants to know what happens appends a callable to `listeners`. Without a `clock` on the wall it
    reminds of nothing.
    """

    def __init__(
        self,
        rate: int,
        session: Session,
        source: VoiceSource,
        understand: Understand,
        hearing: Hearing,
        own_voice: OwnVoice = is_own_voice,
        clock: Clock | None = None,
    ):
        self.rate = rate
        self.block = round(rate * BLOCK_SECONDS)
        self.session = session
        self.listeners: list[Callable[[LogEvent], None]] = []
        self.finished = False
        self.flushed = False
        """Whether all sound was stopped in the last block: then nothing that the sound card still
        has is wanted."""
        self._understand = understand
        self._own_voice = own_voice
        self.hearing = hearing
        self._mixer = Mixer(rate)
        self._source = source
        self._changing_voice = False
        self._player = Player(self._mixer, source, 0.0 if hearing.full_duplex else TURN)
        self._floor = BargeInPolicy()
        self._leaving = False
        self._before: Understanding | None = None
        self._patience_s: float | None = None
        self._question_until = 0.0
        self._asked_in_script = False
        self._silent_since = 0.0
        self._second = 0
        self._clock = clock
        self._state = session.state
        self._out = np.zeros(self.block, dtype=np.float32)
        self._left_out: tuple[float, float] | None = None

    @property
    def now(self) -> float:
        """Return the seconds since the session began."""
        return self._mixer.frame / self.rate

    @property
    def position(self) -> float:
        """Return the seconds into the count or the rest; 0 during an explanation."""
        return self._player.position

    @property
    def busy(self) -> bool:
        """Return True if the coach is saying or counting something, or about to."""
        return self._player.busy

    @property
    def lowered(self) -> bool:
        """Return True if the coach has broken off or lowered its voice.

        It does so while somebody else speaks.
        """
        return self._mixer.ducked

    def begin(self) -> None:
        """Greet the user, and say so if the user cannot be heard while the coach speaks."""
        self._carry_out(self.session.greet(half_duplex=not self.hearing.full_duplex))

    def process_block(self, microphone: Samples) -> Samples:
        """Process one block and return `block` frames for the speaker.

        The microphone's block has 320 frames (16 kHz mono).
        """
        speaking = self._player.speaking(RELEASE + self.hearing.delays[1])
        block = Block(microphone, self._out, speaking, self.session.states, self._left_out)
        self.flushed, self._left_out = False, None
        for heard in self.hearing.feed(block):
            self.hear(heard)
        self._watch_voice()
        self._watch_question()
        self._watch_silence()
        self._mixer.ducked = self._player.yielding = self._floor.yields(
            self.now, speech=self.hearing.somebody
        )
        for event in self._player.tick(self.block):
            if isinstance(event, CueStarted):
                cue = event.cue
                data = {"text": cue.text, "tone": cue.tone, "line": cue.line, "until": event.until}
                self.session.saying(cue.line)
                self._log("said", data, event.at)
            elif not self._leaving:
                self._carry_out(self.session.passing(event.script.seconds or 0.0))
                self._carry_out(self.session.script_finished())
        if int(self.now) != self._second:
            self._second = int(self.now)
            self._carry_out(self.session.passing(self._player.position))
            self._tell_the_time()
        self._out = self._mixer.read(self.block)
        self.finished = self._leaving and not self._player.busy
        return self._out

    def hear(self, heard: Hypothesis) -> None:
        """Take an utterance: obey it, ask, or log why it is not obeyed.

        Once the coach is leaving it takes no more utterances.
        """
        if self._leaving:
            return
        new: Understanding | None
        if heard.continues and self._before:
            heard, new = continue_utterance(self._before, heard, self._understood)
        else:
            new = self._understood(heard)
        self._before = understanding = new or Understanding(
            heard.text,
            Verdict.REJECT,
            reject_reason=RejectReason.ALREADY_OBEYED,
            detail="it was obeyed already",
        )
        self._note_heard(heard, understanding)
        if new is None:
            return
        self._carry_out(self.session.passing(self._player.position))
        if understanding.verdict is not Verdict.REJECT:
            self._floor.understood()
        actions = self._react(understanding, self._player.position)
        for text in understanding.then:
            if any(isinstance(action, Leave) for action in actions):
                break
            understanding = self._understand_part(heard, text)
            self._note_heard(replace(heard, text=text), understanding)
            actions += self._react(understanding)
        actions = merge_replies(actions)
        if any(isinstance(action, Play) and not action.keep_clock for action in actions):
            self._player.flush()  # an answer that is being given is not waited for
        self._carry_out(actions)

    def rendered(self, text: str) -> Clip | None:
        """Return the clip of a sentence in the present voice; None if not in memory."""
        return self._source.ready(text)

    def left_out(self, seconds: float) -> None:
        """Tell the player how much of the output was never played, after a flush.

        Since the output was `flushed`, that part of what was given to the speaker before the last
        block was not played, nor what fades out at its beginning.
        """
        self._left_out = (seconds, MIXER_PARAMS.fade_s)

    def say(self, line: str) -> None:
        """Say a line of content over what is going on."""
        self._carry_out(self.session.say(line))

    # --- inside ----------------------------------------------------------------------------------

    def _understood(self, heard: Hypothesis) -> Understanding:
        said = self._said_during(heard)
        if heard.endpoint != Endpoint.TYPED and self._own_voice(heard.text, said):
            return Understanding(
                heard.text,
                Verdict.REJECT,
                reject_reason=RejectReason.OWN_VOICE,
                detail="the coach's own voice",
            )
        if heard.endpoint == Endpoint.TYPED or not said:
            return self.session.attend(self._meaning(heard))
        if heard.echo_reduction_db is not None and heard.echo_reduction_db > VANISHED:
            detail = f"the coach's own voice: {heard.echo_reduction_db:.0f} dB of it vanish"
            return Understanding(
                heard.text, Verdict.REJECT, reject_reason=RejectReason.OWN_VOICE, detail=detail
            )
        echo_suspect = heard.learning and heard.echo_reduction_db is None
        judged = replace(
            heard,
            echo_suspect=echo_suspect,
            over_coach=heard.learning or heard.prominence_db < CLEAR,
        )
        return self.session.attend(self._meaning(judged))

    def _understand_part(self, heard: Hypothesis, text: str) -> Understanding:
        """Return the present meaning of `text`, one of several sentences of an utterance."""
        return self._meaning(replace(heard, text=text, words=(), alternatives=()))

    def _meaning(self, heard: Hypothesis) -> Understanding:
        """Return the present meaning of an utterance.

        A defect in the understanding changes no state: it is logged, and the session goes on.
        """
        try:
            return self._understand(heard, self.session.states)
        except Exception as error:
            _LOG.debug("%r could not be understood", heard.text, exc_info=error)
            return Understanding(
                heard.text, Verdict.REJECT, reject_reason=RejectReason.DEFECT, detail=DEFECT
            )

    def _react(self, understanding: Understanding, position: float | None = None) -> list[Action]:
        """Return the session's actions for an utterance.

        `position` is the position in the count, if it differs from the one that the session knows.
        """
        if understanding.reject_reason is RejectReason.DEFECT:
            return self.session.say("broken.heard")
        if understanding.accepted:
            return self.session.command(understanding.command, position)
        return self.session.unclear(understanding, position)

    def _note_heard(self, heard: Hypothesis, understanding: Understanding) -> None:
        self._log(
            "heard",
            {
                "text": heard.text,
                "intent": understanding.intent,
                "slots": dict(understanding.slots),
                "verdict": understanding.verdict.value,
                "reason": understanding.detail,
                "score": round(understanding.score, 1),
                "speech_start": round(heard.speech_start, 3),
                "speech_end": round(heard.speech_end, 3),
                "endpoint": heard.endpoint.value,
                "waited": round(heard.decided_at - heard.speech_end, 3),
                "computing": round(heard.computing, 3),
            },
        )

    def _said_during(self, heard: Hypothesis) -> str:
        """Return the coach's words that sounded during an utterance."""
        least, most = self.hearing.delays
        return self._player.said_between(
            heard.speech_start - most - OWN_VOICE_LAG_S, heard.speech_end - least + OWN_VOICE_LEAD
        )

    def _tell_the_time(self) -> None:
        """Tell the session what the clock on the wall shows, where nobody speaks."""
        silent = not (self._player.busy or self.hearing.hearing_speech or self._leaving)
        if self._clock and silent and self._second % CLOCK_EVERY == 0:
            self._carry_out(self.session.minute(self._clock(self.now)))

    def _watch_voice(self) -> None:
        """Say in the new voice that it is there, or in the old one that there is none."""
        changed = self._source.voice_changed() if self._changing_voice else None
        if changed is not None:
            self._changing_voice = False
            self._carry_out(self.session.voice_changed(there_is_another=changed))

    def _watch_question(self) -> None:
        """Withdraw a question that nobody has answered for long.

        The time counts from the end of the question: of the reply or the script that asked it.
        """
        if self._patience_s is None:
            return
        if self._player.replying or (self._asked_in_script and self._player.explaining):
            self._question_until = self.now + self._patience_s
        over = self.now - self._question_until
        if over > (LATE_ANSWER if self.hearing.hearing_speech else 0.0):
            self._patience_s = None
            self._carry_out(self.session.withdraw_question())

    def _watch_silence(self) -> None:
        """Nudge whom everything waits for, once it has been silent for long."""
        after = self.session.nudge_after
        if after is None or self._player.busy or self.hearing.hearing_speech:
            self._silent_since = self.now
        elif self.now - self._silent_since > after:
            self._silent_since = self.now
            self._carry_out(self.session.nudge())

    def _carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Play():
                    self._player.play(action)
                case Reply():
                    self._player.reply(action)
                case StopAudio():
                    self._player.flush()
                    self.flushed = True
                case Volume():
                    self._mixer.volume = 10 ** (action.decibels / 20)
                case OtherVoice():
                    self._source.change_voice(action.texts)
                    self._changing_voice = True
                case Ask(patience_s):
                    self._patience_s = patience_s
                    self._question_until = self.now + patience_s
                    self._asked_in_script = any(isinstance(one, Play) for one in actions)
                case CloseQuestion():
                    self._patience_s = None
                case Leave():
                    self._leaving = True
                case Note():
                    self._log(*log_entry(action.event), event=action.event)
        if self.session.state != self._state:
            self._log("state", {"from": self._state, "to": self.session.state})
            self._state = self.session.state

    def _log(
        self,
        kind: str,
        data: Mapping[str, object],
        at: float | None = None,
        event: SessionEvent | None = None,
    ) -> None:
        entry = LogEvent(self.now if at is None else at, kind, data, event)
        for listener in self.listeners:
            listener(entry)
