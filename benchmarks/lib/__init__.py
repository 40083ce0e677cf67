"""What the benchmarks share: recordings, mixing, scenes, scoring and the report."""
