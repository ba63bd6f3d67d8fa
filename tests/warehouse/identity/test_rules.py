"""The rules file is checked: each mistake is named with its place and the nearest match."""

import pytest

from tools.errors import BadRule
from tools.warehouse.identity import load_rules, standard_rules

RULE = "order: 1, name: n, kind: contact, by: email, enabled: true, description: d"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rule: []", "unknown key 'rule'; did you mean 'rules'"),
        ("rules: 3", "rules: expected a list, got '3'"),
        ("rules: [3]", r"rules\[0\]: expected keys and values"),
        (f"rules: [{{{RULE}, memmory: ever}}]", "unknown key 'memmory'; did you mean 'memory'"),
        (
            f"rules: [{{{RULE}, memory: always}}]",
            r"rules\[0\].memory: 'always' is not known; did you mean 'latest'",
        ),
        (f"rules: [{{{RULE}, max_names: two}}]", "max_names: expected a whole number, got 'two'"),
        (f"rules: [{{{RULE}, max_names: true}}]", "max_names: expected a whole number, got 'true'"),
        (f"rules: [{{{RULE}, skip: [role]}}]", "skip: 'role' is not known"),
        (f"rules: [{{{RULE}}}, {{{RULE}}}]", "the name 'n' is used twice"),
        ("rules: [{order: 1}]", r"rules\[0\]\.name: this key is required"),
        ("rules: [{" + RULE.replace("by: email", "by: mail") + "}]", "did you mean 'email'"),
        ("rules: [", "not readable as YAML"),
        ("lists: {free: x}\nrules: []", "a list of words was expected"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(BadRule, match=message):
        load_rules(text, "mine.yaml")


def test_an_unknown_rule_cannot_be_switched() -> None:
    with pytest.raises(BadRule, match="did you mean 'contact_same_email'"):
        standard_rules().switched("contact_same_mail", enabled=False)


def test_the_delivered_rules_run_in_their_order() -> None:
    orders = [rule.order for rule in standard_rules().rules]
    assert orders == sorted(orders)
    assert all(rule.description.endswith(".") for rule in standard_rules().rules)
