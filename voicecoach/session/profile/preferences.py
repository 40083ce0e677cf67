"""How a user likes to be coached. What is set by voice is noted, so that the next session can begin with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CountStyle = Literal["usual", "every second", "every five", "down", "none"]
Words = Literal["usual", "few"]
Listening = Literal["always", "by name"]
Pace = Literal["fast", "usual", "slow", "very slow"]

PACES: Mapping[Pace, float] = {"fast": 0.8, "usual": 1.0, "slow": 1.25, "very slow": 1.5}
"""How long a repetition, the time to get into position and the pauses between sentences take, against the usual; from
the fastest to the slowest."""

QUIETEST, LOUDEST = -18, 6
"""Volume (dB re the level of the recordings) between which the user may choose. Above +6 dB speech is clipped more
than in its highest peaks."""

EMERGENCY_NUMBER = "112"
"""Where nothing else is set: the number of the European Union, the United Kingdom, India and most mobile networks."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a user likes; the names of the fields are those of the settings."""

    counting: CountStyle = "usual"
    words: Words = "usual"
    pace: Pace = "usual"
    volume: int = 0
    """dB re the level of the recordings."""
    listening: Listening = "always"
    """To all that is said, or only to what is said with the coach's name."""
