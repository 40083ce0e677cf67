"""What the tests of the echo share: the coach's voice as it comes back to the microphone."""

from __future__ import annotations

import numpy as np

from voicecoach.audio.echo.kalman_filter import BLOCK
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.simulation.room import Room, RoomSettings

QUIET = RoomSettings(echo_db=0.0, noise_db=-40.0)

TEXTS = [
    "Stand up straight with one hand on the wall, and keep your knees together.",
    "Keep your heel on the floor, and lean forward until you feel a gentle stretch.",
    "Get into position, and say ready when you are there.",
    "Switch sides. Left leg now. Nothing should hurt, a gentle pull is enough.",
    "Lie on your back, bend both knees, and put your feet flat on the floor.",
]


def blocks(samples: Samples) -> list[Samples]:
    return list(samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK))


def at_the_microphone(speech: Samples, settings: RoomSettings) -> Samples:
    room = Room(HEARING_RATE, settings)
    return np.concatenate([room.process_block(block) for block in blocks(speech)])
