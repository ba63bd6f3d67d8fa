"""The file that says what a report measures is read strictly."""

from pathlib import Path

import pytest

from tools.errors import BadInput
from tools.reports.policy import parse_report_policy
from tools.reports.retention.spec import RetentionSpec

SHIPPED = (Path(__file__).parents[2] / "policies" / "reports.yaml").read_text(encoding="utf-8")


def test_the_shipped_file_is_read() -> None:
    policy = parse_report_policy(SHIPPED, "reports.yaml")
    first = policy.retention[0]
    assert first.spec == RetentionSpec(entity="account")
    assert first.breakdowns == ("segment", "plan", "acquisition")
    assert first.curve_spec.buckets == tuple(range(13))
    assert [q.spec.returns for q in policy.retention] == ["usage", "usage", "purchases", "usage"]
    assert (policy.money.months, policy.money.rates) == (12, ())


def test_what_is_left_out_has_a_default() -> None:
    policy = parse_report_policy("version: 1", "reports.yaml")
    assert policy.retention[0].spec == RetentionSpec()
    assert policy.money.ages == (1, 3, 6, 12)


def test_every_option_can_be_said() -> None:
    text = """
version: 1
week_start: sunday
internal: {domains: [ours.com], accounts: [a1]}
retention:
  - {entity: contact, birth: first_purchase, recurring: true, returns: named, event: export,
     mode: bracket, brackets: [[1, 8], [8, 29]], clock: calendar, unit: day, curve: 0,
     cohort: week, incomplete: mark, base: previous, mean: simple, min_size: 5,
     breakdowns: [play_arm], reactivations: false}
money:
  currency: USD
  rates: [{currency: EUR, day: 2026-01-01, rate: 1.08, source: budget}]
  projection: {months: 0}
"""
    policy = parse_report_policy(text, "reports.yaml")
    (question,) = policy.retention
    assert question.spec == RetentionSpec(
        birth="first_purchase",
        recurring=True,
        returns="named",
        event="export",
        mode="bracket",
        brackets=((1, 8), (8, 29)),
        buckets=(),
        clock="calendar",
        unit="day",
        week_start="sunday",
        cohort="week",
        incomplete="mark",
        base="previous",
        mean="simple",
        min_size=5,
        internal=policy.money.internal,
    )
    assert (question.curve, question.reactivations) == (0, False)
    assert policy.money.projection.months == 0
    assert str(policy.money.rates[0].rate) == "1.08"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("week_start: monday", "week_start: mondey"),
            "'mondey' is not known; did you mean 'monday",
        ),
        (("internal:", "intern:"), "unknown key 'intern'; did you mean 'internal'"),
        (("birth: signup ", "brith: signup "), "unknown key 'brith'; did you mean 'birth'"),
        (("birth: signup ", "birth: sign_up "), "did you mean 'signup'"),
        (("recurring: false", "recurring: true"), r"retention\[0\].*signup happens once"),
        (("buckets: [1, 4, 12]", "buckets: [4, 1]"), r"yaml:\d+: retention\[0\]: .*must be rising"),
        (("buckets: [1, 4, 12]", "buckets: [1, '4']"), r"buckets\[1\]: expected a whole number"),
        (("recurring: false", "recurring: 'no'"), "recurring: expected true or false"),
        (("buckets: [1, 4, 12]", "buckets: 4"), "buckets: expected whole numbers"),
        (("breakdowns: [segment, plan, acq", "breakdowns: [segments, plan, acq"), "'segment'"),
        (("  months: 12 ", "  month: 12 "), "unknown key 'month'; did you mean 'months'"),
        (("ages: [1, 3, 6, 12]", "ages: [3, 1]"), r"yaml:\d+: money: .*ages must be rising"),
        (("# currency: USD", "currency: USD"), r"yaml:\d+: money: .*`currency` with `rates`"),
        (("version: 1", "version: 2"), r"yaml:\d+: version: expected a number up to 1, got '2'"),
        (("entity: account         #", "entity: subscription  #"), "only birth=first_paid"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], said: str) -> None:
    assert change[0] in SHIPPED
    with pytest.raises(BadInput, match=said):
        parse_report_policy(SHIPPED.replace(*change, 1), "reports.yaml")
