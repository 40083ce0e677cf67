"""Define the meaning of an utterance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class WordGraph:
    """Hold sentences as an acyclic automaton: state -> word -> next state.

    State 0 is the start, and a state comes after those that lead to it. `final` has the states in
    which a sentence may end, each with the kinds of sentences that end there.
    """

    arcs: tuple[Mapping[str, int], ...]
    final: Mapping[int, frozenset[str]]


class Verdict(Enum):
    """Name what to do with an utterance."""

    ACCEPT = "accept"
    ASK = "ask"
    """Near enough to ask back ("did you say next?"), too far to obey."""
    REJECT = "reject"


class RejectReason(Enum):
    """Why an utterance is not obeyed."""

    NOTHING_SAID = "nothing said"
    FILLER_WORDS = "filler words"
    """Nothing but words that mean nothing ("please")."""
    UNKNOWN_SOUNDS = "unknown sounds"
    UNLIKE_ANY_COMMAND = "unlike any command"
    NOT_NOW = "not now"
    """A command that does not count in the present state."""
    NOT_ASKED = "not asked"
    """An answer to a question that nobody has asked."""
    NOT_SURE = "not sure"
    """Everyday talk is nearly as probable as the command."""
    OWN_VOICE = "own voice"
    """The coach heard itself."""
    NOT_ADDRESSED = "not addressed"
    """The coach is to be called by its name, and was not."""
    ALREADY_OBEYED = "already obeyed"
    DEFECT = "defect"
    """An unexpected exception kept the utterance from being understood."""


@dataclass(frozen=True, slots=True)
class Command:
    """An intent with its slots, ready to be obeyed. `text` is what was heard."""

    intent: str
    slots: Mapping[str, object] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """Say what an utterance was taken for, and why.

    `intent` and `slots` name the best candidate also where the verdict is not ACCEPT (a command
    that does not fit the state, or a near miss), so that the coach can answer it.
    """

    text: str
    verdict: Verdict
    _: KW_ONLY
    reject_reason: RejectReason | None = None
    """Why it is not obeyed; None where the verdict is not REJECT."""
    detail: str = ""
    """The reason in words, for logs and for people. Nothing hangs on its wording."""
    intent: str | None = None
    slots: Mapping[str, object] = field(default_factory=dict)
    sentence: str = ""
    """The matched sentence as a user would say it."""
    score: float = 0.0
    """Likeness to the sentence, 0 to 100."""
    reject_margin_nats: float = 0.0
    """How much more probable than other texts the sentence has to be, beyond what is usual."""
    expected: bool = False
    """Whether the state calls for it: it does not count in all states, but in this one."""
    urgent: bool = False
    """Whether to ask rather than to miss it."""
    then: tuple[str, ...] = ()
    """Further sentences of the utterance.

    They are to be understood once this one has been obeyed.
    """
    parts: int = 1
    """Sentences that were said in one breath, those that were taken back among them."""

    @property
    def accepted(self) -> bool:
        """Return True if the coach obeys."""
        return self.verdict is Verdict.ACCEPT

    @property
    def command(self) -> Command:
        """Return the candidate as a command; ValueError when there is none."""
        if self.intent is None:
            raise ValueError(f"nothing was understood in {self.text!r}")
        return Command(self.intent, self.slots, self.text)
