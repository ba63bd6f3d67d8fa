"""Columns that are worked out: a name of two parts, a consent turned round, money a month.

Each function takes a guess and gives the entry, or None when the file lacks what it needs.
"""

from typing import TYPE_CHECKING

from tools.sources.consent import consent, consent_day
from tools.sources.entry import TRUE, DerivedEntry, formats_of
from tools.sources.guess import part, value_map
from tools.sources.words import SYNONYMS, file_words, words
from tools.sources.yamltext import identifier, key_entry, literal, sql_entry, yaml_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.sources.guess import Guess
    from tools.sources.profile import ColumnProfile

_A_MONTH = {"day": " * 365 / 12", "week": " * 52 / 12", "quarter": " / 3", "year": " / 12",
            "annual": " / 12", "annum": " / 12", "month": ""}  # fmt: skip


def _name(one: "Guess") -> DerivedEntry | None:
    first, last = (part(one.file, "contacts", p) for p in ("first_name", "last_name"))
    whole = one.columns.get("name")
    if (whole and one.file.column(whole).filled) or not (first or last):
        return None
    if not (first and last):
        return DerivedEntry(yaml_text(first or last or ""), (first or last or "",))
    sql = f"trim(coalesce({identifier(first)}, '') || ' ' || coalesce({identifier(last)}, ''))"
    return DerivedEntry(sql_entry(sql), (first, last))


def _flag(name: str) -> str:
    return f"lower({identifier(name)}) in {TRUE}"


def _state(one: "Guess") -> DerivedEntry | None:
    won, closed = (part(one.file, "deals", p) for p in ("won", "closed"))
    if won and closed:
        sql = f"case when {_flag(won)} then 'won' when {_flag(closed)} then 'lost' else 'open' end"
        return DerivedEntry(sql_entry(sql), (won, closed))
    if "state" in one.columns:
        return None
    stage = one.columns.get("stage")
    question = ["which stages are won or lost? No word of them says so: all deals count as open."]
    if stage is None:
        return DerivedEntry("{value: open}", (), question=tuple(question))
    shown = one.file.column(stage).values[:12]
    if not shown:
        return DerivedEntry("{value: open}", (), question=tuple(question))
    question += ["write, with your stages, and uncomment:"]
    pairs = ", ".join(f"{yaml_text(v)}: won" for v in shown[:2])
    question += [f"state: {{from: {yaml_text(stage)}, values: {{{pairs}}}, else: open}}"]
    return DerivedEntry("{value: open}", (), question=tuple(question))


def _closed(one: "Guess") -> DerivedEntry | None:
    """A closing date is only a plan while a deal is open."""
    name, state = one.columns.get("closed_day"), one.columns.get("state")
    won, closed = (part(one.file, "deals", p) for p in ("won", "closed"))
    if name is None or not one.file.column(name).dated:
        return None
    if won and closed:
        test = _flag(closed)
    elif state is not None:
        mapped = value_map(one.file.column(state), "deals", "state")
        over = [value for value, word in mapped.items() if word != "open"]
        if not over:
            return None
        test = f"{identifier(state)} in ({', '.join(map(literal, over))})"
    else:
        return None
    sql = f"case when {test} then {identifier(name)} end"
    return DerivedEntry(sql_entry(sql, formats_of(one.file.column(name))), (name,))


def money_sql(column: "ColumnProfile") -> str:
    """The number of an amount in an expression, as people write it: $1,117.10K is 1117100."""
    name = identifier(column.name)
    if column.numbers >= column.money:
        return f"cast({name} as decimal)"
    return f"number({name}, 'comma')" if column.commas else f"number({name})"


def unit_of(one: "Guess") -> str:
    """The option that says whether amounts are in cents: so the files of some systems are."""
    signs = [c.name for c in one.file.columns if words(c.name) in SYNONYMS["minor_signs"]]
    return "unit: minor" if signs else "unit: main"


def _amount(one: "Guess") -> DerivedEntry | None:
    """Quantity times unit price; or the amount less what was given back."""
    quantity, price = (part(one.file, "invoices", p) for p in ("quantity", "unit_price"))
    total = one.columns.get("amount_minor")
    if total is not None and "refund" in file_words(one.file.file):
        taken = f"-1 * abs({money_sql(one.file.column(total))})"
        return DerivedEntry(sql_entry(taken, unit_of(one)), (total,), ("refunds are taken off",))
    if quantity and price and total in {None, price}:
        both = [money_sql(one.file.column(name)) for name in (quantity, price)]
        return DerivedEntry(
            sql_entry(" * ".join(both), unit_of(one)),
            (quantity, price),
            (f"{price} is taken for the price of one piece",),
        )
    back = part(one.file, "invoices", "refunded")
    if total is None or back is None or one.file.column(back).money == 0:
        return None
    less = f"coalesce({money_sql(one.file.column(back))}, 0)"
    return DerivedEntry(
        sql_entry(f"{money_sql(one.file.column(total))} - {less}", unit_of(one)),
        (total, back),
        (f"{back} is taken off",),
    )


def _status(one: "Guess") -> DerivedEntry | None:
    """Given back by the sign of an amount, or by a letter before the number."""
    if "refund" in file_words(one.file.file):
        return _refund(one)
    if "status" in one.columns:
        return None
    quantity = part(one.file, "invoices", "quantity") or one.columns.get("amount_minor")
    tests = []
    number = one.columns.get("invoice_ref")
    if number is not None and (letter := _letter(one.file.column(number))):
        tests.append(f"{identifier(number)} like '{letter}%'")
    if quantity is not None and one.file.column(quantity).negative:
        tests.append(f"{identifier(quantity)} like '-%'")
    if not tests:
        return None
    sql = f"case when {' or '.join(tests)} then 'refunded' else 'paid' end"
    return DerivedEntry(
        sql_entry(sql), (), ("given back by sign or letter; the rest counts as paid",)
    )


def _refund(one: "Guess") -> DerivedEntry:
    status = one.columns.get("status")
    if status is None:
        return DerivedEntry("{value: refunded}", ())
    mapped = value_map(one.file.column(status), "invoices", "status")
    words_ = {v: "refunded" if w == "paid" else w for v, w in mapped.items()}
    pairs = ", ".join(f"{yaml_text(v)}: {w}" for v, w in words_.items())
    return DerivedEntry(f"{{from: {yaml_text(status)}, values: {{{pairs}}}}}", (status,))


def _letter(column: "ColumnProfile") -> str:
    """C of C4009, where most invoices have a mere number."""
    return "C" if 0 < column.prefixed_c < column.filled * 0.3 else ""


def _monthly(one: "Guess") -> DerivedEntry | None:
    amount, interval = (part(one.file, "subscriptions", p) for p in ("amount", "interval"))
    if "mrr_minor" in one.columns:
        return None
    if not (amount and interval):
        return _unpriced(one)
    price = money_sql(one.file.column(amount))
    known = [(v, _month_share(v)) for v in one.file.column(interval).values]
    arms = "".join(f"when {literal(v)} then {price}{s} " for v, s in known if s is not None)
    if not arms:
        return _unpriced(one)
    count = part(one.file, "subscriptions", "interval_count")
    per = f" / coalesce(cast({identifier(count)} as decimal), 1)" if count else ""
    whole = f"case {identifier(interval)} {arms}end{per}"
    seats = one.columns.get("seats")
    question: tuple[str, ...] = ()
    if seats:
        each = f"cast({identifier(seats)} as decimal) * ({whole})"
        question = (
            f"is {amount} the price of all {seats}, or of one? If of one, write instead:",
            f"mrr_minor: {sql_entry(each, unit_of(one))}",
        )
    return DerivedEntry(sql_entry(whole, unit_of(one)), (amount, interval), (), question)


def _unpriced(one: "Guess") -> DerivedEntry:
    """No entry: only the question what a subscription costs a month."""
    taken = set(one.columns.values())
    likely = [c.name for c in one.file.columns if c.filled and c.numbers == c.filled]
    shown = [name for name in likely if name not in taken and not words(name).endswith("_id")]
    told = f"Is it one of {', '.join(shown)}? Then write:" if shown else "If one is added, write:"
    return DerivedEntry(
        "",
        (),
        (),
        (
            f"no column says what a subscription costs a month. {told}",
            f"mrr_minor: {{from: {yaml_text(shown[0] if shown else 'mrr')}, unit: main}}",
        ),
    )


def _month_share(value: str) -> str | None:
    return next((s for word, s in _A_MONTH.items() if word in words(value)), None)


def _trial(one: "Guess") -> DerivedEntry | None:
    status = part(one.file, "subscriptions", "status")
    if "trial" in one.columns or status is None:
        return None
    told = ", ".join(map(literal, SYNONYMS["trialing"]))
    sql = f"case when lower({identifier(status)}) in ({told}) then 'true' else 'false' end"
    return DerivedEntry(sql_entry(sql), (status,))


def _kind(one: "Guess") -> DerivedEntry | None:
    if "kind" in one.columns:
        return None
    known = {
        "unsubscribe": "unsubscribed",
        "bounce": "bounced",
        "open": "opened",
        "click": "clicked",
        "send": "sent",
    }
    told = [known[w] for w in file_words(one.file.file) if w in known]
    word = told[-1] if told else "sent"
    return DerivedEntry(
        f"{{value: {word}}}", (), ("no column says what became of the mail: by the file's name",)
    )


def _event(one: "Guess") -> DerivedEntry | None:
    if "name" in one.columns:
        return None
    stem = one.file.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    doubt = "no column says what was done: the file's name stands for it"
    return DerivedEntry(f"{{value: {yaml_text(words(stem))}}}", (), (doubt,))


def _fact(canonical: str) -> "Callable[[Guess], DerivedEntry | None]":
    def make(one: "Guess") -> DerivedEntry | None:
        name = one.columns.get(canonical)
        if name is None:
            return _whole_row(one)
        again = one.file.column(name).repeats
        if not again:
            return None
        told = ("account_ref", "contact_ref", "address", "occurred", "kind", "name")
        names = list(dict.fromkeys([name, *(one.columns[k] for k in told if k in one.columns)]))
        doubt = f"{name}: {again} rows repeat an id: it counts together with who, when and what"
        return DerivedEntry(key_entry(names), (), (doubt,))

    return make


def _whole_row(one: "Guess") -> DerivedEntry:
    names = [column.name for column in one.file.columns]
    return DerivedEntry(
        key_entry(names), (), ("no id: rows equal in all these columns are one fact",)
    )


def _line(one: "Guess") -> DerivedEntry | None:
    number = one.columns.get("invoice_ref")
    if "line" in one.columns or number is None or not one.file.column(number).repeats:
        return None
    names = [column.name for column in one.file.columns]
    entry = key_entry(names, "each_line: true")
    return DerivedEntry(entry, (), ("several rows have one invoice: each row is a line",))


def _subscription(one: "Guess") -> DerivedEntry:
    parts = [one.columns.get(k) for k in ("account_ref", "product", "started_day")]
    names = list(dict.fromkeys(name for name in parts if name))
    doubt = "no id: what tells two subscriptions apart?"
    return DerivedEntry(key_entry(names, "space: subscription"), (), (doubt,))


def _deal(one: "Guess") -> DerivedEntry:
    parts = [one.columns.get(k) for k in ("name", "account_ref", "contact_ref", "opened_day")]
    names = list(dict.fromkeys(name for name in parts if name))
    names = names or [column.name for column in one.file.columns]
    doubt = "no id: these columns tell deals apart; a renamed deal would be a new one"
    return DerivedEntry(key_entry(names, "space: deal"), (), (doubt,))


def _sale(one: "Guess") -> DerivedEntry:
    names = [column.name for column in one.file.columns]
    doubt = "no number: every row is taken for a sale of its own"
    return DerivedEntry(key_entry(names, "each_line: true", "space: invoice"), (), (doubt,))


def _missing(
    canonical: str, make: "Callable[[Guess], DerivedEntry]"
) -> "Callable[[Guess], DerivedEntry | None]":
    return lambda one: None if canonical in one.columns else make(one)


# Canonical column: how it is worked out. These go before a column that merely has the name.
DERIVED: dict[tuple[str, str], "Callable[[Guess], DerivedEntry | None]"] = {
    ("contacts", "name"): _name,
    ("contacts", "email_consent"): consent("email_consent"),
    ("contacts", "phone_consent"): consent("phone_consent"),
    ("contacts", "email_consent_day"): consent_day,
    ("deals", "deal_ref"): _missing("deal_ref", _deal),
    ("deals", "state"): _state,
    ("deals", "closed_day"): _closed,
    ("invoices", "amount_minor"): _amount,
    ("invoices", "status"): _status,
    ("invoices", "line"): _line,
    ("invoices", "invoice_ref"): _missing("invoice_ref", _sale),
    ("subscriptions", "mrr_minor"): _monthly,
    ("subscriptions", "trial"): _trial,
    ("subscriptions", "subscription_ref"): _missing("subscription_ref", _subscription),
    ("messages", "kind"): _kind,
    ("messages", "message_key"): _fact("message_key"),
    ("events", "name"): _event,
    ("events", "event_key"): _fact("event_key"),
}
