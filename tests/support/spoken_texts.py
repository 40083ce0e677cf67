"""What a listener may take for a command in the coach's own words."""

from __future__ import annotations

import re
from functools import cache

import yaml
from hassil import Intents, recognize
from hassil.intents import SlotList, TextSlotList

from tests.support.paths import ROOT
from voicecoach.content.library import load_library

LIBRARY = load_library()


def sentences(text: str) -> list[str]:
    """Split `text` into its sentences."""
    return [sentence for sentence in re.split(r"(?<=[.?!])\s+", text) if sentence]


@cache
def commands() -> Intents:
    """What the coach understands in any state."""
    raw = yaml.safe_load((ROOT / "intents.yaml").read_text(encoding="utf-8"))
    for intent in raw["intents"].values():
        for block in intent["data"]:
            block.pop("requires_context", None)
    return Intents.from_dict(raw)


def command_in(text: str) -> str | None:
    """The first part of `text` between punctuation marks that is a command by itself."""
    names: dict[str, SlotList] = {"routine": TextSlotList.from_tuples(LIBRARY.spoken_routines())}
    for side, other in (("left", "right"), ("right", "left")):
        for part in re.split(r"[,.;:?!]", text.format(side=side, other=other)):
            if part.strip() and recognize(part.strip().lower(), commands(), slot_lists=names):
                return part
    return None
