"""Cancellation of the coach's own voice in the microphone signal."""
