"""The CSM's list: whom to call, why now, what it is worth, and whom to leave alone."""

from tools.reports.accounts.measure import (
    make_accounts,
    make_base,
    make_lines,
    read_list,
    reasons_of,
)
from tools.reports.accounts.model import AccountList, Care, Line
from tools.reports.accounts.terms import POOL, Asked, Terms

__all__ = [
    "POOL", "AccountList", "Asked", "Care", "Line", "Terms", "make_accounts", "make_base",
    "make_lines", "read_list", "reasons_of",
]  # fmt: skip
