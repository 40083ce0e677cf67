"""Understanding: from recognised words to intents with slots, and when to act on them."""
