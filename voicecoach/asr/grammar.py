"""The recogniser's grammar: the sentences it may hear, and decoys for what it must not mishear.

Vosk turns a list of phrases into a bigram model over their words, so that phrases recombine; the whole
utterance is verified after decoding, and other speech needs somewhere to go.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable

_LOG = logging.getLogger(__name__)

UNKNOWN = "[unk]"
"""What the recogniser writes for sound that is none of the grammar's words."""

DECOYS = (
    "no yes go right left up down on off one two three four five six seven eight nine ten zero "
    "the a and i you it that this what is okay well so oh uh um hey hi the to of in know now"
).split()
"""One-word phrases that mean nothing to the coach but sound like its commands: without them "no" is heard as
"next" in 17 of 80 finals, with them in none (design)."""


def grammar(sentences: Iterable[str], knows: Callable[[str], bool], decoys: Iterable[str] = DECOYS) -> str:
    """Vosk's grammar (JSON) of `sentences`, decoys and `[unk]`.

    A sentence with a word that the model does not know is left out and logged: Vosk itself would only drop
    the word, and hear something that nobody meant.
    """
    known: dict[str, bool] = {}
    phrases: dict[str, None] = {}
    for sentence in (*sentences, *decoys):
        words = sentence.split()
        strangers = [word for word in words if not known.setdefault(word, knows(word))]
        if strangers:
            _LOG.warning("the recogniser does not know %s: it cannot hear %r", ", ".join(strangers), sentence)
        elif words:
            phrases[sentence] = None
    return json.dumps([*phrases, UNKNOWN])
