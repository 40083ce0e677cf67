"""Render speech in a separate process, and cache it."""
