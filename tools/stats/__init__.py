"""Statistics from sums: pure functions that know nothing of customers."""
