"""Playing scripts: the player, the mixer, tones and the sources of clips."""
