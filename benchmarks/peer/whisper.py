"""Run Whisper tiny (quantised).

It hears thirty seconds at a time, however short an utterance is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peer.base import Setup, library, weights
from peer.onnx import Transformer
from peer.segments import Dictated
from peer.wordings import Wordings
from voicecoach.core.audio import HEARING_RATE, Samples

FOLDER = "whisper/models/Xenova/whisper-tiny"

_SECONDS = 30
_WINDOW, _STEP, _BANDS = 400, 160, 80
_BEGIN = (50258, 50259, 50359, 50363)
"""Tokens: a transcript begins, in English, transcribed, without times."""
_END = 50257
_KNOWN = 50364
"""Tokens from here on are times."""
_MOST = 100


class Whisper(Dictated):
    """See module docstring; its utterances are those of `segments`."""

    def __init__(self, setup: Setup):
        tokenizers = library("tokenizers")
        folder = setup.weights / FOLDER
        self._tokenizer = tokenizers.Tokenizer.from_file(str(weights(folder, "tokenizer.json")))
        encoder, decoder = (
            weights(folder, f"onnx/{name}_quantized.onnx")
            for name in ("encoder_model", "decoder_model_merged")
        )
        self._model = Transformer(encoder, decoder, "input_features", (6, 64))
        self._bands = mel_bands()
        super().__init__(self._write, Wordings(setup.phrases))

    def _write(self, sound: Samples) -> str:
        tokens = self._model.write(spectrogram(sound, self._bands), _BEGIN, _END, _MOST, _KNOWN)
        return str(self._tokenizer.decode(tokens))


def spectrogram(sound: Samples, bands: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return the logarithmic mel spectrogram of `sound`, padded with silence.

    It is the one that Whisper was trained on; shape (1, 80, 3000).
    """
    whole = np.zeros(_SECONDS * HEARING_RATE)
    whole[: len(sound)] = sound[: len(whole)]
    padded = np.pad(whole, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_STEP][
        : len(whole) // _STEP
    ]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW + 1)[:-1])) ** 2
    logarithms = np.log10(np.maximum(bands @ power.T, 1e-10))
    found: npt.NDArray[np.float32] = ((np.maximum(logarithms, logarithms.max() - 8) + 4) / 4)[
        None
    ].astype(np.float32)
    return found


def mel_bands() -> npt.NDArray[np.float64]:
    """Return triangular filters of equal area on Slaney's mel scale; shape (80, 201).

    The scale is linear up to 1 kHz.
    """
    corners = _hertz(np.linspace(0, _mel(HEARING_RATE / 2), _BANDS + 2))
    ramps = corners[:, None] - np.linspace(0, HEARING_RATE / 2, _WINDOW // 2 + 1)
    widths = np.diff(corners)[:, None]
    triangles = np.maximum(0, np.minimum(-ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]))
    bands: npt.NDArray[np.float64] = triangles * (2 / (corners[2:] - corners[:-2]))[:, None]
    return bands


_LINEAR = 200 / 3
_FROM = 1000.0
_GROWTH = np.log(6.4) / 27


def _mel(hertz: float) -> float:
    return (
        float(_FROM / _LINEAR + np.log(hertz / _FROM) / _GROWTH)
        if hertz >= _FROM
        else hertz / _LINEAR
    )


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(
        mel >= _FROM / _LINEAR, _FROM * np.exp(_GROWTH * (mel - _FROM / _LINEAR)), mel * _LINEAR
    )
