"""How probable everyday words are, alone and after one another: a bigram model in the ARPA format.

Of that format (D. Paul and J. Baker 1992; described in SRILM's `ngram-format(5)`) it reads what a
bigram needs. Its logarithms are to base 10, ours natural.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

START, END = "<s>", "</s>"
"""The begin and the end of an utterance among the words."""


@dataclass(frozen=True, slots=True)
class Bigram:
    """Natural logarithms of probabilities: `words` of each word; `following` of a word after
    another, for pairs that were counted; `backoff` what any other word's costs more after this
    one."""

    words: Mapping[str, float] = field(default_factory=dict)
    following: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    backoff: Mapping[str, float] = field(default_factory=dict)

    def after(self, first: str, second: str) -> float:
        """The logarithm of the probability of `second` after `first`."""
        counted = self.following.get(first, {}).get(second)
        return self.backoff.get(first, 0.0) + self.words[second] if counted is None else counted


def read_arpa(lines: Iterable[str]) -> Bigram:
    """A model from a file's lines. Raises ValueError, with the number of the line, when one is not
    in the format."""
    words: dict[str, float] = {}
    backoff: dict[str, float] = {}
    following: dict[str, dict[str, float]] = {}
    section = ""
    for number, line in enumerate(lines, 1):
        if line.startswith("\\"):
            section = line.strip()
            continue
        try:
            match section, line.split():
                case "\\1-grams:", [probability, word, *weight]:
                    words[word] = _natural(probability)
                    backoff[word] = _natural(weight[0]) if weight else 0.0
                case "\\2-grams:", [probability, first, second, *_]:
                    following.setdefault(first, {})[second] = _natural(probability)
                case "\\1-grams:" | "\\2-grams:", [_, *_]:
                    raise ValueError("a probability and its words are expected")
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    if section != "\\end\\":
        raise ValueError("it ends without \\end\\")
    return Bigram(words, following, backoff)


def _natural(logarithm: str) -> float:
    return float(logarithm) * math.log(10)
