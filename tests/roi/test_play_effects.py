"""Effects are shares, whatever scale they were measured on."""

import re
from decimal import Decimal

import pytest

from tests.roi.world import FEATURES, ROOT
from tools.errors import BadInput
from tools.roi.play_effects import PlayEffect, prior_effects
from tools.roi.plays_parse import parse_plays

TEXT = (ROOT / "policies/plays.yaml").read_text(encoding="utf-8")
FIRST = TEXT[: TEXT.index("  - id: retention_email")]
LAST = (
    "version: 1\nplays:\n"
    + TEXT[TEXT.index("  - id: winback_email") : TEXT.index("  - id: winback_task")]
)


def with_effect(text: str, effect: str) -> str:
    """A play's text with another effect."""
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("    effect:"))
    end = next(n for n, line in enumerate(lines) if line.startswith("    without:"))
    return "\n".join([*lines[:at], f"    effect: {effect}", *lines[end:]])


def priors(effect: str, text: str = FIRST) -> tuple[PlayEffect, ...]:
    """The priors of one play with that effect."""
    return prior_effects(parse_plays(with_effect(text, effect), FEATURES))


def one(effect: str, text: str = FIRST) -> tuple[Decimal, Decimal]:
    """Mean and spread of the first of them."""
    found = priors(effect, text)[0]
    return found.mean, found.sd


def test_points_from_a_base_are_a_share_of_the_losses() -> None:
    """1.9 of 17.2 points are 11 % of the losses, and never 1.9 points of a chance of 2 %."""
    told = "{scale: points, mean: 0.019, sd: 0.019, n: 0, base: 0.172, base_days: 180, source: s}"
    assert one(told) == (Decimal("0.1105"), Decimal("0.1105"))


def test_a_window_longer_than_the_trial_is_credited_with_the_days_of_the_trial_only() -> None:
    told = "{scale: points, mean: 0.005, sd: 0, n: 0, base: 0.0057, base_days: %d, source: s}"
    assert one(told % 90, LAST)[0] == Decimal("0.8772")
    assert one(told % 14, LAST)[0] == Decimal("0.1386")  # 0.5 of the 3.6 points of 90 days


def test_contact_is_believed_to_harm_who_is_quiet() -> None:
    known = {(e.play, e.segment): e for e in prior_effects(parse_plays(TEXT, FEATURES))}
    quiet = [e for (_, segment), e in known.items() if segment == "Quiet"]
    assert len(quiet) == 4
    assert all(e.mean < 0 < e.mean + e.sd for e in quiet)


def test_an_odds_ratio_is_a_share_at_its_base() -> None:
    told = "{scale: odds_ratio, mean: 0.8, sd: 0.1, n: 0, base: %s, source: s}"
    assert one(told % "0.0001")[0] == Decimal("0.2000")
    assert one(told % "0.5")[0] == Decimal("0.1111")
    assert one(told % "0.0001", LAST)[0] == Decimal("-0.2000")


def test_a_segment_may_have_a_prior_of_its_own() -> None:
    told = (
        "{scale: share_of_losses, mean: 0.1, sd: 0.1, n: 3, source: s, "
        "by_segment: {Declining: {mean: -0.3, sd: 0.4, source: harm}}}"
    )
    found = {effect.segment: effect for effect in priors(told)}
    assert (found["Declining"].mean, found["Declining"].source) == (Decimal("-0.3000"), "harm")
    assert (found["Onboarding"].mean, found["Onboarding"].n) == (Decimal("0.1"), Decimal(3))
    assert len({effect.version for effect in found.values()}) == len(found)


def test_an_effect_of_before_is_points_from_a_base_that_is_told() -> None:
    effect = priors('{mean: 0.019, sd: 0.02, n: 0, source: "a trial"}')[0]
    assert effect.mean == Decimal("0.1105")
    assert effect.source == ("a trial (read as points from 17.2 %; say scale, base and base_days)")


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ("{scale: share_of_organic, mean: 0.1, sd: 0.1, n: 0, source: s}", "write share_of_losses"),
        ("{scale: point, mean: 0.1, sd: 0.1, n: 0, source: s}", "did you mean 'points'"),
        ("{scale: points, mean: 0.1, sd: 0.1, n: 0, source: s}", "base: this key is"),
        ("{scale: points, mean: 0.1, sd: 0.1, n: 0, source: s, base: 0.1}", "base_days: this"),
        ("{scale: points, mean: 0.1, sd: 0, n: 0, source: s, base: 0, base_days: 9}", "a rate of"),
        ("{scale: odds_ratio, mean: -1, sd: 0, n: 0, source: s, base: 0.1}", "outside 0"),
        ("{mean: 0.1, sd: 0.1, n: 0, source: s, base: 0.1}", "base: .*; add scale"),
    ],
)  # fmt: skip
def test_an_effect_on_a_wrong_scale_is_refused(effect: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        priors(effect)
    assert re.match(r"policies/plays.yaml:\d+: plays\[0\] retention_call", str(caught.value))


def test_a_segment_that_does_not_exist_is_refused() -> None:
    told = (
        "{scale: share_of_losses, mean: 0.1, sd: 0.1, n: 3, source: s, "
        "by_segment: {Declning: {mean: -0.3, sd: 0.4, source: harm}}}"
    )
    known = ("Declining", "Quiet", "Onboarding", "Durable core", "Expansion-ready", "Other active")
    with pytest.raises(BadInput, match="did you mean 'Declining'"):
        parse_plays(with_effect(FIRST, told), FEATURES, known)
