"""The inbox as web pages."""
