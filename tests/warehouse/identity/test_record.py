"""What the record of merges says, and how far one merge reaches."""

import random

from tests.warehouse.identity.facts import engine_with, pairs
from tools.warehouse.identity import resolve, standard_rules

ANN = [
    {"contact_ref": "crm:1", "email": "a@acme.com", "day": 1},
    {"contact_ref": "app:1", "email": "a@acme.com", "day": 5},
    {"contact_ref": "app:2", "merged_into": "app:1", "day": 7},
]


def test_a_merge_says_into_whom_by_which_rule_because_of_what_and_since_when() -> None:
    engine = engine_with({"contacts": ANN})
    resolve(100, engine)
    columns = "ref, id, into_ref, rule, because, known_day"
    rows = engine.run(f"SELECT {columns} FROM merges ORDER BY ref").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("app:1", "crm:1", "crm:1", "contact_same_email", "a@acme.com", 6),
        ("app:2", "crm:1", "app:1", "contact_merged_by_source", "app:1", 8),
    ]


def test_switching_a_rule_off_undoes_its_merges_and_on_again_restores_them() -> None:
    engine = engine_with({"contacts": ANN})
    standard = standard_rules()
    seen = []
    for enabled in (True, False, True):
        resolve(100, engine, standard.switched("contact_same_email", enabled=enabled))
        seen.append(pairs(engine, "contact_alias", "ref", "contact_id"))
    assert seen[0] == seen[2] == {"app:1": "crm:1", "app:2": "crm:1"}
    assert seen[1] == {"app:2": "app:1"}


def test_a_long_chain_is_one_customer_in_few_rounds() -> None:
    order = list(range(2000))
    random.Random(7).shuffle(order)
    rows = [
        {"contact_ref": f"crm:{n:04}", "email": f"{n + step}@acme.com", "day": day + step}
        for day, n in enumerate(order)
        for step in (0, 1)
    ]
    engine = engine_with({"contacts": rows})
    found = resolve(5000, engine)
    assert found.contacts_merged == 1999
    ids = set(pairs(engine, "contact_alias", "ref", "contact_id").values())
    assert ids == {f"crm:{order[0]:04}"}
    assert found.rounds <= 20


def test_a_placeholder_on_more_records_than_allowed_joins_nobody() -> None:
    rows = [{"contact_ref": f"crm:{n}", "email": "x@acme.com", "day": 1} for n in range(21)]
    engine = engine_with({"contacts": rows})
    assert resolve(100, engine).contacts_merged == 0
    assert pairs(engine, "refusals", "key_text", "reason") == {"x@acme.com": "too_many_records"}


def test_nothing_at_all_is_nobody() -> None:
    engine = engine_with({})
    found = resolve(100, engine)
    assert (found.contacts_merged, found.accounts_merged, found.refused) == (0, 0, 0)
    assert pairs(engine, "contact_account", "contact_id", "account_id") == {}
