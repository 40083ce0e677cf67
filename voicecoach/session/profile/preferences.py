"""Hold how a user likes to be coached.

What is set by voice is noted, so that the next session can begin with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CountStyle = Literal["usual", "every second", "every five", "down", "none"]
Words = Literal["usual", "few"]
Listening = Literal["always", "by name"]
Pace = Literal["fast", "usual", "slow", "very slow"]

PACES: Mapping[Pace, float] = {"fast": 0.8, "usual": 1.0, "slow": 1.25, "very slow": 1.5}
"""Factors on the length of a repetition, the setup time and the pauses in speech.

They are sorted from the fastest to the slowest.
"""

QUIETEST, LOUDEST = -18, 6
"""Limits of the volume (dB re the level of the recordings) for the user's choice.

Above +6 dB more of the speech is clipped than its highest peaks.
"""

EMERGENCY_NUMBER = "112"
"""Default emergency number.

It is valid in the European Union, the United Kingdom, India and most mobile networks.
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Hold a user's preferences; the fields are named as in the settings."""

    counting: CountStyle = "usual"
    words: Words = "usual"
    pace: Pace = "usual"
    volume: int = 0
    """dB re the level of the recordings."""
    listening: Listening = "always"
    """To all that is said, or only to what is said with the coach's name."""
