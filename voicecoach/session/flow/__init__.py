"""The state chart, the place in the plan, questions, and what entering a state makes the coach do."""
