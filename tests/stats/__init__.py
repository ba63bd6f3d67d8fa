"""Statistics against published values and scipy."""
