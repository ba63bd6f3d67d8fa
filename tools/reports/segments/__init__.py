"""How the segments differ, and the section about them."""
