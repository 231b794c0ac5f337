"""Reading: judgements by the model in use, word lists, likeness, answers, trends."""
