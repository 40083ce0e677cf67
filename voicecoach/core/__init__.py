"""Define the types that the packages share; import nothing of voicecoach."""
