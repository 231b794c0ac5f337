"""Language (语言引擎): words, labels, crisis, likeness, answers; offline, on a CPU."""
