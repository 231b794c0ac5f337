"""Writing: words, corrections, models, records, answers, drafts."""
