"""Turn taking: when an utterance ends, continues, or interrupts the coach."""
