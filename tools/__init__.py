"""What the agent holds: sources, warehouse, calculators, values, reports, words, store."""
