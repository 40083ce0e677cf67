"""Provide other ways to hear commands, each run in a process of its own.

Each is a class with one method.
"""
