"""The JSON API: the same actions as the pages, documented."""
