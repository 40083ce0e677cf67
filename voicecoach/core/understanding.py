"""What an utterance means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class WordGraph:
    """Sentences as an acyclic automaton over words: state -> word -> next state. State 0 is the start, a state comes
    after those that lead to it, and `final` has the states in which a sentence may end, each with the kinds of
    sentences that do."""

    arcs: tuple[Mapping[str, int], ...]
    final: Mapping[int, frozenset[str]]


class Verdict(Enum):
    """What to do with an utterance."""

    ACCEPT = "accept"
    ASK = "ask"
    """Near enough to ask back ("did you say next?"), too far to obey."""
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Command:
    """An intent with its slots, ready to be obeyed. `text` is what was heard."""

    intent: str
    slots: Mapping[str, object] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What an utterance was taken for, and why.

    `intent` and `slots` name the best candidate also where the verdict is not ACCEPT (a command that does not
    fit the state, or a near miss), so that the coach can answer it. `sentence` is the matched sentence as one
    would say it. `score` is 0..100. `caution` is how much surer (nats) than of others one has to be of the sentence,
    `expected` whether the state calls for it (it does not count in all states, but in this one), `urgent` whether to
    ask rather than to miss it.
    """

    text: str
    verdict: Verdict
    reason: str
    intent: str | None = None
    slots: Mapping[str, object] = field(default_factory=dict)
    sentence: str = ""
    score: float = 0.0
    caution: float = 0.0
    expected: bool = False
    urgent: bool = False
    then: tuple[str, ...] = ()
    """What else was said in the same breath: sentences to be understood once this one has been obeyed."""
    parts: int = 1
    """Sentences that were said in one breath, those that were taken back among them."""

    @property
    def accepted(self) -> bool:
        """Whether the coach obeys."""
        return self.verdict is Verdict.ACCEPT

    @property
    def command(self) -> Command:
        """The candidate as a command; ValueError when there is none."""
        if self.intent is None:
            raise ValueError(f"nothing was understood in {self.text!r}")
        return Command(self.intent, self.slots, self.text)
