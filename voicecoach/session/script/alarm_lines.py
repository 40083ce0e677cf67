"""Write lines with the emergency number, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicecoach.content.lines import Lines

_SENTENCE_END = re.compile(r"(?<=[.?!]) ")


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`; each becomes a cue of its own."""
    return _SENTENCE_END.split(text)


def spell_number(number: str, lines: Lines) -> str:
    """Return a telephone number as one says it to be dialled: digit by digit."""
    return ", ".join(lines.number(int(digit)) for digit in number)


def alarm_prompts(lines: Lines, number: str) -> Iterator[tuple[str, str]]:
    """Return (id, text) of the sentences of all lines with the emergency number."""
    for line in lines.texts:
        if lines.placeholders(line) == {"number"}:
            for text in sentences(lines(line, number=spell_number(number, lines))):
                yield line, text
