"""Run the encoder and decoder of a transformer that dictates, over onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from peer.base import library

_PAST, _PRESENT = "past_key_values", "present"


class Transformer:
    """Run one transformer.

    `shape` is (heads, size) of the decoder's keys and values; `sound` is the name of the encoder's
    input.
    """

    def __init__(self, encoder: Path, decoder: Path, sound: str, shape: tuple[int, int]):
        runtime = library("onnxruntime")
        options = runtime.SessionOptions()
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # waiting is not to count as work
        self._encoder, self._decoder = (
            runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            for file in (encoder, decoder)
        )
        self._sound = sound
        heads, size = shape
        nothing = np.zeros((1, heads, 1, size), dtype=np.float32)
        self._nothing = {
            one.name: nothing for one in self._decoder.get_inputs() if one.name.startswith(_PAST)
        }
        self._outputs = [one.name for one in self._decoder.get_outputs()]

    def write(
        self, sound: npt.NDArray[np.float32], begin: Sequence[int], end: int, most: int, known: int
    ) -> list[int]:
        """Return the most probable tokens below `known`, one after the other.

        They follow `begin`, until `end` or at most `most` of them.
        """
        states = self._encoder.run(None, {self._sound: sound})[0]
        past = dict(self._nothing)
        feed, written = list(begin), list[int]()
        while len(written) < most:
            cached = bool(written)
            given: dict[str, Any] = {
                "input_ids": np.array([feed], np.int64),
                "encoder_hidden_states": states,
            }
            given |= {"use_cache_branch": np.array([cached]), **past}
            found = dict(zip(self._outputs, self._decoder.run(None, given), strict=True))
            token = int(found["logits"][0, -1, :known].argmax())
            if token == end:
                break
            for name in past:
                if not (cached and "encoder" in name):  # what it heard is told once only
                    past[name] = found[name.replace(_PAST, _PRESENT)]
            written.append(token)
            feed = [token]
        return written
