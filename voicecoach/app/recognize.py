"""Recognise recordings with the hearing and understanding of the live session."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from voicecoach.app.components import App
from voicecoach.audio.wav_file import read_audio, to_hearing
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Understanding
from voicecoach.turns.continuation import in_the_end

AFTERWARDS = 1.4
"""Seconds of silence after a recording, as in a room that goes on being quiet.

The last endpoint may take that long.
"""


def hear(app: App, samples: Samples) -> list[Hypothesis]:
    """Return the utterances in `samples` (16 kHz mono), heard block by block."""
    detector = app.utterance_detector()
    block = round(HEARING_RATE * BLOCK_SECONDS)
    sound = np.concatenate([samples, np.zeros(round(AFTERWARDS * HEARING_RATE), dtype=np.float32)])
    heard: list[Hypothesis] = []
    for start in range(0, len(sound), block):
        heard += detector.feed(sound[start : start + block])
    return heard + detector.flush()


def recognize(app: App, path: Path, states: Collection[str] | None) -> dict[str, object]:
    """Recognise the file at `path`, and return the fields of one JSON line.

    The top-level fields describe the first utterance that is obeyed, else the first one. If there
    are several, `utterances` has them all.

    Raises:
        AudioFileError: The file holds no sound.
    """
    samples, rate = read_audio(path)
    heard = hear(app, to_hearing(samples, rate))
    utterances = [
        _fields(*one) for one in in_the_end(heard, lambda one: app.understand(one, states))
    ]
    nothing: dict[str, object] = {
        "text": "",
        "intent": None,
        "slots": {},
        "accepted": False,
        "reason": "no speech was heard",
    }
    nothing |= {"decided_at": None, "speech_end": None}
    chosen = next(
        (fields for fields in utterances if fields["accepted"]), (utterances or [nothing])[0]
    )
    result: dict[str, object] = {
        "file": str(path),
        **chosen,
        "duration": round(len(samples) / rate, 3),
    }
    if len(utterances) > 1:
        result["utterances"] = utterances
    return result


def _fields(heard: Hypothesis, understood: Understanding) -> dict[str, object]:
    return {
        "text": heard.text,
        "intent": understood.intent if understood.accepted else None,
        "slots": dict(understood.slots) if understood.accepted else {},
        "accepted": understood.accepted,
        "reason": understood.detail,
        "decided_at": round(heard.decided_at, 3),
        "speech_end": round(heard.speech_end, 3),
    }
