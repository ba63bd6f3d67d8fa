"""Plays: read strictly, each error with file, play, key and remedy."""

from decimal import Decimal

import pytest

from tests.roi.world import FEATURES, ROOT, economics, plays
from tools.actions import GOALS
from tools.errors import BadInput, BadRule
from tools.roi.economics import check_role
from tools.roi.play_effects import prior_effects
from tools.roi.plays_parse import parse_plays

TEXT = (ROOT / "policies/plays.yaml").read_text(encoding="utf-8")


def test_the_plays_of_the_project() -> None:
    found = plays()
    assert {play.id for play in found} >= {
        "retention_call",
        "retention_email",
        "success_review",
        "upsell_seats",
        "upsell_plan",
        "winback_offer",
        "winback_email",
        "acceleration_call",
        "concession_discount",
    }
    assert {play.goal for play in found} == set(GOALS)
    for play in found:
        check_role(economics(), play.role, play.id)


def test_priors_are_those_of_the_papers() -> None:
    priors = {(e.play, e.segment): (e.mean, e.sd) for e in prior_effects(plays())}
    assert priors["retention_call", "Declining"] == (Decimal("0.11"), Decimal("0.11"))
    assert priors["winback_email", "Lapsed"] == (Decimal("0.1386"), Decimal("0.1109"))
    assert all(mean - 3 * sd < 0 for mean, sd in priors.values())


CHANGES = [
    ("    channel: call", "    chanel: call", "retention_call: unknown key 'chanel'; .*'channel'"),
    ("goal: retention\n", "goal: retain\n", "goal: 'retain' is not known; .*'retention'"),
    (
        " probability) >= 0.02",
        " probabilty) >= 0.02",
        "'probabilty' is not known; .*'probability'",
    ),
    ("when: active and", "when: exp(1) > 2 and", "when: in .* is not allowed in a rule"),
    ("mean: 0.11", "mean: 0.11923", "effect.mean: 0.11923 has more than 4 decimals"),
    ("      mean: 0.11\n", "", "effect.mean: this key is required"),
    ("scope: per_account", "scope: per_acount", "did you mean 'per_account'"),
    (
        "per_campaign, audience: 500",
        "per_campaign",
        "cost.audience: this key is required with scope: per_campaign",
    ),
    ("hours: 0.5", "hours: -1", "hours: expected a number from 0, got '-1'"),
    ("id: retention_call", "id: retention_email", "two plays are called 'retention_email'"),
    ("id: retention_call", "id: do_nothing", "always there"),
    ("Call {contact} at", "Call {secret} at", "placeholder {secret} is not allowed"),
    ("Call {contact} at", "Call {contact.__class__} at", "is not allowed"),
    ("Call {contact} at", "Call {contact at", "not a readable template"),
    ("basis: [mrr, orders]", "basis: [mmr]", "'mmr' is not known; did you mean 'mrr'"),
    ("segments: [Declining, Qu", "segments: [Declinning, Qu", "did you mean 'Declining'"),
    ("per_day: 20", "per_day: 2.5", "expected a whole number"),
    ("hours: 0.5", "hours: '0.5'", "hours: expected a number, got '0.5'"),
    ("accept_prob: 1,", "accept_prob: yes,", "accept_prob: expected a number, got 'yes'"),
    ("    without: close", "    without: return", "what is worth an open deal has without: close"),
    ("part: more, size: 0.2,", "part: more,", "value.size: this key is required with part: more"),
    ("approval: [csm]", "approval: ['']", r"approval\[0\]: expected text, got an empty one"),
]
SEGMENTS = (
    "Declining", "Quiet", "Onboarding", "Durable core", "Expansion-ready", "Other active", "Lapsed",
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), CHANGES)
def test_an_error_names_its_place_and_remedy(old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        parse_plays(TEXT.replace(old, new, 1), FEATURES, SEGMENTS)
    assert str(caught.value).startswith("policies/plays.yaml")


@pytest.mark.parametrize(
    "wrong",
    [
        "{contact!r}", "{contact!s}", "{contact.__class__}", "{contact[0]}", "{0}", "{}",
        "{contact:>20}", "{contact:}", "{ contact }", "{Contact}", "{{contact}}", "{{", "}}", "{",
        "}", "{contact", "contact}", "{contact!r:>{seats}}", "${contact.name}", "{%if%}", "{_x}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "old",
    ["Call {contact} at {account}.", "Anything in your way, {contact}?", "An offer for {account}"],
)
def test_a_template_holds_plain_facts_only_and_the_line_is_told(old: str, wrong: str) -> None:
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    with pytest.raises(BadInput, match=r"placeholder|not a readable") as caught:
        parse_plays(TEXT.replace(old, f"Words {wrong} here", 1), FEATURES, SEGMENTS)
    assert str(caught.value).startswith(f"policies/plays.yaml:{line}: plays[")


def test_a_rule_may_not_name_a_feature_that_does_not_exist_and_its_line_is_told() -> None:
    line = TEXT[: TEXT.index("when: paying")].count("\n") + 1
    place = rf"yaml:{line}: plays\[\d\] upsell_seats.when: "
    with pytest.raises(BadRule, match=f"{place}.*'paying' is not known"):
        parse_plays(TEXT, set(FEATURES) - {"paying"})
