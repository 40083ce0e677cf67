"""Hold the person's data: preferences, exercise memory, past sessions, day times."""
