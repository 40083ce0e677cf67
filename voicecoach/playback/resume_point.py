"""Find where a clip that was broken off can be resumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from voicecoach.core.audio import Clip
from voicecoach.playback.mixer import MIXER_PARAMS

MAX_REWIND_S = 0.7
"""Longest part of a sentence that is repeated when it is resumed: two or three words."""

WORD_GAP_S = 0.05
"""Length of the gap between two words that is looked for."""


def pause_before(clip: Clip, sample: int) -> int:
    """Return the last quietest sample of `clip` in the 0.7 s before `sample`.

    Where there is next to no sound, a word has ended.
    """
    window = max(1, round(WORD_GAP_S * clip.rate))
    first = max(0, sample - round(MAX_REWIND_S * clip.rate))
    if sample - first <= window:
        return first
    power = np.concatenate(
        [[0.0], np.cumsum(np.square(clip.samples[first:sample], dtype=np.float64))]
    )
    quietest = np.argmin((power[window:] - power[:-window])[::-1])
    return sample - int(quietest) - window // 2


def resume_from(clip: Clip, sample: int) -> Clip:
    """Return the part of `clip` from `sample` on, faded in so that it does not click."""
    samples = clip.samples[sample:].copy()
    fade = min(len(samples), round(MIXER_PARAMS.fade_s * clip.rate))
    samples[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    return replace(clip, samples=samples, onset=0)
