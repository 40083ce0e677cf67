"""voicecoach: an offline, hands-free voice coach for leg routines."""

__version__ = "0.1.0"
