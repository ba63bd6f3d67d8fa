"""Databases for these tests."""

from tests.databases import database_url, empty_url, store

__all__ = ["database_url", "empty_url", "store"]
