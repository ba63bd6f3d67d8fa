"""The foreign companies: a mapping each, the table of what a run finds, and its tests."""
