"""A report as a page, a print, sheets, JSON and text, with its charts."""
