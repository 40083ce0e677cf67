"""The loop: a block of microphone in, a block of speaker out."""
