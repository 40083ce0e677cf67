"""Define the error that tells a user what to do."""

from __future__ import annotations


class VoicecoachError(Exception):
    """Report a mistake that the user can mend, in one clear sentence.

    The sentence says where the mistake is and what to do.
    """
