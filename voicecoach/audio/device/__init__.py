"""The sound card: PortAudio streams, reopened when a device fails."""
