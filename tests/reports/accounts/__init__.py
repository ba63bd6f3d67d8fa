"""The CSM's list: laws, worked examples, golden texts."""
