"""Rules in YAML: a whitelist, nearest names, and the same answer in SQL and in Python."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from tools.errors import BadRule
from tools.rule_types import Kind, place_in
from tools.rules import parse_rule
from tools.warehouse.engine import DuckEngine

NAMES = ("a", "b", "plan", "flag")
numbers = st.one_of(st.none(), st.integers(-3, 3))
records = st.fixed_dictionaries(
    {
        "a": numbers,
        "b": numbers,
        "plan": st.sampled_from([None, "free", "pro"]),
        "flag": st.sampled_from([None, True, False]),
    }
)
atoms = st.sampled_from(
    [
        "a > b", "a + b >= 1", "a IS NULL", "plan = 'pro'", "plan <> 'free'", "flag",
        "a IN (1, 2)", "plan IN ('pro', 'free')", "b BETWEEN 0 AND 2", "COALESCE(a, b) = 1",
        "a / b > 1", "ABS(a) = 2", "GREATEST(a, b) = 3", "LEAST(a, 1) < 1", "flag IS NOT TRUE",
        "CASE WHEN a > 0 THEN b ELSE 1 END = 1", "-a = b", "a * 2 - b < 0", "NOT flag",
    ]
)  # fmt: skip
rules = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"NOT ({text})"),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=examples(150))
@given(rules, st.lists(records, min_size=1, max_size=12))
def test_a_rule_holds_in_python_where_it_holds_in_sql(
    text: str, sample: list[dict[str, object]]
) -> None:
    rule = parse_rule(text, NAMES, "test")
    engine = DuckEngine(threads=1)
    schema = pa.schema(
        [("a", pa.int64()), ("b", pa.int64()), ("plan", pa.string()), ("flag", pa.bool_())]
    )
    rows = [record | {"n": n} for n, record in enumerate(sample)]
    engine.put("t", pa.Table.from_pylist(rows, schema=schema.append(pa.field("n", pa.int64()))))

    found = engine.run("SELECT n FROM t WHERE $rule ORDER BY n", rule=rule.sql()).to_pylist()

    assert [row["n"] for row in rows if rule.holds(row)] == [row["n"] for row in found]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plann = 'pro'", "'plann' is not known; did you mean 'plan'?"),
        ("absolute(a) > 1", "'absolute' is not allowed in a rule; did you mean 'abs'?"),
        ("a > (SELECT 1)", "'subquery' is not allowed"),
        ("a > 1e999", "not a plain number"),
        ("t.a = 1", "without a prefix"),
        ("plan LIKE 'p%'", "'like' is not allowed"),
        ("a >", "cannot read the rule"),
        ("a = 1; DROP TABLE t", "cannot read the rule|not allowed"),
        (" OR ".join(["a = 1"] * 300), "characters|parts"),
        ("(" * 3000, "characters"),
        ("$secret = 1", "not allowed"),
        ("a::text = 'x'", "not allowed"),
    ],
)
def test_a_bad_rule_says_what_and_where(text: str, says: str) -> None:
    with pytest.raises(BadRule, match=f"stages.yaml: at_risk: .*({says})"):
        parse_rule(text, NAMES, "stages.yaml: at_risk")


def test_every_prefix_of_a_rule_is_read_or_refused_but_never_crashes() -> None:
    text = "CASE WHEN a > 1 AND plan IN ('x', 'y') THEN b ELSE ABS(-a) END BETWEEN 1 AND 2"
    for start, end in pairwise(range(len(text) + 1)):
        try:
            parse_rule(text[start : end + 9], NAMES, "x")
        except BadRule:
            continue


KINDS: "dict[str, Kind]" = {"a": "number", "b": "number", "plan": "text", "flag": "truth"}


@pytest.mark.parametrize("text", [
    "plan > 3", "3 < plan", "plan = a", "flag = 'yes'", "plan + 1 > 2", "plan", "not plan",
    "flag and plan", "plan between 1 and 3", "a in (1, 'x')", "coalesce(plan, 0) = 'pro'",
    "greatest(a, plan) > 1", "case when plan then 1 else 2 end = 1", "abs(plan) = 1", "-plan = 1",
    "case plan when 3 then 1 end = 1", "case when flag then 'x' else 1 end = 'x'", "a > 'many'",
])  # fmt: skip
def test_a_rule_whose_parts_do_not_fit_together_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(BadRule, match=r"plays\.yaml: in "):
        parse_rule(text, NAMES, "plays.yaml", KINDS)


@settings(deadline=None, max_examples=examples(100))
@given(rules)
def test_what_an_engine_can_compute_is_never_refused(text: str) -> None:
    parse_rule(text, NAMES, "test", KINDS)


@pytest.mark.parametrize("text", ["a > '30'", "flag = 'true'", "flag = 1", "a", "plan = '3'"])
def test_what_every_engine_reads_as_the_other_is_left_alone(text: str) -> None:
    parse_rule(text, NAMES, "test", KINDS)


def test_the_line_of_a_rule_is_told_where_it_stands_on_one() -> None:
    text = "plays:\n  - id: a\n    when: plan > 3\n"
    assert place_in(text, "plan > 3", "p.yaml: a.when") == "p.yaml line 3: a.when"
    assert place_in("when: >-\n  a\n  > 3\n", "a > 3", "p.yaml: a.when") == "p.yaml: a.when"
