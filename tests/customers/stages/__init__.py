"""Stages: rules, timeline, flag, roster and the diff for the store."""
