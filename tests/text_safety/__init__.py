"""Words in disguise, and words that only look so."""
