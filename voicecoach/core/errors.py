"""The error that tells a user what to do."""

from __future__ import annotations


class VoicecoachError(Exception):
    """A mistake that the user can mend: one clear sentence saying where and what to do."""
