"""Random logs: four accounts, six people, everything that can happen to them, some of it late."""

from hypothesis import strategies as st

from tests.customers.stages.log import (
    CONTRACTUAL,
    END,
    USAGE_ONLY,
    Account,
    Contact,
    Deal,
    Invoice,
    Log,
    Move,
    Score,
    Subscription,
    Use,
)

DAYS = st.integers(0, END - 1)
FIRMS = ("A", "B", "C", "D")
PEOPLE = (("a1", "A"), ("a2", "A"), ("b1", "B"), ("c1", "C"), ("x1", None), ("x2", None))
firms = st.sampled_from(FIRMS)
gaps = st.sampled_from([0, 1, 3, 6, 7, 8, 14, 30, 60, 100])
late = st.one_of(st.just(0), DAYS)


def maybe(days: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), days)


@st.composite
def subscriptions(draw: st.DrawFn, number: int) -> Subscription:
    start = draw(DAYS)
    end = draw(maybe(gaps))
    notice = draw(maybe(gaps))
    return Subscription(
        subscription_id=f"s{number}",
        account_id=draw(firms),
        started_day=start,
        ended_day=None if end is None else start + end,
        cancelled_day=None if notice is None else start + notice - 1,
        trial=draw(st.booleans()),
        mrr_minor=draw(st.sampled_from([0, 100, 100, 100])),
        known_day=draw(late),
    )


@st.composite
def deals(draw: st.DrawFn, number: int) -> Deal:
    start, length = draw(DAYS), draw(maybe(gaps))
    contact, account = draw(st.sampled_from([*PEOPLE, (None, "A"), (None, "B"), (None, "C")]))
    return Deal(
        deal_id=f"d{number}",
        account_id=account,
        contact_id=contact,
        opened_day=start,
        closed_day=None if length is None else start + length,
        state="open" if length is None else draw(st.sampled_from(["won", "lost"])),
        known_day=draw(late),
    )


@st.composite
def invoices(draw: st.DrawFn, number: int) -> Invoice:
    issued, due, paid = draw(DAYS), draw(maybe(gaps)), draw(maybe(gaps))
    return Invoice(
        invoice_id=f"i{number}",
        account_id=draw(firms),
        issued_day=issued,
        due_day=None if due is None else issued + due,
        paid_day=None if paid is None else issued + paid,
        status="paid" if paid is not None else draw(st.sampled_from(["open", "failed", "paid"])),
        known_day=draw(late),
    )


@st.composite
def scores(draw: st.DrawFn) -> list[Score]:
    """A stretch of daily scores of one account, some days missing or unusable."""
    account, start = draw(firms), draw(DAYS)
    ranks = st.sampled_from([None, 0.5, 0.79, 0.8, 0.85, 0.9, 0.95])
    row = st.tuples(ranks, st.sampled_from([True, True, True, False]))
    days = enumerate(draw(st.lists(row, max_size=20)), start)
    return [Score(account, day, rank, usable) for day, (rank, usable) in days]


@st.composite
def people(draw: st.DrawFn) -> tuple[Contact, ...]:
    return tuple(Contact(name, firm, draw(maybe(DAYS)), draw(maybe(DAYS))) for name, firm in PEOPLE)


@st.composite
def moves(draw: st.DrawFn) -> tuple[Move, ...]:
    """Some of those in an account go to another one, perhaps twice, perhaps known late."""
    who = st.sampled_from([name for name, firm in PEOPLE if firm])
    one = st.builds(Move, who, firms, st.integers(1, END - 1), late)
    return tuple(draw(st.lists(one, max_size=3, unique_by=lambda m: (m.contact_id, m.from_day))))


@st.composite
def contractual_logs(draw: st.DrawFn) -> Log:
    return Log(
        accounts=tuple(Account(name, draw(maybe(DAYS))) for name in FIRMS),
        contacts=draw(people()),
        subscriptions=tuple(draw(subscriptions(i)) for i in range(draw(st.integers(0, 10)))),
        deals=tuple(draw(deals(i)) for i in range(draw(st.integers(0, 6)))),
        invoices=tuple(draw(invoices(i)) for i in range(draw(st.integers(0, 4)))),
        scores=tuple(s for part in draw(st.lists(scores(), max_size=4)) for s in part),
        moves=draw(moves()),
        present=CONTRACTUAL,
    )


@st.composite
def usage_logs(draw: st.DrawFn) -> Log:
    pairs = st.sampled_from([*PEOPLE, (None, "A"), (None, "B")])
    uses = st.tuples(pairs, DAYS, late).map(lambda u: Use(u[0][1], u[0][0], u[1], u[2]))
    return Log(
        accounts=tuple(Account(name, draw(maybe(DAYS))) for name in FIRMS),
        contacts=draw(people()),
        deals=tuple(draw(deals(i)) for i in range(draw(st.integers(0, 4)))),
        usage=tuple(draw(st.lists(uses, max_size=25))),
        moves=draw(moves()),
        present=USAGE_ONLY,
    )
