"""The types that the packages share; this package imports nothing of voicecoach."""
