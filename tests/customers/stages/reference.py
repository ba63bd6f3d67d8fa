"""The stages once more in plain Python, one day and one customer at a time, to compare with."""

from collections.abc import Iterable, Iterator

from tests.customers.stages.log import Contact, Deal, Log, Subscription, stays
from tools.customers.stages.rules import RiskFlag

GRACE, QUALIFIED, SILENT = 7, 180, 28


def fold(scores: Iterable[tuple[float | None, bool]], risk: RiskFlag) -> bool:
    """The flag after these daily (rank, usable), oldest first."""
    flag, high, low = False, 0, 0
    for rank, usable in scores:
        if not usable or rank is None:
            continue
        high = high + 1 if rank >= risk.enter_rank else 0
        low = low + 1 if rank < risk.exit_rank else 0
        flag = (flag or high >= risk.days_in) and low < risk.days_out
    return flag


class Reference:
    """Stages by the book `contractual` or `usage`, read off the log day by day."""

    def __init__(self, log: Log, risk: RiskFlag) -> None:
        self.log, self.risk = log, risk
        self.paid = [s for s in log.subscriptions if not s.trial and s.mrr_minor > 0]
        self.trials = [s for s in log.subscriptions if s.trial]

    def covered(self, account: str | None, day: int, lines: list[Subscription]) -> bool:
        return any(
            s.account_id == account and s.started_day <= day < (s.ended_day or 10**6)
            for s in lines
            if s.ended_day is None or s.ended_day > s.started_day
        )

    def begins(self, account: str | None, day: int) -> bool:
        return self.covered(account, day, self.paid) and not self.covered(
            account, day - 1, self.paid
        )

    def paid_end(self, account: str | None, day: int) -> int | None:
        ends = [d for d in range(-1, day + 1) if self._ends(account, d)]
        return max(ends, default=None)

    def _ends(self, account: str | None, day: int) -> bool:
        return self.covered(account, day - 1, self.paid) and not self.covered(
            account, day, self.paid
        )

    def noticed(self, account: str | None, end: int) -> bool:
        return any(
            s.account_id == account
            and s.ended_day == end
            and s.ended_day > s.started_day
            and s.cancelled_day is not None
            and s.cancelled_day <= end
            for s in self.paid
        )

    def flag(self, account: str | None, day: int) -> bool:
        return (
            self.flag_score(account, day)
            or any(start <= day < end for start, end in self._notices(account))
            or any(start <= day < end for start, end in self._failures(account))
        )

    def flag_score(self, account: str | None, day: int) -> bool:
        starts = [d for d in range(day + 1) if self.begins(account, d)]
        if not starts:
            return False
        best: dict[int, float] = {}
        for s in self.log.scores:
            usable = s.usable and s.risk_rank is not None and starts[-1] <= s.day <= day
            if s.account_id == account and usable and s.risk_rank is not None:
                best[s.day] = max(best.get(s.day, 0.0), s.risk_rank)
        return fold(((best[d], True) for d in sorted(best)), self.risk)

    def _notices(self, account: str | None) -> Iterator[tuple[int, int]]:
        for s in self.paid:
            if s.account_id == account and s.cancelled_day is not None:
                yield max(s.cancelled_day, s.started_day), s.ended_day or 10**6

    def _failures(self, account: str | None) -> Iterator[tuple[int, int]]:
        for i in self.log.invoices:
            failed = i.status == "failed"
            start = (i.due_day or i.issued_day) if failed else i.due_day
            known = i.status in {"failed", "open"} or i.paid_day is not None
            if i.account_id != account or start is None or not known:
                continue
            start += 0 if failed else self.risk.overdue_days
            yield start, min(i.paid_day or 10**6, start + self.risk.billing_days)

    def open_deal(self, deal: Deal, day: int) -> bool:
        if deal.state != "open" and deal.closed_day is None:
            return False
        return deal.opened_day <= day < (deal.closed_day or 10**6)

    def new_deal(self, deal: Deal, day: int) -> bool:
        account = deal.account_id
        if self.covered(account, deal.opened_day, self.paid):
            return False
        returned = any(self.begins(account, d) for d in range(deal.opened_day + 1, day + 1))
        return self.open_deal(deal, day) and not returned

    def home(self, contact: Contact, day: int) -> str | None:
        """The account a contact belongs to on a day."""
        return next(home for start, end, home in stays(self.log, contact) if start <= day < end)

    def stage(self, account: str | None, contact: Contact | None, day: int) -> str:
        """Of an account, or of one contact of it."""
        end = self.paid_end(account, day)
        if self.covered(account, day, self.paid):
            return "at_risk" if self.flag(account, day) else "active"
        if end is not None and day - end < GRACE and not self.noticed(account, end):
            return "active"
        if self.covered(account, day, self.trials):
            return "trial"
        if any(self.new_deal(d, day) for d in self.deals(account, contact)):
            return "sql"
        if end is not None:
            return "churned"
        qualified = [q for q in self.qualified(account, contact) if q <= day]
        return "mql" if qualified and day - max(qualified) < QUALIFIED else "none"

    def deals(self, account: str | None, contact: Contact | None) -> list[Deal]:
        if contact is None:
            return [d for d in self.log.deals if d.account_id == account]
        moved = len(stays(self.log, contact)) > 1
        return [
            d
            for d in self.log.deals
            if (d.contact_id == contact.contact_id and (not moved or d.account_id == account))
            or (d.account_id == account and account is not None and d.contact_id is None)
        ]

    def qualified(self, account: str | None, contact: Contact | None) -> list[int]:
        qualified = [(c, c.qualified_day) for c in self.log.contacts if c.qualified_day is not None]
        return [
            day
            for c, day in qualified
            if (self.home(c, day) == account if contact is None else c == contact)
        ]


class UsageReference(Reference):
    """Stages by the book `usage`."""

    def own_days(self, account: str | None, contact: Contact, day: int) -> list[int]:
        """Use that names the contact, and use of the account that names nobody."""
        return [
            u.day
            for u in self.log.usage
            if u.day <= day
            and (
                u.contact_id == contact.contact_id
                or (u.contact_id is None and account is not None and u.account_id == account)
            )
        ]

    def active_days(self, account: str | None, contact: str | None, day: int) -> list[int]:
        """Use of an account by anybody, or of a person without one."""
        return [
            u.day
            for u in self.log.usage
            if u.day <= day
            and (
                u.account_id == account if account else not u.account_id and u.contact_id == contact
            )
        ]

    def new_deal(self, deal: Deal, day: int) -> bool:
        days = self.active_days(deal.account_id, deal.contact_id, day)
        return self.open_deal(deal, day) and not any(d > deal.opened_day for d in days)

    def stage(self, account: str | None, contact: Contact | None, day: int) -> str:
        days = (
            self.own_days(account, contact, day)
            if contact
            else self.active_days(account, None, day)
        )
        if days and day - max(days) < SILENT:
            return "active"
        if any(self.new_deal(d, day) for d in self.deals(account, contact)):
            return "sql"
        if days:
            return "churned"
        qualified = [q for q in self.qualified(account, contact) if q <= day]
        return "mql" if qualified and day - max(qualified) < QUALIFIED else "none"
