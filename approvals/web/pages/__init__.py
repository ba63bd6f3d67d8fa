"""Pages: GET shows, POST does."""
