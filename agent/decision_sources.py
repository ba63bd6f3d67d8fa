"""Where each known input of a question comes from: economics, billing, scores and outcomes."""

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tools.days import from_number
from tools.figures import percent
from tools.money import Money
from tools.roi.decide import KnownInput, Subject
from tools.roi.fixed import cycle_renewal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.morning import Morning
    from tools.customers.segments.outcomes import Estimate

    Known = dict[str, KnownInput]

YEAR = 12
ONE = Decimal(1)
DEALS_BACK, FEWEST_DEALS = 365, 20


class Sources:
    """The known inputs of one morning, in the company's own currency."""

    def __init__(self, morning: "Morning") -> None:
        """Nothing is read before it is asked for."""
        self.morning = morning
        self.economics = morning.rulebook.economics
        self.currency = self.economics.currency
        self.day = from_number(morning.as_of).isoformat()

    def subject(self, name: str, known: "Known", notes: tuple[str, ...] = ()) -> Subject:
        """What is known, with the currency and the convention in force."""
        return Subject(self.currency, self.economics.convention, name, known, self.rates, notes)

    @cached_property
    def rates(self) -> "Mapping[str, Decimal]":
        """What one unit of another currency is worth in ours, on the morning."""
        return self.economics.in_group(self.morning.as_of, "exchange_rate")

    def _figure(self, name: str) -> KnownInput | None:
        found = self.economics.find(self.morning.as_of, name)
        if found is None:
            return None
        words = f"economics {name} since {found.valid_from}: {found.source}"
        return KnownInput(found.value, words, found.owner)

    def ahead(self) -> "Known":
        """Margin, horizon and discount rate, by the economics."""
        names = {"margin": "gross_margin", "discount_rate": "discount_rate"}
        found = {name: self._figure(of) for name, of in names.items()}
        known = {name: one for name, one in found.items() if one is not None}
        horizon = self._figure("horizon_months")
        if horizon is not None:
            known["years"] = KnownInput(horizon.value / YEAR, horizon.source, horizon.owner)
        return known

    def interval(self, months: int | None) -> "Known":
        """Months between bills, where the horizon is a whole number of them."""
        horizon = self.economics.find(self.morning.as_of, "horizon_months")
        if not months or horizon is None or horizon.value % months:
            return {}
        return {"interval_months": KnownInput(Decimal(months), f"billing on {self.day}")}

    def winning(self, *, won: bool) -> "Known":
        """The cost of winning a customer, which is 0 once it is spent."""
        if won:
            return {"acquisition": KnownInput(Decimal(0), "spent already: it is a customer")}
        found = self._figure("acquisition_cost")
        return {} if found is None else {"acquisition": found}

    def amount(self, minor: int | None, currency: str | None) -> Decimal | None:
        """An amount in our currency; None without an exchange rate."""
        if minor is None:
            return None
        code = currency or self.currency
        rate = ONE if code == self.currency else self.rates.get(code)
        return None if rate is None else Money.from_minor(minor, code).amount * rate

    def revenue(self, row: "Mapping[str, Any]") -> "Known":
        """What an account pays a year: recurring revenue, or else its orders of a year."""
        monthly = self.amount(row.get("mrr_minor") or None, row.get("currency"))
        if monthly is not None:
            return self.revenue_of(monthly * YEAR, f"billing on {self.day}: recurring revenue × 12")
        orders = self.amount(row.get("revenue_365_minor") or None, row.get("currency"))
        if orders is None:
            return {}
        return self.revenue_of(orders, f"orders of the 365 days before {self.day}")

    def revenue_of(self, yearly: Decimal, words: str, owner: str = "the agent") -> "Known":
        """A year's revenue, and the support that economics lay on it."""
        known = {"revenue": KnownInput(yearly, words, owner)}
        share, each = self._figure("support_share"), self._figure("support_per_account_year")
        if share is not None and each is not None:
            told = f"economics: {percent(share.value)} of revenue + {each.value} an account"
            known["support"] = KnownInput(yearly * share.value + each.value, told, share.owner)
        return known

    def renewal(self, row: "Mapping[str, Any]", segment: str | None) -> "Known":
        """The chance to renew a year: from the account's own score, or from its segment."""
        own = self._own_renewal(row)
        if own is not None:
            return {"renewal": own}
        found = self._estimate(segment, "churn")
        if found is None:
            return {}
        days = dict(self.morning.rulebook.segments.windows)["churn"]
        stay = [_stay(chance, days) for chance in (found.mean, found.q90, found.q10)]
        words = f"segment {segment}: {_counted(found)} were lost within {days} days, made yearly"
        return {"renewal": KnownInput(stay[0], words, low=stay[1], high=stay[2])}

    def _own_renewal(self, row: "Mapping[str, Any]") -> KnownInput | None:
        """From the score: at the end of the term that binds, or within the score's days."""
        months = row.get("interval_months") or YEAR
        lost = row.get("renewal_probability")
        if lost is not None:
            stay = cycle_renewal(Decimal(str(lost)), None, months) ** (Decimal(YEAR) / months)
            return KnownInput(stay, f"churn score of {self.day} for the end of its term")
        lost, days = row.get("probability"), self.morning.windows.score
        if lost is None or row.get("tier") == "none":
            return None
        stay = cycle_renewal(Decimal(str(lost)), days, YEAR if days else months)
        if days is None:
            return KnownInput(stay ** (Decimal(YEAR) / months), f"churn score of {self.day}")
        words = f"churn score of {self.day}: {percent(lost)} within {days} days, made yearly"
        return KnownInput(stay, words)

    def without_us(self, question: str, segment: str | None) -> "Known":
        """The chance without us: that such accounts expand, or come back, by themselves."""
        if question not in {"accelerate", "expand"}:
            return {}
        for outcome, words in (("expansion", "expanded"), ("return", "came back")):
            found = self._estimate(segment, outcome)
            if found is not None:
                days = dict(self.morning.rulebook.segments.windows)[outcome]
                told = f"segment {segment}: {_counted(found)} {words} within {days} days"
                low, high = _chance(found.q10), _chance(found.q90)
                return {"p0": KnownInput(_chance(found.mean), told, low=low, high=high)}
        return {}

    def close_rate(self) -> "Known":
        """How often a deal that was closed in the last year was won."""
        since = self.morning.as_of - DEALS_BACK
        row = self.morning.engine.run(
            "SELECT SUM(CASE WHEN state = 'won' THEN 1 ELSE 0 END) AS won, COUNT(*) AS n "
            "FROM deals WHERE state IN ('won', 'lost') AND closed_day >= $since "
            "AND closed_day < $day",
            since=since, day=self.morning.as_of,
        ).to_pylist()[0]  # fmt: skip
        if row["n"] < FEWEST_DEALS:
            return {}
        chance = Decimal(int(row["won"])) / row["n"]
        words = f"{row['won']} of the {row['n']} deals closed in the year before were won"
        return {"p0": KnownInput(chance, words)}

    def _estimate(self, segment: str | None, outcome: str) -> "Estimate | None":
        found = self.morning.segmented.outcomes.estimates
        return next((e for e in found if (e.segment, e.outcome) == (segment, outcome)), None)


def _chance(value: float) -> Decimal:
    return Decimal(str(round(value, 4)))


def _stay(lost: float, days: int) -> Decimal:
    return cycle_renewal(_chance(lost), days, YEAR)


def _counted(found: "Estimate") -> str:
    return f"{found.k} of {found.n}" + ("" if found.label == "sufficient" else f" ({found.label})")
