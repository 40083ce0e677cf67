"""Moonshine tiny (quantised), as its package for browsers has it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np

from peer.base import AbsentError, Setup, weights
from peer.onnx import Transformer
from peer.segments import Dictated
from peer.wordings import Wordings
from voicecoach.core.audio import HEARING_RATE, Samples

FOLDER = "moonshine/dist"

_BEGIN, _END = 1, 2
_TOKENS_A_SECOND = 6
"""Most that it writes, as its authors advise: beyond that it repeats itself."""
_STRINGS = re.compile(r'"([A-Za-z0-9+/=]{100000,})"')


class Moonshine(Dictated):
    """See module docstring; its utterances are those of `segments`."""

    def __init__(self, setup: Setup):
        folder = setup.weights / FOLDER
        encoder, decoder = (
            weights(folder, f"model/tiny/quantized/{name}.onnx")
            for name in ("encoder_model", "decoder_model_merged")
        )
        self._tokens = vocabulary(weights(folder, "moonshine.min.js"))
        self._model = Transformer(encoder, decoder, "input_values", (8, 36))
        super().__init__(self._write, Wordings(setup.phrases))

    def _write(self, sound: Samples) -> str:
        most = 8 + round(len(sound) / HEARING_RATE * _TOKENS_A_SECOND)
        tokens = self._model.write(
            sound[None].astype(np.float32), (_BEGIN,), _END, most, len(self._tokens)
        )
        return (
            "".join(self._tokens[token] for token in tokens if token > _END)
            .replace("▁", " ")
            .strip()
        )


def vocabulary(script: Path) -> list[str]:
    """Return the tokens: the longest list of lines within the script (base64).

    The package has them nowhere else.
    """
    strings = _STRINGS.findall(script.read_text(encoding="utf-8"))
    texts = [base64.b64decode(found) for found in strings if len(found) % 4 == 0]
    if not texts:
        raise AbsentError(
            f"there is no vocabulary in {script}; get the version that `make peers` names"
        )
    return max(texts, key=lambda text: text.count(b"\n")).decode("utf-8").split("\n")
