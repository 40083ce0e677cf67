"""Files, caches, threads, clocks and process-wide settings."""
