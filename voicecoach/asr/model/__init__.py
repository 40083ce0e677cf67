"""The recogniser's model: where it is, how it is fetched and verified."""
