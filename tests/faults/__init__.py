"""The fault table: every fault of the promises, injected on each database, with the invariants."""
