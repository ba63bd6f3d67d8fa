"""Who comes back: cohorts, their returns, and the section about them."""
