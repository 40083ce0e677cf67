"""Speaking: synthesis, its cache, tones, and the mixer that plays them on the beat."""
