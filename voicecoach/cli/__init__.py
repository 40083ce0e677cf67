"""Provide the `voicecoach` command."""
