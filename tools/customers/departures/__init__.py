"""Accounts that stopped paying, and the chance of each to come back by itself."""
