"""Describe the voice of the coach."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.content.language import DEFAULT


@dataclass(frozen=True, slots=True)
class Voice:
    """Describe the voice of the coach."""

    name: str | None = None
    """pyttsx3's voice id (see `list_voices`).

    Variants are allowed for eSpeak, as in "en-us+f2". None: a voice that speaks the language.
    """

    rate: int = 150
    """Words a minute."""

    engine: str | None = None
    """pyttsx3's driver name; None: the platform's."""

    language: str = DEFAULT
    """Language of the default voice."""
