"""The tests: laws, worked examples, contracts, crashes and races."""
