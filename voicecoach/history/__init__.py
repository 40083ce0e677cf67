"""What is kept of the sessions: the journal, and what can be told from it."""
