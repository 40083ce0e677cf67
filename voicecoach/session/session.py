"""The session: commands and "played" events in, actions out. No audio, no thread, no clock, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from voicecoach.content.library import Library, Routine
from voicecoach.content.lines import Lines
from voicecoach.core.actions import Action, Note, Play, Reply, StopAudio, Volume
from voicecoach.core.script import Cue, Script
from voicecoach.core.session_state import QuestionContext, SessionState
from voicecoach.core.understanding import Command, Understanding, Verdict
from voicecoach.session.features.answers import Answers
from voicecoach.session.features.check_in import Checks
from voicecoach.session.features.comfort import ComfortCheck
from voicecoach.session.features.difficulty import Difficulty
from voicecoach.session.features.fallback import Fallback
from voicecoach.session.features.hold_length import Lengths
from voicecoach.session.features.listening_mode import Called, calls, meant
from voicecoach.session.features.pain import Pain
from voicecoach.session.features.plan_edits import PlanEdits
from voicecoach.session.features.red_flags import EMERGENCY_NUMBER, RedFlags
from voicecoach.session.features.reminders import Reminding
from voicecoach.session.features.resume import Unfinished
from voicecoach.session.features.save_routine import SaveResult, for_today
from voicecoach.session.flow.chart import SessionChart
from voicecoach.session.flow.journal_notes import JournalNotes
from voicecoach.session.flow.question import ANSWER_TIME, Confirmation
from voicecoach.session.flow.routine_flow import RoutineFlow
from voicecoach.session.plan.age_doses import for_age
from voicecoach.session.plan.muscle_groups import kinds
from voicecoach.session.plan.request import PlanRequest
from voicecoach.session.plan.steps import PlanStep, with_pace
from voicecoach.session.profile.day_times import DayTimes
from voicecoach.session.profile.exercise_memory import ExerciseMemory
from voicecoach.session.profile.past import NothingKnown, Past
from voicecoach.session.profile.preferences import PACES, Preferences
from voicecoach.session.registry import HANDLERS
from voicecoach.session.script.writer import ScriptWriter

NEAR_A_COMMAND = 60.0
"""From this score on, a reject is taken for a command that went wrong, and is answered."""

NUDGE_AFTER = 120.0
"""Seconds of silence in a pause after which the coach says that it is still there; later where a longer wait was asked
for."""

ONLY_ASKING = (SessionState.IDLE, SessionState.CHECKING, SessionState.COMPARING, SessionState.PAUSED)
"""States in which nothing is being counted or explained: what is said there leads to its question."""

COUNTS_AS = {
    SessionState.RESUMING: SessionState.ANNOUNCING,
    SessionState.COMPARING: SessionState.RESTING,
    SessionState.ALARMED: SessionState.IDLE,
}
"""States without sentences of their own, each with the state whose sentences count in it."""

WORD_FOR_WORD = 100
"""Score from which the coach answers that a command does not count now. What is only like one was most probably said to
somebody else ("did you feed the cat this morning")."""


class Session:
    """Leads routines of `library` in the words of `lines`, as somebody with `preferences` likes it; `emergency_number`
    (digits) is named after a red flag; `check_in`: it asks how the legs are before and after a routine. `memory` has
    the ways in which exercises are done; with one it is asked how a new stretch was. `age` is the user's in years,
    `past` what is known of the sessions before; not `alone`: another coach is running; `keep` writes down a routine
    that is to be there the next time; `times` are those of the user's day.

    Every method that takes part in the conversation returns the actions to carry out, in order. `position` is
    always the number of seconds into the beat script being played (0 in a flow).
    """

    def __init__(
        self,
        library: Library,
        lines: Lines,
        emergency_number: str = EMERGENCY_NUMBER,
        *,
        check_in: bool = False,
        preferences: Preferences | None = None,
        memory: ExerciseMemory | None = None,
        age: int | None = None,
        past: Past | None = None,
        alone: bool = True,
        times: DayTimes | None = None,
        keep: Callable[[Routine], SaveResult] = for_today,
    ):
        self.library = library
        self.lines = lines
        self.flow = RoutineFlow(ScriptWriter(lines, preferences))
        self.chart = SessionChart(self.flow)
        if check_in:
            self.flow.check = Checks(self.flow, self.chart, library)
        self.ways = Difficulty(self.flow, self.chart)
        if memory is not None:
            self.flow.memory = memory
            self.flow.comfort = ComfortCheck(self.flow, self.chart, self.ways)
        self.pain = Pain(self.flow, self.chart, self.ways)
        self.answers = Answers(self.flow)
        self.lengths = Lengths(self.flow)
        self.changes = PlanEdits(self.flow)
        self.age = age
        self.past: Past = past or NothingKnown()
        self.flow.known_exercises |= self.past.known_exercises()
        self._alone = alone
        self.keep = keep
        self.unfinished = Unfinished(self)
        self.reminding = Reminding(self, times or DayTimes())
        self.wish = PlanRequest()
        """What the present session was asked to be."""
        self.today: dict[str, None] = {}
        """What is to be left out of every routine from now on (keys of `selection.matches`, in their order)."""
        self.asked_which_routine = False
        self._misunderstood = Fallback(self.flow)
        self._nudged = False
        self._noting = JournalNotes(self.flow)
        self._alarm = RedFlags(self.flow, self.chart, emergency_number)

    # --- what others may know -----------------------------------------------------------------------------

    @property
    def state(self) -> SessionState:
        """The innermost state of the chart."""
        return self.chart.innermost

    @property
    def states(self) -> tuple[SessionState | QuestionContext, ...]:
        """The states that decide which commands count now; that of an open question comes last."""
        state = COUNTS_AS.get(self.state, self.state)
        if self._alarm.asked:
            return (state, QuestionContext.ASKING)
        question = self.flow.question
        return (state, question.context) if question else (state,)

    @property
    def in_routine(self) -> bool:
        """Whether a routine is running."""
        return self.state not in (SessionState.IDLE, SessionState.ALARMED)

    @property
    def question(self) -> object | None:
        """What the coach has asked and waits for the answer to: another object is another question."""
        return self._alarm.asked or self.flow.question

    @property
    def preferences(self) -> Preferences:
        """How the user likes it."""
        return self.flow.writer.preferences

    @property
    def patience(self) -> float:
        """Seconds for which the question waits for its answer, from its end."""
        question = None if self._alarm.asked else self.flow.question
        return question.patience if question else ANSWER_TIME

    # --- events -------------------------------------------------------------------------------------------

    def greet(self, *, half_duplex: bool = False) -> list[Action]:
        """Say hello; `half_duplex`: and that the coach is deaf while it speaks."""
        if self.preferences.volume:
            self.flow.actions.append(Volume(self.preferences.volume))
        cues = [self.flow.writer.cue("greeting")]
        if self.preferences.listening == "by name":
            cues.append(self.flow.writer.cue("listening.by-name", name=self.lines.phrase("name")))
        if half_duplex:
            cues.append(self.flow.writer.cue("greeting.turns"))
        if not self._alone:
            cues.append(self.flow.writer.cue("greeting.another"))
        cues += self.unfinished.offer()
        self.flow.actions.append(Play(self.flow.writer.flow("greeting", *cues)))
        return self._take()

    def script_finished(self) -> list[Action]:
        """The script has been played to its end."""
        self.flow.position = 0.0
        if self.state == SessionState.RESTING and not self.flow.at_work():
            self.reminding.break_over()
        if not self._alarm.script_finished():
            self.chart.script_finished()
        return self._take()

    def saying(self, line: str | None) -> None:
        """A sentence has begun: `line` is its id in the content."""
        self.flow.line = line

    def passing(self, position: float) -> list[Action]:
        """What the journal is to know, once a second and before anything happens; nothing where nothing is done."""
        if not self.in_routine or self.state in (SessionState.PAUSED, SessionState.CHECKING):
            return []
        return [self._noting.second(counting=self.state == SessionState.WORKING, elapsed=position)]

    def minute(self, now: datetime) -> list[Action]:
        """The clock on the wall shows `now`, and the coach is silent: remind of what is due, unless a routine is
        running or something has been asked."""
        if not self.in_routine and self.state != SessionState.ALARMED and self.question is None:
            self.reminding.minute(now)
        return self._take()

    def attend(self, understanding: Understanding) -> Understanding:
        """`understanding` of what was heard, or that it was not meant for the coach."""
        if self.preferences.listening == "always" or self.question is not None:
            return understanding
        return meant(understanding, self.lines.phrase("name"))

    def command(self, command: Command, position: float | None = 0.0) -> list[Action]:
        """Obey `command`; without a position the session is where the last one brought it, in the same breath."""
        self._be_at(position)
        self.reminding.heard()
        self._misunderstood.over()
        self._nudged = False
        self._obey(command)
        return self._take()

    def unclear(self, understanding: Understanding, position: float | None = 0.0) -> list[Action]:
        """React to an utterance that is not obeyed: ask, explain, or let it pass."""
        self._be_at(position)
        if self._alarm.doubt(understanding):
            self.flow.question = None
            return self._take()
        if self.asked_which_routine and understanding.intent == "StartRoutine" and understanding.slots:
            return self.command(understanding.command, position)
        if understanding.verdict is Verdict.ASK and understanding.intent == "Pain" and self.state != SessionState.IDLE:
            # Better to stop for nothing. Where it hurts is asked; what was nearly heard of that may be wrong.
            return self.command(Command("Pain", {}, understanding.text), position)
        if understanding.verdict is Verdict.ASK:
            self._confirm(understanding)
        elif understanding.reason.startswith("not now"):
            if understanding.score == WORD_FOR_WORD:
                self._not_now(str(understanding.intent))
        elif self.preferences.listening == "by name" and calls(understanding, self.lines.phrase("name")):
            self.flow.question = Called()
            self.flow.actions.append(Reply((Cue(tone="heard"),)))
        elif understanding.score >= NEAR_A_COMMAND and self.state != SessionState.WORKING:
            self._misunderstood.answer("unclear", self.state, self.states)
        return self._take()

    def withdraw_question(self) -> list[Action]:
        """Nobody answered: forget what was asked."""
        question, self.flow.question = self.flow.question, None
        if question:
            question.unanswered()
        self._alarm.unanswered()
        return self._take()

    @property
    def nudge_after(self) -> float | None:
        """Seconds of silence after which to nudge whom everything waits for; None where nothing waits, or it has been
        done."""
        stuck = self.state in (SessionState.CHECKING, SessionState.COMPARING) and self.question is None
        if self._nudged or not (stuck or self.state == SessionState.PAUSED):
            return None
        return max(NUDGE_AFTER, self.flow.expected if self.state == SessionState.PAUSED else 0.0)

    def nudge(self) -> list[Action]:
        """Say once that everything waits; it then does so in silence."""
        self._nudged = True
        if self.state != SessionState.PAUSED:
            self.flow.pause_with()
            self.chart.pause()
        self.flow.reply("nudge")
        return self._take()

    def voice_changed(self, *, there_is_another: bool) -> list[Action]:
        """The voice is another from now on, or there is no other."""
        self.flow.reply("voice.changed" if there_is_another else "voice.only")
        return self._take()

    def say(self, line: str) -> list[Action]:
        """Say one line of content over what is going on (a lost microphone, for example)."""
        self.flow.reply(line)
        return self._take()

    # --- for the handlers -----------------------------------------------------------------------------------

    @property
    def help_line(self) -> str:
        """The line that tells what can be said now: to the question that is open, or in this state."""
        return self._misunderstood.line("help", self.states)

    def prefer(self, **changes: Any) -> None:
        """Change preferences; what is new is noted."""
        old = self.preferences
        self.flow.writer.preferences = new = replace(old, **changes)
        if new != old:
            self.flow.actions.append(Note("preference", changes))

    def running(self) -> bool:
        """Whether a routine is running; says so when not."""
        if self.state == SessionState.IDLE:
            self.flow.reply("routine.not_running")
        return self.state != SessionState.IDLE

    def leading(self) -> bool:
        """Whether exercises are being led; says so when not."""
        if self.state == SessionState.CHECKING:
            self._misunderstood.answer("not_now", self.state, self.states)
            return False
        return self.running()

    def routine_names(self) -> str:
        """The routines there are, as one says them."""
        return kinds(self.library, self.lines)

    def dosed(self, plan: tuple[PlanStep, ...]) -> tuple[PlanStep, ...]:
        """`plan` in the doses and at the pace for the user."""
        return with_pace(for_age(plan, self.age), PACES[self.preferences.pace])

    def line_script(self, line: str) -> Script:
        """A script of one line."""
        return self.flow.writer.flow(line, self.flow.writer.cue(line))

    # --- inside ---------------------------------------------------------------------------------------------

    def _be_at(self, position: float | None) -> None:
        if position is not None:
            self.flow.position = position

    def _obey(self, command: Command) -> None:
        flow, state = self.flow, self.state
        question, flow.question = flow.question, None
        self.asked_which_routine = False
        if self._alarm.obey(command):
            return
        if question and question.cue and command.intent == "Repeat":
            flow.actions.append(Reply((question.cue,)))
            flow.question = question
        elif question and question.answer(command):
            self._answered()
        else:
            flow.question = question
            self._handle(command)
            if self.state != state and flow.question is question:  # what moves nothing leaves it open
                flow.question = None

    def _answered(self) -> None:
        """Whoever answered before the question was over does not want to hear the rest of it."""
        actions = self.flow.actions
        if self.state in ONLY_ASKING and not any(isinstance(action, Play) for action in actions):
            actions.insert(0, StopAudio())

    def _handle(self, command: Command) -> None:
        handler = HANDLERS.get(command.intent)
        if handler is not None:
            handler(self, command.slots)
        elif command.intent in ("Yes", "No", "NotNow"):
            self.flow.reply("answer.yes")

    def _confirm(self, understanding: Understanding) -> None:
        """Ask whether that was said, and nothing else until then."""
        flow = self.flow
        asked = flow.question
        reopen = asked.reopen if isinstance(asked, Confirmation) else lambda: setattr(flow, "question", asked)
        refused = lambda: flow.reply("ask.no")  # noqa: E731
        flow.question = Confirmation(understanding.command, self._obey, refused, reopen)
        flow.reply("ask", sentence=understanding.sentence)

    def _not_now(self, intent: str) -> None:
        if intent in ("Yes", "No"):
            return
        if intent in ("Ready", "Resume") and self.state == SessionState.WORKING:
            self.flow.reply("ready.already")
        else:
            self._misunderstood.answer("not_now", self.state, self.states)

    def _take(self) -> list[Action]:
        actions: Sequence[Action] = self.flow.actions
        self.flow.actions = []
        return list(actions)
