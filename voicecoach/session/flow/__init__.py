"""Run the state chart, the plan's cursor and the questions of a session.

Entering a state yields the coach's actions.
"""
