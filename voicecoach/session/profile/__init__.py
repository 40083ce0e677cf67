"""What is known of the person: preferences, exercise memory, past sessions, times of day."""
