"""Where each known input of a question comes from: economics, billing, scores and outcomes."""

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tools.days import from_number
from tools.errors import NotComputable
from tools.figures import percent
from tools.money import Money
from tools.roi.decide import DecisionSubject, KnownInput
from tools.roi.fixed_point import cycle_renewal
from tools.roi.open_deals import CLOSE, close_rates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.morning import Morning
    from tools.customers.segments.outcomes import OutcomeEstimate
    from tools.roi.play_effects import PlayEffect
    from tools.roi.plays import Play

    Known = dict[str, KnownInput]

YEAR = 12
ONE = Decimal(1)
RETENTION, ACCELERATION = "retention", "acceleration"
Z90 = Decimal("1.2816")  # nine in ten are below so many standard deviations


class Sources:
    """The known inputs of one morning, in the company's own currency."""

    def __init__(self, morning: "Morning") -> None:
        """Nothing is read before it is asked for."""
        self.morning = morning
        self.economics = morning.rulebook.economics
        self.currency = self.economics.currency
        self.day = from_number(morning.as_of).isoformat()

    def subject(self, name: str, known: "Known", notes: tuple[str, ...] = ()) -> DecisionSubject:
        """What is known, with the currency and the convention in force."""
        return DecisionSubject(
            self.currency, self.economics.convention, name, known, self.rates, notes
        )

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

    def attempt(self, segment: str | None) -> "Known":
        """What the first retention play is believed to do to a segment, and what it costs."""
        plays = [p for p in self.morning.rulebook.plays if p.goal == RETENTION]
        effects = [e for e in self._effects(plays) if e.segment == segment]
        found = next((one for one in effects if one.demoted is None), None)
        if found is None:
            return {}
        play = next(one for one in plays if one.id == found.play)
        name = found.play.replace("_", " ")
        low, high = (max(-ONE, min(ONE, found.mean + z * found.sd)) for z in (-Z90, Z90))
        known = {
            "losses_prevented": KnownInput(
                found.mean, f"{name}: {found.source}", low=low, high=high
            ),
            "window_days": KnownInput(Decimal(play.window_days), f"{name}: its window"),
        }
        return known | self._cost(play)

    def _effects(self, plays: "Sequence[Play]") -> "list[PlayEffect]":
        """What some plays are believed to do this morning, learned where there is something."""
        ids = {play.id for play in plays}
        return [one for one in self.morning.effects if one.play in ids]

    def push(self, p0: Decimal) -> "Known":
        """What the first play for an open deal is believed to do to one, and what it costs.

        Where there is none, the first that accelerates.
        """
        every = [p for p in self.morning.rulebook.plays if p.goal == ACCELERATION]
        plays = [p for p in every if p.without == CLOSE and p.concession is None] or every
        effect = next(iter(self._effects(plays)), None)
        if effect is None or effect.demoted is not None:
            return {}
        play = next(one for one in plays if one.id == effect.play)
        name = effect.play.replace("_", " ")
        chance, low, high = (
            min(ONE, max(Decimal(0), p0 * (1 + effect.mean + z * effect.sd)))
            for z in (0, -Z90, Z90)
        )
        words = f"{name}: {percent(effect.mean)} more than without it; {effect.source}"
        known = {"probability": KnownInput(chance, words, low=low, high=high)}
        if months := play.days_sooner // 30:
            known["months_sooner"] = KnownInput(Decimal(months), f"{name}: {play.days_sooner} days")
        return known | self._cost(play)

    def _cost(self, play: "Play") -> "Known":
        """What one action of a play costs, where that does not hang on an audience."""
        rate = self._figure(f"hourly_rate.{play.role}")
        if rate is None or play.cost.scope != "per_account":
            return {}
        name = play.id.replace("_", " ")
        words = f"{name}: {play.hours} hours of {play.role} and {play.cost.amount} each"
        return {"cost": KnownInput(play.hours * rate.value + play.cost.amount, words, rate.owner)}

    def close_rate(self, amount: Decimal) -> "Known":
        """How often deals of about this size were won in the last year."""
        rates = {self.currency: ONE, **self.rates}
        try:
            close = close_rates(self.morning.as_of, self.morning.engine, self.currency, rates)
        except NotComputable:  # too few were decided: then it is missing
            return {}
        chance, words = close.of(amount)
        return {"p0": KnownInput(chance, words), **self.push(chance)}

    def _estimate(self, segment: str | None, outcome: str) -> "OutcomeEstimate | None":
        found = self.morning.segmented.outcomes.estimates
        return next((e for e in found if (e.segment, e.outcome) == (segment, outcome)), None)


def _chance(value: float) -> Decimal:
    return Decimal(str(round(value, 4)))


def _stay(lost: float, days: int) -> Decimal:
    return cycle_renewal(_chance(lost), days, YEAR)


def _counted(found: "OutcomeEstimate") -> str:
    return f"{found.k} of {found.n}" + ("" if found.label == "sufficient" else f" ({found.label})")
