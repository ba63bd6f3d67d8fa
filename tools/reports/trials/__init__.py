"""Who pays after trying, and the section about it."""
