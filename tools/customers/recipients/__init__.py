"""Whom to reach at an account, and what must be known before anybody is reached."""

from tools.customers.recipients.recipients import Recipient, Way, recipients

__all__ = ["Recipient", "Way", "recipients"]
