"""Who said yes or no to being reached: every word of a person or an address, and what it closes."""

from tools.customers.consent.addresses import Mailbox, fold_email, fold_phone
from tools.customers.consent.words import (
    BounceTerms,
    LastingNo,
    lasting_noes,
    make_consent_words,
)

__all__ = [
    "BounceTerms", "LastingNo", "Mailbox", "fold_email", "fold_phone", "lasting_noes",
    "make_consent_words",
]  # fmt: skip
