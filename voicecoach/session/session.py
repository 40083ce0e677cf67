"""The session: commands and "played" events in, actions out. No audio, no thread, no clock, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from voicecoach.events import Action, Command, Cue, Leave, Play, Reply, Script, Understanding, Verdict, Volume
from voicecoach.session.alarm import EMERGENCY_NUMBER, Alarm
from voicecoach.session.answers import Answers
from voicecoach.session.chart import SessionChart
from voicecoach.session.conductor import Conductor
from voicecoach.session.lengths import MOST_WAIT, Lengths, length
from voicecoach.session.lines import Lines
from voicecoach.session.plan import make_plan
from voicecoach.session.routine import Library
from voicecoach.session.script import ScriptWriter

VOLUME_STEP = 6.0
"""Step (dB) of "louder" and "quieter": a change that nobody asks about twice."""

QUIETEST, LOUDEST = -18.0, 6.0
"""Volume (dB re the level of the recordings) between which the user may choose. Above +6 dB speech is clipped more
than in its highest peaks."""

NEAR_A_COMMAND = 60.0
"""From this score on, a reject is taken for a command that went wrong, and is answered with a tone."""


Handler = Callable[["Session", Mapping[str, object]], None]


def _answering(answer: Callable[[Answers], None]) -> Handler:
    """Obeys a command that asks something about the routine that is running."""

    def handle(session: Session, _slots: Mapping[str, object]) -> None:
        if session._running():
            answer(session._answers)

    return handle


class Session:
    """Leads routines of `library` in the words of `lines`; `emergency_number` (digits) is named after a red flag.

    Every method that takes part in the conversation returns the actions to carry out, in order. `position` is
    always the number of seconds into the beat script being played (0 in a flow).
    """

    def __init__(self, library: Library, lines: Lines, emergency_number: str = EMERGENCY_NUMBER):
        self.library = library
        self.lines = lines
        self.conductor = Conductor(ScriptWriter(lines))
        self.chart = SessionChart(self.conductor)
        self._answers = Answers(self.conductor)
        self._lengths = Lengths(self.conductor)
        self._alarm = Alarm(self.conductor, self.chart, emergency_number)
        self._volume = 0.0
        self._question: Command | None = None
        self._asked_which_routine = False

    # --- what others may know -----------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """idle, announcing, positioning, working, resting, paused, resuming or alarmed."""
        return self.chart.innermost

    @property
    def states(self) -> tuple[str, ...]:
        """The states that decide which commands count now."""
        state = {"resuming": "announcing", "alarmed": "idle"}.get(self.state, self.state)
        return (state, "asking") if self._question or self._alarm.asking else (state,)

    # --- events -------------------------------------------------------------------------------------------

    def greet(self, *, half_duplex: bool = False) -> list[Action]:
        """Say hello; `half_duplex`: and that the coach is deaf while it speaks."""
        cues = [self.conductor.writer.cue(line) for line in ("greeting", *(["greeting.turns"] if half_duplex else []))]
        self.conductor.actions.append(Play(self.conductor.writer.flow("greeting", *cues)))
        return self._take()

    def played(self) -> list[Action]:
        """The script has been played to its end."""
        self.conductor.position = 0.0
        if not self._alarm.played():
            self.chart.send("played")
        return self._take()

    def command(self, command: Command, position: float = 0.0) -> list[Action]:
        """Obey `command`."""
        self.conductor.position = position
        question, self._question = self._question, None
        self._asked_which_routine = False
        if command.intent == "Yes" and question:
            command = question
        if self._alarm.obey(command):
            return self._take()
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
        if self._alarm.doubt(understanding):
            self._question = None
            return self._take()
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

    def withdraw_question(self) -> list[Action]:
        """Nobody answered: forget what was asked."""
        self._question = None
        self._alarm.unanswered()
        return self._take()

    def say(self, line: str) -> list[Action]:
        """Say one line of content over what is going on (a lost microphone, for example)."""
        self.conductor.reply(line)
        return self._take()

    # --- commands -----------------------------------------------------------------------------------------

    def _start(self, slots: Mapping[str, object]) -> None:
        if self.state not in ("idle", "alarmed"):
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
        seconds = length(slots)
        if self.state == "working" or (self.state != "paused" and (seconds or 0.0) > MOST_WAIT):
            self._pause(slots)
        elif self.state in ("positioning", "resting"):
            self._lengths.wait(seconds)
        elif self._running():
            self.conductor.reply("wait")

    def _set_hold(self, slots: Mapping[str, object]) -> None:
        if self._running():
            self._lengths.set_hold(length(slots), counting=self.state == "working")

    def _pain(self, _slots: Mapping[str, object]) -> None:
        if self.state == "idle":
            self.conductor.reply("pain.idle")
        else:
            self.chart.send("hurt")

    def _slower(self, slots: Mapping[str, object]) -> None:
        if self.state in ("announcing", "positioning", "resting"):
            self._wait(slots)
        elif self._running():
            self.conductor.reply("pace.slower")

    def _faster(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self.conductor.reply("pace.faster")

    def _louder(self, _slots: Mapping[str, object]) -> None:
        self._turn("louder", VOLUME_STEP)

    def _quieter(self, _slots: Mapping[str, object]) -> None:
        self._turn("quieter", -VOLUME_STEP)

    def _turn(self, way: str, decibels: float) -> None:
        """Turn the volume up or down by `decibels`, as far as it goes."""
        volume = self._volume + decibels
        if not QUIETEST <= volume <= LOUDEST:
            self.conductor.reply(f"volume.{way}.end")
            return
        self._volume = volume
        self.conductor.actions.append(Volume(volume))
        self.conductor.reply(f"volume.{way}")

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

    def _how_long_left(self, _slots: Mapping[str, object]) -> None:
        if self._running():
            self._answers.how_long_left(self.state)

    _handlers: Mapping[str, Handler] = {
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
        "HowLongHold": _answering(Answers.how_long_hold),
        "HowLongLeft": _how_long_left,
        "WhatsNext": _answering(Answers.whats_next),
        "HowManyLeft": _answering(Answers.how_many_left),
        "WhichSide": _answering(Answers.which_side),
        "Easier": _answering(Answers.easier),
        "Harder": _answering(Answers.harder),
        "Pain": _pain,
        "Slower": _slower,
        "Faster": _faster,
        "Louder": _louder,
        "Quieter": _quieter,
    }

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
        if intent in ("Ready", "Resume") and self.state == "working":
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
