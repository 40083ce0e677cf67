"""Detection of speech: voice activity, levels, short words, near-end speech."""
