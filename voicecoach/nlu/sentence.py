"""Define templates of the intents, their sentences, and the kinds of sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from voicecoach.nlu import sampling
from voicecoach.nlu.template import Node

VARIES = " ..."
"""Suffix of a meaning that depends on the values of slots."""

CAUTION = " caution "
"""Separator of the meaning and the caution in a kind."""

ANSWER = 2.0
"""Cost (nats) in the decoding graph of a sentence that counts only as an answer, in addition to its
caution. The cost is removed while the question is open (`answer_prior`). Without it, the many
answers ("both knees, four") displaced commands ("hold this for a minute") while no question was
open."""


@dataclass(frozen=True, slots=True)
class TemplateSentence:
    """One sentence as it is spoken, and what it means.

    `states` are the states of the session in which it counts (None: all of them); `template` is
    where it comes from, as it stands in the file; `confirm` is whether to ask back before obeying
    it; `caution` is how much surer (nats) than of others the recogniser must be of it; `urgent` is
    whether to ask rather than to miss it; `answer` is whether it counts only as an answer to a
    question of its own ("four").
    """

    text: str
    intent: str
    slots: Mapping[str, object]
    states: frozenset[str] | None
    template: str
    confirm: bool = False
    caution: float = 0.0
    urgent: bool = False
    answer: bool = False

    @property
    def meaning(self) -> tuple[str, str]:
        """Return intent and slots as a key of the meaning."""
        return self.intent, repr(sorted(self.slots.items()))

    def counts_in(self, states: Collection[str] | None) -> bool:
        """Return True if the sentence counts in any of `states`; None allows any state with no open
        question."""
        if states is None:
            return not self.answer
        return self.states is None or not self.states.isdisjoint(states)


@dataclass(frozen=True, slots=True)
class Template:
    """One template of the file. `slots` are those of its block; `line` is where it stands. `kind`
    is what its sentences mean; where that depends on what is said in its slots, it ends with
    VARIES. After that, how surely they must be heard, and what else sets it apart in the decoding
    graph."""

    text: str
    intent: str
    slots: Mapping[str, object]
    states: frozenset[str] | None
    confirm: bool
    caution: float
    urgent: bool
    answer: bool
    rare: bool
    line: int
    node: Node
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        slots = "".join(f" {name}={value}" for name, value in sorted(self.slots.items()))
        varies = VARIES if any(True for _ in sampling.slots(self.node)) else ""
        apart = f"{' answer' * self.answer}{' beside' * self.beside}"
        kind = f"{self.intent}{slots}{varies}{CAUTION}{self.caution:g}{apart}"
        object.__setattr__(
            self, "kind", kind
        )  # once: to look for slots in all templates takes 20 ms

    @property
    def beside(self) -> bool:
        """Return True if it must not make other sentences harder to recognise: urgent, rare, or an
        answer."""
        return self.urgent or self.rare or self.answer

    def sentence(self, text: str, slots: Mapping[str, object]) -> TemplateSentence:
        """Return a sentence of this template."""
        together = {**self.slots, **slots}
        flags = self.confirm, self.caution, self.urgent, self.answer
        return TemplateSentence(text, self.intent, together, self.states, self.text, *flags)
