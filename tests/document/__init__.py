"""How reports are written down."""
