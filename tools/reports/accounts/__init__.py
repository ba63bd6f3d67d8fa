"""The CSM's list: whom to call, why now, what it is worth, and whom to leave alone."""

from tools.reports.accounts.measure import (
    make_accounts,
    make_base,
    make_lines,
    read_list,
    reasons_of,
)
from tools.reports.accounts.model import AccountLine, AccountList, LatestFeedback
from tools.reports.accounts.terms import POOL, ListNumbers, ListRequest

__all__ = [
    "POOL",
    "AccountLine",
    "AccountList",
    "LatestFeedback",
    "ListNumbers",
    "ListRequest",
    "make_accounts",
    "make_base",
    "make_lines",
    "read_list",
    "reasons_of",
]
