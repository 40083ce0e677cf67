"""The session: commands and "played" events in, actions out. No audio, no thread, no clock, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from voicecoach.events import Action, Command, Cue, Leave, Play, Reply, Script, Understanding, Verdict
from voicecoach.session.answers import Answers
from voicecoach.session.chart import SessionChart
from voicecoach.session.conductor import Conductor
from voicecoach.session.lines import Lines
from voicecoach.session.plan import make_plan
from voicecoach.session.routine import Hold, Library
from voicecoach.session.script import ScriptWriter

LEAST_HOLD, MOST_HOLD = 5, 60
"""Seconds a user may set a hold to: up to sixty when asked for (exercise reference)."""

WAIT = 20.0
"""Seconds that "wait" adds when no number is said."""

SOONEST_END = 2
"""Seconds until the end of a hold that is made shorter than what has passed of it."""

NEAR_A_COMMAND = 60.0
"""From this score on, a reject is taken for a command that went wrong, and is answered with a tone."""


class Session:
    """Leads routines of `library` in the words of `lines`.

    Every method that takes part in the conversation returns the actions to carry out, in order. `position` is
    always the number of seconds into the beat script being played (0 in a flow).
    """

    def __init__(self, library: Library, lines: Lines):
        self.library = library
        self.lines = lines
        self.conductor = Conductor(ScriptWriter(lines))
        self.chart = SessionChart(self.conductor)
        self._answers = Answers(self.conductor)
        self._question: Command | None = None
        self._asked_which_routine = False

    # --- what others may know -----------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """idle, announcing, positioning, working, resting, paused or resuming."""
        return self.chart.innermost

    @property
    def states(self) -> tuple[str, ...]:
        """The states that decide which commands count now."""
        state = "announcing" if self.state == "resuming" else self.state
        return (state, "asking") if self._question else (state,)

    # --- events -------------------------------------------------------------------------------------------

    def greet(self) -> list[Action]:
        """Say hello."""
        self.conductor.actions.append(Play(self._flow("greeting")))
        return self._take()

    def played(self) -> list[Action]:
        """The script has been played to its end."""
        self.conductor.position = 0.0
        self.chart.send("played")
        return self._take()

    def command(self, command: Command, position: float = 0.0) -> list[Action]:
        """Obey `command`."""
        self.conductor.position = position
        question, self._question = self._question, None
        self._asked_which_routine = False
        if command.intent == "Yes" and question:
            command = question
        handler = self._handlers.get(command.intent)
        if handler is not None:
            handler(self, command.slots)
        elif command.intent == "No" and question:
            self.conductor.reply("ask.no")
        elif command.intent in ("Yes", "No"):
            self.conductor.reply("answer.yes")
        return self._take()

    def unclear(self, understanding: Understanding, position: float = 0.0) -> list[Action]:
        """React to an utterance that is not obeyed: ask, explain, or let it pass."""
        self.conductor.position = position
        if self._asked_which_routine and understanding.intent == "StartRoutine" and understanding.slots:
            return self.command(understanding.command, position)
        if understanding.verdict is Verdict.ASK:
            self._question = understanding.command
            self.conductor.reply("ask", sentence=understanding.sentence)
        elif understanding.intent and understanding.reason.startswith("not now"):
            self._not_now(understanding.intent)
        elif understanding.score >= NEAR_A_COMMAND and self.state != "working":
            self.conductor.actions.append(Reply((Cue(tone="unclear"),)))
        return self._take()

    def withdraw_question(self) -> None:
        """Nobody answered: forget what was asked."""
        self._question = None

    def say(self, line: str) -> list[Action]:
        """Say one line of content over what is going on (a lost microphone, for example)."""
        self.conductor.reply(line)
        return self._take()

    # --- commands -----------------------------------------------------------------------------------------

    def _start(self, slots: Mapping[str, object]) -> None:
        if self.state != "idle":
            self.conductor.reply("routine.running", routine=self.conductor.routine)
            return
        asked = slots.get("routine")
        if asked is None:
            self._asked_which_routine = True
            self.conductor.reply("routine.which", routines=self._routine_names())
        elif str(asked) not in self.library.routines:
            self.conductor.reply("routine.none", routines=self._routine_names())
        else:
            routine = self.library.routines[str(asked)]
            self.conductor.begin(routine.name, make_plan(routine, self.library))
            self.chart.send("start")

    def _next(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self.chart.send("next")

    def _back(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self.chart.send("back")

    def _repeat(self, _slots: Mapping[str, object]) -> None:
        if self.state == "idle":
            self.conductor.actions.append(Play(self._flow("greeting")))
        else:
            self.chart.send("repeat")

    def _pause(self, _slots: Mapping[str, object]) -> None:
        if self.state == "paused":
            self.conductor.reply("pause.already")
        elif self._running():
            self.chart.send("pause")

    def _resume(self, _slots: Mapping[str, object]) -> None:
        if self.state == "idle" and not self.conductor.resumable():
            self.conductor.reply("resume.nothing")
        elif self.state in ("idle", "paused"):
            self.chart.send("resume")
        else:
            self._ready(_slots)

    def _stop(self, _slots: Mapping[str, object]) -> None:
        if self.state == "idle":
            self.conductor.actions.append(Play(self._flow("stop.nothing")))
        else:
            self.chart.send("stop")

    def _ready(self, _slots: Mapping[str, object]) -> None:
        if self.state == "working":
            self.conductor.reply("ready.already")
        elif self.state == "paused":
            self.chart.send("resume")
        elif self._running():
            self.chart.send("ready")

    def _wait(self, slots: Mapping[str, object]) -> None:
        if self.state == "working":
            self.conductor.reply("wait.working")
        elif self.state in ("positioning", "resting"):
            conductor = self.conductor
            seconds = _seconds(slots) or WAIT
            script = conductor.writer.positioning(seconds)
            conductor.actions.append(Play(script))
            conductor.reply("wait")
        elif self._running():
            self.conductor.reply("wait")

    def _set_hold(self, slots: Mapping[str, object]) -> None:
        conductor, seconds = self.conductor, _seconds(slots)
        if not self._running():
            return
        if not self._answers.is_hold() or seconds is None:
            conductor.reply("hold.not_a_hold")
        elif not LEAST_HOLD <= seconds <= MOST_HOLD:
            least, most = self.lines.duration(LEAST_HOLD), self.lines.duration(MOST_HOLD)
            conductor.reply("hold.too_long", duration=self.lines.duration(seconds), least=least, most=most)
        else:
            conductor.set_hold(round(seconds))
            if self.state == "working":
                self._change_count(round(seconds))
            conductor.reply("hold.changed", duration=self.lines.duration(seconds))

    def _alternative(self, _slots: Mapping[str, object]) -> None:
        if not self._running():
            return
        if self.conductor.work is None or self.conductor.work.alternative is None:
            self.conductor.reply("alternative.none")
        else:
            self.chart.send("exchange")

    def _goodbye(self, _slots: Mapping[str, object]) -> None:
        self.conductor.actions.append(Play(self._flow("goodbye")))
        self.conductor.actions.append(Leave())

    def _list_routines(self, _slots: Mapping[str, object]) -> None:
        self.conductor.reply("routines", routines=self._routine_names())

    def _help(self, _slots: Mapping[str, object]) -> None:
        self._answers.help(self.states[0])

    def _how_long_hold(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.how_long_hold()

    def _how_long_left(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.how_long_left(self.state)

    def _whats_next(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.whats_next()

    def _how_many_left(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.how_many_left()

    def _which_side(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.which_side()

    _handlers: Mapping[str, Callable[[Session, Mapping[str, object]], None]] = {
        "StartRoutine": _start,
        "Next": _next,
        "Back": _back,
        "Repeat": _repeat,
        "Pause": _pause,
        "Resume": _resume,
        "Stop": _stop,
        "Ready": _ready,
        "Wait": _wait,
        "SetHold": _set_hold,
        "Alternative": _alternative,
        "Goodbye": _goodbye,
        "ListRoutines": _list_routines,
        "Help": _help,
        "HowLongHold": _how_long_hold,
        "HowLongLeft": _how_long_left,
        "WhatsNext": _whats_next,
        "HowManyLeft": _how_many_left,
        "WhichSide": _which_side,
    }

    def _change_count(self, seconds: int) -> None:
        """Let the hold being counted go on with a new length, ending no sooner than it can be announced."""
        step, position = self.conductor.work, self.conductor.position
        if step is None or not isinstance(step.dose, Hold):
            return
        seconds = max(seconds, int(position) + SOONEST_END)
        changed = replace(step, dose=step.dose.model_copy(update={"seconds": seconds}))
        self.conductor.actions.append(Play(self.conductor.writer.work(changed), keep_clock=True))

    # --- small things -------------------------------------------------------------------------------------

    def _running(self) -> bool:
        """Whether a routine is running; says so when not."""
        if self.state == "idle":
            self.conductor.reply("routine.not_running")
        return self.state != "idle"

    def _not_now(self, intent: str) -> None:
        if intent in ("Yes", "No"):
            return
        help_line = self.lines(f"help.{self.states[0]}")
        if (intent, self.state) == ("Ready", "working"):
            self.conductor.reply("ready.already")
        elif self.state == "idle":
            self.conductor.reply("routine.not_running")
        else:
            self.conductor.reply("not_now", help=help_line)

    def _routine_names(self) -> str:
        return self.lines.joined([routine.name for routine in self.library.routines.values()])

    def _flow(self, line: str) -> Script:
        return self.conductor.writer.flow(line, self.conductor.writer.cue(line))

    def _take(self) -> list[Action]:
        actions: Sequence[Action] = self.conductor.actions
        self.conductor.actions = []
        return list(actions)


def _seconds(slots: Mapping[str, object]) -> float | None:
    """The duration in `slots` in seconds: from `seconds`, `minutes`, or both."""
    seconds, minutes = slots.get("seconds"), slots.get("minutes")
    if seconds is None and minutes is None:
        return None
    return float(str(seconds or 0)) + 60 * float(str(minutes or 0))
