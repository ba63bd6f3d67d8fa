"""Whom to reach at an account, and what must be known before anybody is reached."""

from tools.customers.recipients.recipients import (
    ConsentTerms,
    Objection,
    Reach,
    Recipient,
    Recipients,
    Reported,
    Way,
)

__all__ = [
    "ConsentTerms", "Objection", "Reach", "Recipient", "Recipients", "Reported", "Way",
]  # fmt: skip
