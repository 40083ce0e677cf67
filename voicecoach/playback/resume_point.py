"""Where a clip can be broken off and taken up again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from voicecoach.core.audio import Clip
from voicecoach.playback.mixer import FADE_SECONDS

REWIND = 0.7
"""How far (s) back a sentence that was broken off is taken up again at most: two or three words."""

GAP = 0.05
"""Length (s) of the gap between two words that is looked for."""


def pause_before(clip: Clip, sample: int) -> int:
    """The quietest place (a sample) of `clip` in the REWIND seconds before `sample`, the last of several: where next to
    nothing is, a word has ended."""
    window = max(1, round(GAP * clip.rate))
    first = max(0, sample - round(REWIND * clip.rate))
    if sample - first <= window:
        return first
    power = np.concatenate([[0.0], np.cumsum(np.square(clip.samples[first:sample], dtype=np.float64))])
    quietest = np.argmin((power[window:] - power[:-window])[::-1])
    return sample - int(quietest) - window // 2


def resume_from(clip: Clip, sample: int) -> Clip:
    """What of `clip` comes from `sample` on; it begins without a click."""
    samples = clip.samples[sample:].copy()
    fade = min(len(samples), round(FADE_SECONDS * clip.rate))
    samples[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    return replace(clip, samples=samples, onset=0)
