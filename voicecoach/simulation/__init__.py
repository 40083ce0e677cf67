"""Conversations with the coach in a simulated room."""
