"""The rows of the gate: what was asked, decided, set in motion and done, and the chain of it."""
