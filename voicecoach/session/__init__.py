"""The session: exercises and routines, the plan, what is said, and the state chart."""
