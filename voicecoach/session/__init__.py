"""Lead a session: the plan, the words, the questions and the state chart."""
