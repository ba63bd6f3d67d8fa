"""What an installation knows of the customer, deal or segment that a question is about."""

from dataclasses import dataclass, replace
from decimal import localcontext
from typing import TYPE_CHECKING, Any

from agent.decision_sources import Sources
from agent.whynot import find_account
from tools.customers.segments.assign import active_segments
from tools.errors import BadInput, nearest
from tools.money import Money
from tools.roi.decide import DecisionSubject, KnownInput, question_of
from tools.roi.fixed_point import PRECISE

if TYPE_CHECKING:
    from agent.morning import Morning
    from tools.roi.economics import Economics

LAPSED, NEW = "Lapsed", "Onboarding"
# Where support means what success brings on top, which nothing known says.
OF_EXTRA_SUPPORT = frozenset({"accelerate", "expand"})
COLUMNS = (
    "f.account_id, f.name, f.mrr_minor, f.currency, f.interval_months, f.revenue_365_minor, "
    "f.paying, f.open_deal_minor, g.segment, s.*"
)


@dataclass(frozen=True)
class SubjectName:
    """What a person asks about: at most one of an account, a deal and a segment, by id or name."""

    account: str = ""
    deal: str = ""
    segment: str = ""

    def __post_init__(self) -> None:
        """Refuse two at once."""
        if sum(map(bool, (self.account, self.deal, self.segment))) > 1:
            raise BadInput("ask about one of account, deal and segment, not about several")

    @property
    def nothing(self) -> bool:
        """Whether a question is asked of figures alone."""
        return not (self.account or self.deal or self.segment)


def plain_subject(economics: "Economics", day: int) -> DecisionSubject:
    """A question of figures alone: only the currency and the convention are the company's."""
    rates = economics.in_group(day, "exchange_rate")
    return DecisionSubject(economics.currency, economics.convention, rates=rates)


def subject_of(morning: "Morning", question: str, about: SubjectName) -> DecisionSubject:
    """Every input that can be known of what the question is about, each with its source.

    Raises:
        BadInput: there is no such account, deal or segment; the nearest is named.
    """
    with localcontext(PRECISE):
        found, takes = _known(Sources(morning), question, about), question_of(question).specs
        extra = {"support"} if question in OF_EXTRA_SUPPORT else set()
        known = {name: one for name, one in found.known.items() if name in takes}
        return replace(found, known={k: v for k, v in known.items() if k not in extra})


def _known(sources: Sources, question: str, about: SubjectName) -> DecisionSubject:
    morning = sources.morning
    if about.account:
        return _of_account(sources, question, find_account(morning.engine, about.account))
    if about.deal:
        return _of_deal(sources, question, _find_deal(morning, about.deal))
    if about.segment:
        return _of_segment(sources, question, _find_segment(morning, about.segment))
    return plain_subject(sources.economics, morning.as_of)


def _find_deal(morning: "Morning", asked: str) -> dict[str, Any]:
    """The deal of that id, or of its end."""
    if "deals" not in morning.world.present:
        raise BadInput(f"deal {asked[:60]!r}: this company has no deals: missing: deals")
    sql = "SELECT * FROM deals WHERE deal_id = $id OR deal_id LIKE $ending ORDER BY deal_id LIMIT 1"
    rows = morning.engine.run(sql, id=asked, ending=f"%:{asked}").to_pylist()
    if rows:
        found: dict[str, Any] = rows[0]
        return found
    some = morning.engine.run(
        "SELECT deal_id FROM deals ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, deal_id "
        "LIMIT 2000"
    )["deal_id"].to_pylist()
    raise BadInput(f"no deal has the id {asked[:60]!r}; {nearest(asked, some)}")


def _find_segment(morning: "Morning", asked: str) -> str:
    names = [one.name for one in active_segments(morning.rulebook.segments, morning.frozen)]
    found = next((name for name in names if name.casefold() == asked.casefold()), None)
    if found is None:
        raise BadInput(f"no segment is called {asked[:60]!r}; {nearest(asked, names)}")
    return found


def _of_account(sources: Sources, question: str, account: str) -> DecisionSubject:
    """One account: what it pays, its own chance to stay, and what becomes of its segment."""
    _ = sources.morning.segmented
    rows = sources.morning.engine.run(
        f"SELECT {COLUMNS} FROM features AS f "
        "LEFT JOIN scores AS s ON s.account_id = f.account_id "
        "LEFT JOIN segments AS g ON g.account_id = f.account_id WHERE f.account_id = $id",
        id=account,
    ).to_pylist()
    row: dict[str, Any] = rows[0] if rows else {"account_id": account, "name": None}
    segment, paying = row.get("segment"), bool(row.get("paying"))
    known = sources.ahead() | sources.interval(row.get("interval_months"))
    known |= sources.revenue(row)
    known |= sources.renewal(row, segment or (None if paying else NEW))
    known |= sources.without_us(question, segment)
    known |= sources.attempt(segment) | sources.winning(won=paying)
    name = row["name"] or account
    notes = (f"{name} pays already: the cost of winning it is spent.",) if paying else ()
    return sources.subject(name, known, notes if question == "accept" else ())


def _of_deal(sources: Sources, question: str, deal: dict[str, Any]) -> DecisionSubject:
    """One deal: its amount, how often such deals are won, what became of customers like it."""
    _ = sources.morning.segmented
    known = sources.ahead() | sources.winning(won=False)
    known |= sources.renewal({}, NEW)
    amount = sources.amount(deal["amount_minor"], deal["currency"])
    name = f"deal {deal['deal_id']}"
    notes = []
    if deal["state"] != "open":
        notes.append(f"This deal is {deal['state']} already.")
    if amount is not None:
        known |= sources.close_rate(amount)
        if question == "concession":  # the chance with it is what is asked
            known.pop("probability", None)
        known["value"] = KnownInput(amount, f"the amount of {name}")
        yearly = f"the amount of {name}, taken as one year's: an assumption, correct it if not"
        known |= sources.revenue_of(amount, yearly, "you")
    return sources.subject(name, known, tuple(notes))


def _of_segment(sources: Sources, question: str, segment: str) -> DecisionSubject:
    """A segment: what its customers pay on average, and what becomes of them."""
    _ = sources.morning.segmented
    known = sources.ahead() | sources.renewal({}, segment)
    known |= sources.without_us(question, segment)
    known |= sources.attempt(segment) | sources.winning(won=segment != LAPSED)
    row = sources.morning.engine.run(
        "SELECT COUNT(*) AS n, AVG(f.mrr_minor) AS mrr FROM segments AS g "
        "JOIN features AS f ON f.account_id = g.account_id "
        "WHERE g.segment = $segment AND f.mrr_minor > 0 AND f.currency = $currency",
        segment=segment,
        currency=sources.currency,
    ).to_pylist()[0]
    if row["n"]:
        mean = Money.from_minor(round(row["mrr"] * 12), sources.currency).amount
        words = f"billing: what the {row['n']} paying accounts of {segment} pay a year on average"
        known |= sources.revenue_of(mean, words)
    return sources.subject(f"segment {segment}", known)
