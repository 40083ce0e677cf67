"""Turn what the recogniser heard into what it means in the present state.

The steps are: prefer answers to an open question (`answer_prior`), match the text of every reading
against the intents, alone or as several commands (`multi_command`), and weigh the readings against
each other (`confidence`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from voicecoach.core.speech import Alternative, Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.nlu import answer_prior, confidence
from voicecoach.nlu.multi_command import MultiCommand

if TYPE_CHECKING:
    from voicecoach.content.language import Links
    from voicecoach.nlu.matcher import Matcher

_LOG = logging.getLogger(__name__)

CACHED_TEXTS = 256
"""Texts whose meanings are cached: the readings of an utterance are looked up several times, first
in the hearing thread, then in the audio thread, which must not compute them."""


class Understander:
    """Understand utterances with the intents of one matcher.

    Args:
        matcher: Matches one text with the intents.
        links: The words that join or correct commands in one utterance.
    """

    def __init__(self, matcher: Matcher, links: Links):
        self._intents = matcher.intents
        multi_command = MultiCommand(self._intents.word_graph(), self._intents.fillers, links)
        self._cached_understand = lru_cache(maxsize=CACHED_TEXTS)(
            multi_command.understand(matcher.understand)
        )

    def understand(self, heard: Hypothesis, states: Collection[str] | None) -> Understanding:
        """Return what an utterance means in `states`; None allows any state."""
        if states is not None:
            heard = answer_prior.rescore(heard, lambda text: self._intents.answers(text, states))
        understood = confidence.rescore(heard, states, self._understand_text)
        _LOG.debug(
            "%r in %s: %s %s (%s)",
            heard.text,
            "any state" if states is None else "/".join(states),
            understood.verdict.value,
            understood.intent or "nothing",
            understood.detail,
        )
        return understood

    def is_sure(self, text: str, alternatives: Sequence[Alternative]) -> bool:
        """Return True if `text` is a command in some state and clearly the most probable
        reading."""
        heard = Hypothesis(text, 0.0, 0.0, 0.0, alternatives=tuple(alternatives), over_coach=True)
        return confidence.rescore(heard, None, self._understand_text).accepted

    def _understand_text(self, text: str, states: Collection[str] | None) -> Understanding:
        return self._cached_understand(text, None if states is None else frozenset(states))
