"""What a peer is, what it is made from, and which there are.

What a process of a peer imports counts as its memory: nothing here needs more than numpy.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from voicecoach.core.audio import Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.understanding import Understanding, Verdict, WordGraph


class AbsentError(VoicecoachError):
    """A peer that cannot be made here: what is missing, and how to get it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Hold what peers are made from.

    It has the sentences that are commands (a sample where there are too many to write down), all of
    them as an automaton, the folders of Vosk's model without and with a language model for
    dictation, and the folder of other weights.
    """

    phrases: tuple[str, ...]
    graph: WordGraph
    model: Path
    dictation: Path
    weights: Path


class Peer(Protocol):
    """Define a way to hear, made from a Setup.

    Making it raises AbsentError where something of it is missing.
    """

    def hear(self, blocks: Iterable[Samples]) -> Iterator[list[Understanding]]:
        """Yield the decisions made with each block of a recording (16 kHz mono).

        What is obeyed is accepted: as an intent, or else as the `sentence` that says it.
        """


PEERS = {
    "voicecoach": "peer.ours:Ours",
    "pocketsphinx grammar": "peer.sphinx:Sphinx",
    "vosk dictation": "peer.kaldi:Dictation",
    "vosk phrase list": "peer.kaldi:PhraseList",
    "whisper tiny": "peer.whisper:Whisper",
    "moonshine tiny": "peer.moonshine:Moonshine",
}
"""Module and class of each, by its name in the table."""

OURS = "voicecoach"


def made(where: str, setup: Setup) -> Peer:
    """Make the peer whose class is `where`."""
    module, _, name = where.partition(":")
    peer: Peer = getattr(importlib.import_module(module), name)(setup)
    return peer


def library(name: str) -> Any:
    """Import a module that only peers need."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise AbsentError(
            f"{name.partition('.')[0]} is not installed; `make peers` gets it"
        ) from error


def weights(folder: Path, name: str) -> Path:
    """Return the file `name` of a package of weights."""
    if not (folder / name).is_file():
        raise AbsentError(
            f"there is no {name} in {folder}; `make peers` gets it, and --weights names another folder"
        )
    return folder / name


def obeyed(text: str, sentence: str | None, reason: str = "", score: float = 0.0) -> Understanding:
    """Return an utterance that is obeyed as `sentence`, if there is one."""
    verdict = Verdict.REJECT if sentence is None else Verdict.ACCEPT
    return Understanding(text, verdict, detail=reason, sentence=sentence or "", score=score)
