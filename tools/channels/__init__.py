"""Ways out of the building."""
