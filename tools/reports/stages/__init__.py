"""Where everybody is in the lifecycle, who moved, and the section about it."""
