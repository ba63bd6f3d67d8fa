"""What contacts and accounts should be as of a day, in plain Python: one record at a time."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, Any]
WORDS = {"contacts": ("email", "name", "phone", "owner"), "accounts": ("name", "domain", "owner")}


def order(row: Row) -> tuple[int, ...]:
    return (row["known_day"], row["observed_at"], row["occurred_at"])


def says(row: Row, column: str) -> bool:
    return row[column] is not None or f"|{column}|" in row["part"]


def state_of(versions: "Iterable[Row]") -> Row:
    """One record: of each part the newest row, of each column the newest part that fills it."""
    newest: dict[str, Row] = {}
    for row in sorted(versions, key=lambda r: (*order(r), r["row_hash"])):
        newest[row["part"][5:]] = row
    parts = sorted(newest.values(), key=lambda r: (*order(r), r["row_hash"]))
    state = dict(parts[-1])
    for column in set(state) - {"known_day", "observed_at", "occurred_at", "row_hash", "part"}:
        told = [p for p in parts if says(p, column)]
        if not column.endswith("_ref") and told:
            top = [p[column] for p in told if order(p) == order(told[-1])]
            state[column] = next((v for v in reversed(top) if v is not None), None)
    return state


def records(rows: "Iterable[Row]", key: str, as_of: int) -> dict[str, Row]:
    """The state of every record that was known."""
    versions = defaultdict(list)
    for row in rows:
        if row["day"] < as_of and row["known_day"] <= as_of:
            versions[row[key]].append(row)
    return {ref: state_of(rows) for ref, rows in versions.items()}


def expected(
    table: str,
    rows: "Iterable[Row]",
    as_of: int,
    alias: "Mapping[str, str]",
    ranking: tuple[str, ...] = (),
) -> dict[str, Row]:
    """The customers that are there, with their words and consent."""
    key = "contact_ref" if table == "contacts" else "account_ref"
    people = defaultdict(list)
    for ref, state in records(rows, key, as_of).items():
        people[alias.get(ref, ref)].append(state)
    found = {}
    for customer, states in people.items():
        if not is_gone(states, key, ranking, strict=table == "contacts"):
            found[customer] = merged(table, states, key, alias)
    return found


def is_gone(states: list[Row], key: str, ranking: tuple[str, ...], *, strict: bool) -> bool:
    kept = [s for s in states if s["merged_into"] is None]
    if not kept:
        return all(s["deleted"] for s in states)
    standing = [
        bool(s["deleted"])
        for s in kept
        if not any(
            bool(o["deleted"]) != bool(s["deleted"])
            and rank(o, key, ranking) < rank(s, key, ranking)
            and (*order(o), o[key]) > (*order(s), s[key])
            for o in kept
        )
    ]
    return any(standing) if strict else all(standing)


def rank(state: Row, key: str, ranking: tuple[str, ...]) -> int:
    space = state[key].split(":")[0]
    return ranking.index(space) if space in ranking else len(ranking)


def merged(table: str, states: list[Row], key: str, alias: "Mapping[str, str]") -> Row:
    def place(state: Row) -> tuple[Any, ...]:
        kept = state["merged_into"] is None
        gone = bool(state["deleted"])
        first = kept if table == "contacts" else (not gone, kept)
        return (first, *order(state), state[key] not in alias, state[key], state["row_hash"])

    people = table == "contacts"
    voices = [
        s
        for s in sorted(states, key=place)
        if not people or not s["deleted"] or s["merged_into"] is not None
    ]
    row: Row = {
        name: next((s[name] for s in reversed(voices) if s[name] is not None), None)
        for name in WORDS[table]
    }
    if people:
        words = [s["email_consent"] for s in voices]
        words += [s["email_consent"] for s in states if s["email_consent"] is False]
        told = [w for w in words if w is not None]
        row["email_consent"] = min(told) if told else None
    return row
