"""Alembic's scripts; `tools.store.migrate` runs them."""
