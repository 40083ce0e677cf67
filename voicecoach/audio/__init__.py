"""Sound in and out: device streams, the simulated room, echo cancelling, files."""
