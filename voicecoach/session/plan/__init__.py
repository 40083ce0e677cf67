"""Plans: from a request to the steps of a session."""
