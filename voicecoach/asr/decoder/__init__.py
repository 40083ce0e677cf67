"""Vosk and the decoding graph that it is given."""
