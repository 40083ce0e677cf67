"""Other ways to hear commands, each a class with one method, and each run in a process of its own."""
