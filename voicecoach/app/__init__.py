"""Wiring: loads the parts and joins them to coaches."""
