"""The section on what an earlier report said otherwise."""
