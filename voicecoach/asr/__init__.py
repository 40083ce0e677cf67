"""Hearing: the recogniser and its model, its grammar, voice activity."""
