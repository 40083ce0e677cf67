"""The `voicecoach` command."""
