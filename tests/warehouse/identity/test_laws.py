"""Laws of identity: order, repetition, parts and newcomers change nothing they should not."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tests.warehouse.identity.facts import engine_with, facts, pairs
from tools.warehouse.identity import resolve

if TYPE_CHECKING:
    from tools.warehouse.engine import DuckEngine

Rows = list[dict[str, Any]]
RELATIONS = ("merges", "refusals", "contact_account")
WORLDS = 8  # separate little companies in one example: one query tries them all
WORLD = st.integers(1, WORLDS)
REF = st.tuples(st.sampled_from(["app", "crm", "pos"]), st.integers(0, 3))
EMAIL = st.sampled_from([None, "0@x", "1@x", "2@x", "3@x", "info@x"])


def named(ref: tuple[str, int] | None, world: int) -> str | None:
    """A reference of a world."""
    return ref and f"{ref[0]}:{world}-{ref[1]}"


def contact(row: dict[str, Any]) -> dict[str, Any]:
    """A drawn row as a contact of its world."""
    world = row.pop("world")
    refs = {key: named(row[key], world) for key in ("contact_ref", "merged_into", "account_ref")}
    return {**row, **refs, "email": row["email"] and f"{row['email']}{world}.com"}


def account(row: dict[str, Any]) -> dict[str, Any]:
    """A drawn row as an account of its world."""
    world = row.pop("world")
    refs = {key: named(row[key], world) for key in ("account_ref", "merged_into")}
    return {**row, **refs, "domain": row["domain"] and row["domain"].format(world=world)}


CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "world": WORLD,
            "contact_ref": REF,
            "email": EMAIL,
            "name": st.sampled_from([None, "Ann", "ANN ", "Bob", "Cy"]),
            "merged_into": st.none() | st.none() | REF,
            "account_ref": st.none() | REF,
            "day": st.integers(1, 12),
            "known_day": st.integers(1, 14),
        }
    ).map(contact),
    min_size=30,
    max_size=60,
)
ACCOUNTS = st.lists(
    st.fixed_dictionaries(
        {
            "world": WORLD,
            "account_ref": REF,
            "domain": st.sampled_from([None, "x{world}.com", "www.x{world}.com", "gmail.com"]),
            "name": st.sampled_from([None, "X", "Y"]),
            "merged_into": st.none() | st.none() | REF,
            "deleted": st.none() | st.booleans(),
            "day": st.integers(1, 12),
        }
    ).map(account),
    max_size=30,
)
LAWS = settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)


def found(engine: "DuckEngine") -> dict[str, list[str]]:
    """Every identity relation as sorted rows."""
    return {name: sorted(map(repr, engine.run(f"FROM {name}").to_pylist())) for name in RELATIONS}


def resolved(as_of: int, contacts: Rows, accounts: Rows) -> "DuckEngine":
    engine = engine_with({"contacts": contacts, "accounts": accounts})
    resolve(as_of, engine)
    return engine


@LAWS
@given(CONTACTS, ACCOUNTS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_rows_change_nothing(
    contacts: Rows, accounts: Rows, chance: Any
) -> None:
    again = [*contacts, *chance.sample(contacts, len(contacts) // 2)]
    more = [*accounts, *chance.sample(accounts, len(accounts) // 2)]
    chance.shuffle(again)
    chance.shuffle(more)
    assert found(resolved(14, contacts, accounts)) == found(resolved(14, again, more))


@LAWS
@given(CONTACTS, st.integers(1, 5))
def test_a_load_in_parts_gives_the_same(contacts: Rows, parts: int) -> None:
    engine = engine_with({})
    pieces = [facts("contacts", contacts[n::parts]) for n in range(parts)]
    engine.put("fact_contacts", pa.concat_tables(pieces))
    resolve(14, engine)
    assert found(engine) == found(resolved(14, contacts, []))


@LAWS
@given(CONTACTS, ACCOUNTS)
def test_resolving_twice_is_resolving_once_and_an_id_is_its_own(
    contacts: Rows, accounts: Rows
) -> None:
    engine = resolved(14, contacts, accounts)
    for kind in ("contact", "account"):
        alias = pairs(engine, f"{kind}_alias", "ref", f"{kind}_id")
        assert not set(alias) & set(alias.values())
    once = found(engine)
    resolve(14, engine)
    assert found(engine) == once


@LAWS
@given(CONTACTS, ACCOUNTS)
def test_what_is_not_known_yet_changes_nothing(contacts: Rows, accounts: Rows) -> None:
    def seen(rows: Rows) -> Rows:
        return [r for r in rows if r["day"] < 7 and r.get("known_day", r["day"] + 1) <= 7]

    later = found(resolved(7, contacts, accounts))
    assert later == found(resolved(7, seen(contacts), seen(accounts)))


@LAWS
@given(CONTACTS, st.lists(EMAIL, min_size=WORLDS, max_size=WORLDS))
def test_newcomers_with_smaller_references_rename_nobody(
    contacts: Rows, emails: list[str | None]
) -> None:
    plain = [{**row, "name": None} for row in contacts]
    before = pairs(resolved(20, plain, []), "contact_alias", "ref", "contact_id")
    newcomers = [
        {"contact_ref": f"aaa:{world}", "email": email and f"{email}{world}.com", "day": 18}
        for world, email in enumerate(emails, 1)
    ]
    after = pairs(resolved(20, [*plain, *newcomers], []), "contact_alias", "ref", "contact_id")
    assert {ref: id_ for ref, id_ in after.items() if not ref.startswith("aaa:")} == before
    assert not any(id_.startswith("aaa:") for id_ in after.values())
