"""Keep the journal of sessions, and report from it."""
