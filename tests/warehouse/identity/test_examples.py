"""The worked examples, one test each."""

from importlib.resources import files
from typing import Any

import pytest
import yaml

from tests.warehouse.identity.facts import engine_with, pairs
from tools.warehouse.identity import resolve, standard_rules

AS_OF = 100
EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (files(__package__) / "examples.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["title"])
def test_worked_example(example: dict[str, Any]) -> None:
    engine = engine_with({k: example[k] for k in ("contacts", "accounts") if k in example})
    rules = standard_rules()
    for name in example.get("switch_on", ()):
        rules = rules.switched(name, enabled=True)
    for name in example.get("switch_off", ()):
        rules = rules.switched(name, enabled=False)
    found = resolve(AS_OF, engine, rules)
    merged = {
        **pairs(engine, "contact_alias", "ref", "contact_id"),
        **pairs(engine, "account_alias", "ref", "account_id"),
    }
    assert merged == example["merged"]
    assert found.contacts_merged + found.accounts_merged == len(merged)
    assert pairs(engine, "merges", "ref", "rule").items() >= example.get("rules", {}).items()
    first = "(SELECT key_text AS key_text, MAX(CASE WHEN rule = 'account_by_domain' THEN NULL "
    first += "ELSE reason END) AS reason FROM refusals GROUP BY key_text) AS r"
    assert pairs(engine, first, "key_text", "reason") == example.get("refused", {})
    if "account_of" in example:
        account_of = pairs(engine, "contact_account", "contact_id", "account_id")
        assert account_of == example["account_of"]
