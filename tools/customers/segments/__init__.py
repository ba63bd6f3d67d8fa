"""Three to five groups of accounts that behave differently, and how sure we are of it."""
