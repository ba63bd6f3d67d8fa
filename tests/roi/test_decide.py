"""The questions: the worked examples' figures, what is missing, guards, and laws."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import BadInput
from tools.roi.decide import QUESTIONS, DecisionSubject, KnownInput, Recommendation, decide
from tools.roi.decide.record import record
from tools.roi.decide.tornado_bars import bars

S1 = {"revenue": "30000", "margin": "0.65", "support": "6000", "years": "3", "renewal": "0.8",
      "acquisition": "9000"}  # fmt: skip
S5 = {"renewal": "0.35", "revenue": "30000", "margin": "0.65", "support": "6000", "years": "3"}
S9 = {"cost_a": "1200", "cost_b": "2100", "expansion_a": "0.2", "expansion_b": "0.9"}


def ask(key: str, subject: DecisionSubject | None = None, /, **typed: str) -> Recommendation:
    return decide(key, typed, subject or DecisionSubject())


def figure(found: Recommendation, name: str = "net", convention: Any = "survival") -> Decimal:
    return found.figures[convention][name].quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("key", "typed", "name", "seed", "survival"),
    [
        ("accept", S1, "net", "23400.00", "23940.00"),
        ("accept", {**S1, "discount_rate": "10%"}, "net", "23400.00", "21458.68"),
        ("accept", {"revenue": "30,000", "margin": "65%", "support": "6k", "acquisition": "9000",
                    "expected_lifetime": "3"}, "net", "31500.00", "31500.00"),
        ("accelerate", {"probability": ".7", "value": "18000", "margin": ".7", "cost": "3000"},
         "net", "5820.00", "5820.00"),
        ("concession", {"revenue": "40000", "margin": ".7", "margin_after": ".6", "years": "3"},
         "loss", "12000.00", "12000.00"),
        ("concession", {"revenue": "40000", "margin": ".7", "margin_after": ".6", "years": "3",
                        "renewal": ".8"}, "loss", "9600.00", "9760.00"),
        ("expand", {"probability": ".9", "value": "12000", "cost": "1200"},
         "net", "9600.00", "9600.00"),
        ("expand", {"probability": ".9", "value": "12000", "cost": "1200", "margin": ".7"},
         "net", "6360.00", "6360.00"),
        ("expand", {"probability": ".9", "p0": ".8", "value": "12000", "cost": "1200"},
         "net", "0.00", "0.00"),
        ("expand", {"probability": ".9", "value": "12000", "cost": "120000",
                    "cost_scope": "per_campaign", "audience": "100"}, "net", "9600.00", "9600.00"),
        ("expand", {"probability": ".85", "value": "18000"}, "gross", "15300.00", "15300.00"),
        ("retain", {**S5, "cost": "1500"}, "value", "14175.00", "19878.75"),
        ("intervene", {**S5, "renewal": ".92", "effect": ".019"}, "gain", "707.94", "709.58"),
        ("intervene", {**S5, "renewal": ".92"}, "headroom", "2980.80", "2987.71"),
        ("campaigns", {**S9, "expansion_value": "2000"}, "b_over_a", "500.00", "500.00"),
    ],
)  # fmt: skip
def test_the_worked_figures_under_both_conventions(
    key: str, typed: dict[str, str], name: str, seed: str, survival: str
) -> None:
    found = decide(key, typed, DecisionSubject())
    assert figure(found, name, "seed") == Decimal(seed)
    assert figure(found, name) == Decimal(survival)


@pytest.mark.parametrize(
    ("key", "typed", "missing", "threshold", "value"),
    [
        ("expand", {"probability": ".25", "value": "12000", "cost": "1200", "support": "high"},
         ("support",), "support", "7200.00"),
        ("retain", {"renewal": ".35"},
         ("revenue", "margin", "support", "years", "cost", "effect"), "headroom_share", "0.65"),
        ("retain", {**S5, "cost": "1500"}, ("effect",), "effect", "0.08"),
        ("intervene", {"renewal": ".92"},
         ("revenue", "margin", "support", "years", "cost", "effect"), "headroom_share", "0.08"),
        ("campaigns", S9, ("expansion_value",), "expansion_value", "1285.71"),
        ("expand", {"probability": ".85", "value": "18000"}, ("cost", "p0"), "cost", "15300.00"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_its_threshold(
    key: str, typed: dict[str, str], missing: tuple[str, ...], threshold: str, value: str
) -> None:
    found = decide(key, typed, DecisionSubject())
    assert found.missing == missing
    assert found.thresholds[threshold].quantize(Decimal("0.01")) == Decimal(value)
    assert "net" not in found.figures["survival"]
    assert "missing" in found.verdict.words


def test_nothing_typed_invents_nothing() -> None:
    for key in QUESTIONS:
        found = decide(key, {}, DecisionSubject())
        assert found.figures == {"seed": {}, "survival": {}}
        assert found.missing
        assert found.verdict.answer == "not computable"


def test_every_convention_is_listed_beside_the_two() -> None:
    told = record(ask("accept", **S1, discount_rate=".1"))
    nets = {one["convention"]: one["net"]["value"] for one in told["multiples"]}
    assert nets == {
        "renewal-first": "17352.00",
        "survival, discounted": "21458.68",
        "seed": "23400.00",
        "survival": "23940.00",
        "Gupta-Lehmann": "27000.00",
        "lifetime already expected": "31500.00",
        "immediate": "40500.00",
        "infinite": "58500.00",
    }


def test_a_chance_within_cycles_is_converted_by_the_interval_and_never_compared() -> None:
    yearly = ask("retain", **{**S5, "cost": "1500"} | {"renewal": ".5477"})
    typed = {k: v for k, v in S5.items() if k != "renewal"} | {"cost": "1500"}
    found = ask("retain", **typed, lost="70%", cycles="2", interval_months="12")
    assert abs(figure(found, "value") - figure(yearly, "value")) < 2
    assert any("54.8% each cycle of 12 months" in one.text for one in found.warnings)
    assert ask("retain", **typed, lost="70%", cycles="2").missing == ("interval_months",)


def test_a_share_of_the_losses_counts_for_the_days_it_is_of() -> None:
    whole = ask("retain", **S5, cost="0", losses_prevented="11%")
    assert figure(whole) == (Decimal("0.11") * Decimal("0.65") * Decimal("19878.75")).quantize(
        Decimal("0.01")
    )
    year = ask("retain", **S5, cost="0", losses_prevented="11%", window_days="365")
    assert figure(year) == figure(whole)
    month = ask("retain", **S5, cost="0", losses_prevented="11%", window_days="30")
    left = 1 - Decimal("0.35") ** (Decimal(30) / 365)
    assert figure(month) == (Decimal("0.11") * left * Decimal("19878.75")).quantize(Decimal("0.01"))


def test_half_years_count_in_whole_cycles() -> None:
    found = ask("accept", **S1 | {"years": "2.5", "interval_months": "6"})
    root = Decimal("0.8").sqrt()
    expected = Decimal(13500) / 2 * sum((root**t for t in range(5)), Decimal(0)) - 9000
    assert figure(found) == expected.quantize(Decimal("0.01"))
    assert figure(found, convention="seed") == Decimal("18000.00")


def test_acceleration_counts_what_comes_sooner() -> None:
    typed = {"probability": ".7", "p0": ".7", "value": "18000", "margin": ".7", "cost": "0"}
    found = ask("accelerate", **typed, months_sooner="12", discount_rate=".25")
    assert figure(found) == Decimal("1764.00")  # 8,820 a year sooner at 25 %: a fifth of it


def test_a_concession_is_judged_by_the_chance_it_buys() -> None:
    typed = {
        "revenue": "40000",
        "margin": ".7",
        "margin_after": ".6",
        "years": "3",
        "support": "0",
        "p0": ".6",
    }
    assert figure(ask("concession", **typed, probability="0.7")) == Decimal("0.00")
    assert ask("concession", **typed, probability="0.71").verdict.answer == "yes"
    assert ask("concession", **typed, probability="0.69").verdict.answer == "no"


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("accept", {"margin": "65"}, "margin: 65 is more than 1; did you mean 0.65 (65%)?"),
        ("expand", {"probability": "70"}, "did you mean 0.7 (70%)?"),
        ("expand", {"probability": "1.2"}, "did you mean 0.012 (1.2%)?"),
        ("expand", {"probability": "-0.1"}, "is not between 0 and 1"),
        ("expand", {"probability": "700"}, "is not between 0 and 1"),
        ("retain", {"lost": ".7", "cycles": "0"}, "cycles: 0 is not between 1 and"),
        ("retain", {"lost": ".7", "cycles": "1.5"}, "cycles: 1.5 is not a whole number"),
        ("accept", {"years": "0"}, "years: it must be more than 0"),
        ("accept", {"years": "1000"}, "years: 1000 is not between 0 and 50"),
        ("accept", {**S1, "years": "2.5"}, "interval_months=6 if they renew every 6 months"),
        ("accept", {**S1, "years": "2.1"}, "years: 2.1 is not a whole number of renewals"),
        ("accept", {"revenue": "-30000"}, "revenue: -30000 is not between 0 and"),
        ("accept", {"revenue": "NaN"}, "'NaN' is not a number"),
        ("accept", {"revenue": "inf"}, "'inf' is not a number"),
        ("accept", {"revenue": "1e400"}, "write 1e400 out"),
        ("accept", {"revenue": "9" * 31}, "more than 30 digits"),
        ("accept", {"revenue": "9" * 300}, "too long for a number"),
        ("accept", {"revenue": "0.0000001"}, "more than 6 decimals"),
        ("accept", {"margin": "0." + "0" * 12 + "1"}, "more than 12 decimals"),
        ("accept", {"revenue": "9" * 20}, "is not between 0 and 1,000,000,000,000"),
        ("accept", {"revenue": "٣٠٠"}, "is not a number"),
        ("accept", {"margin": "0,65"}, "write a decimal point: 0.65"),
        ("accept", {"revenue": "3,00"}, "write a decimal point"),
        ("accept", {"revenue": "30000 EUR"}, "not in USD, the currency of your economics"),
        ("accept", {"revenue": "£30000"}, "(1 GBP is 1.3 USD)"),
        ("accept", {"revenue": "30000 XYZ"}, "'XYZ' is no currency"),
        ("accept", {"margin": "0.65 USD"}, "is not a number"),
        ("accept", {"margn": "0.65"}, "accept takes no input 'margn'; did you mean 'margin'?"),
        ("accept", {"margin_low": "0.5"}, "margin_low and margin_high need margin as well"),
        ("accept", {"margin": ".6", "margin_low": ".7"}, "0.6 is not between its low 0.7"),
        ("accept", {"renewal": ".8", "lost": ".2"}, "renewal and lost say the same in two ways"),
        ("retain", {**S5, "effect": ".7"}, "effect: 0.7 is more than the 0.65 that leave"),
        ("concession", {"revenue": "1", "margin": ".6", "margin_after": ".7", "years": "1"},
         "a concession lowers it"),
        ("expand", {"cost_scope": "per_acount"}, "did you mean 'per_account'?"),
        ("acept", {}, "did you mean 'accept'?"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_meant_is_one_clear_line(
    key: str, typed: dict[str, str], said: str
) -> None:
    subject = DecisionSubject("USD", rates={"GBP": Decimal("1.3")})
    with pytest.raises(BadInput) as told:
        decide(key, typed, subject)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_one_campaign_that_is_no_dearer_and_no_worse_needs_no_value() -> None:
    same = {"cost_a": "5", "cost_b": "5", "expansion_a": ".2", "expansion_b": ".2"}
    for changed, said in (
        ({}, "Neither"),
        ({"cost_b": "4"}, "B, whatever"),
        ({"cost_b": "6"}, "A, whatever"),
        ({"expansion_b": ".3"}, "B, whatever"),
        ({"expansion_b": ".1"}, "A, whatever"),
        ({"cost_b": "4", "expansion_b": ".1"}, "A if an expansion is worth more than 10.00"),
    ):
        assert ask("campaigns", **same | changed).verdict.words.startswith(said), changed


def test_the_smallest_and_largest_values_can_be_written() -> None:
    least, most = "0.000000000001", "1000000000000"
    for typed in (
        {"probability": least, "value": "0.000001", "margin": least, "cost": most},
        {"probability": "1", "value": most, "margin": "1", "cost": "0"},
    ):
        for key in ("accelerate", "expand"):
            assert record(ask(key, **typed))["words"]
    assert record(ask("expand", probability=least, value=most, cost="0", support="?"))["breakeven"]


def test_amounts_without_an_installation_must_be_in_one_currency() -> None:
    assert ask("accept", **S1 | {"revenue": "30000 EUR"}).currency == "EUR"
    with pytest.raises(BadInput, match="support: 6000 USD is not in EUR"):
        ask("accept", **S1 | {"revenue": "30000 EUR", "support": "6000 USD"})


def test_what_is_typed_wins_over_what_is_known_and_says_so() -> None:
    known = {
        "margin": KnownInput(Decimal("0.7"), "economics gross_margin", "finance"),
        "renewal": KnownInput(
            Decimal("0.8"), "the score", low=Decimal("0.7"), high=Decimal("0.85")
        ),
    }
    subject = DecisionSubject("USD", "survival", "Clearharbor", known)
    typed = {k: v for k, v in S1.items() if k != "renewal"}
    told = record(decide("accept", typed, subject))
    inputs = {one["name"]: one for one in told["inputs"]}
    assert inputs["margin"]["source"] == "you typed it"
    assert inputs["margin"]["instead_of"] == "0.7, economics gross_margin"
    assert inputs["renewal"]["source"] == "the score"
    swing = next(one for one in told["tornado"] if one["name"] == "renewal")
    assert (swing["low"]["value"], swing["high"]["value"]) == ("0.7000", "0.8500")
    unknown = decide("accept", {**typed, "renewal": "?"}, subject)
    assert unknown.missing == ("renewal",)


def test_the_most_uncertain_input_says_where_the_answer_turns() -> None:
    found = ask("accept", **S1)
    assert [one.name for one in found.swings][:2] == ["revenue", "years"]
    assert found.uncertain
    assert found.uncertain.turns_at
    turned = ask("accept", **S1 | {"revenue": f"{found.uncertain.turns_at:.6f}"})
    assert abs(figure(turned)) < Decimal("0.01")
    assert len({len(bar) for bar in bars(found.swings, 14)}) == 1


def test_an_end_that_cannot_be_gives_way_to_the_value() -> None:
    found = ask("concession", revenue="40000", margin=".7", margin_after=".65", years="3")
    swings = {one.name: one for one in found.swings}
    assert (swings["margin_after"].low, swings["margin_after"].high) == (
        Decimal("0.55"),
        Decimal("0.65"),
    )
    assert swings["margin"].low == Decimal("0.7")


def test_every_loose_place_is_a_warning() -> None:
    said = {
        (key, one.id)
        for key, typed in (
            ("accept", S1),
            ("concession", {"revenue": "1", "margin": ".7", "margin_after": ".6", "years": "3"}),
            ("expand", {"probability": ".9", "value": "12000", "cost": "1200"}),
            ("accelerate", {"probability": ".7", "value": "18000", "margin": ".7", "cost": "3000"}),
            ("retain", {**S5, "cost": "1"}),
            ("retain", {"lost": ".7", "cycles": "2"}),
        )
        for one in decide(key, typed, DecisionSubject()).warnings
    }
    assert {
        ("accept", "lifetime-convention"),
        ("concession", "concession-horizon"),
        ("concession", "no-gain-side"),
        ("expand", "no-margin"),
        ("expand", "gross"),
        ("expand", "cost-scope"),
        ("expand", "support-missing"),
        ("accelerate", "one-off"),
        ("accelerate", "mixed-cost"),
        ("retain", "sunk-acquisition"),
        ("retain", "cycles-not-years"),
    } <= said


def test_the_hash_is_of_the_inputs_and_not_of_how_they_are_written() -> None:
    one = ask("accept", **S1)
    assert (
        ask("accept", **S1 | {"margin": "65%", "revenue": "30,000.00"}).input_hash == one.input_hash
    )
    assert ask("accept", **S1 | {"margin": "0.66"}).input_hash != one.input_hash


shares = st.decimals(0, 1, places=3).map(str)
amounts = st.decimals(0, 10**9, places=2).map(str)
whole_years = st.integers(1, 12).map(str)
BY_KIND = {
    "share": shares, "money": amounts, "years": whole_years, "months": st.just("12"),
    "count": st.integers(1, 60).map(str), "change": st.decimals(-1, 1, places=3).map(str),
    "portion": st.decimals(-1, 1, places=3).map(str),
    "choice": st.sampled_from(["per_account", "per_campaign"]),
}  # fmt: skip


def answered(key: str, typed: dict[str, str], currency: str = "") -> Recommendation | str:
    """The decision, or the one line that says why there is none."""
    try:
        return decide(key, typed, DecisionSubject(currency))
    except BadInput as error:
        return str(error)


QUICK = settings(max_examples=60, deadline=None, database=None)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """Any question with any of its inputs."""
    question = QUESTIONS[draw(st.sampled_from(sorted(QUESTIONS)))]
    names = draw(st.sets(st.sampled_from(question.inputs)))
    typed = {name: draw(BY_KIND[question.specs[name].kind]) for name in sorted(names)}
    return question.key, typed


@QUICK
@given(questions())
def test_whatever_is_given_there_is_an_answer_or_one_line(case: tuple[str, dict[str, str]]) -> None:
    found = answered(*case)
    if isinstance(found, str):
        assert "\n" not in found
        return
    told = record(found)
    assert told["words"]
    assert bool(found.missing) or found.judged_by
    for one in told["figures"]:
        for value in one["by_convention"].values():
            assert Decimal(value["value"]).is_finite()


@QUICK
@given(shares, amounts, amounts, whole_years, shares, amounts, amounts)
def test_a_customer_is_worth_more_with_more_margin_years_and_renewal(
    margin: str, revenue: str, support: str, years: str, renewal: str, acquisition: str, more: str
) -> None:
    typed = {
        "margin": margin,
        "revenue": revenue,
        "support": support,
        "years": years,
        "renewal": renewal,
        "acquisition": acquisition,
    }
    base = ask("accept", **typed).figures["survival"]["net"]
    half = str((Decimal(margin) + 1) / 2)
    assert ask("accept", **typed | {"margin": half}).figures["survival"]["net"] >= base
    dearer = str(Decimal(acquisition) + Decimal(more))
    assert ask("accept", **typed | {"acquisition": dearer}).figures["survival"]["net"] <= base
    better = ask("accept", **typed | {"renewal": str((Decimal(renewal) + 1) / 2)})
    stays = better.figures["survival"]
    assert (stays["net"] - base) * stays["contribution"] >= 0


@QUICK
@given(shares, shares, amounts, amounts)
def test_doing_nothing_is_worth_nothing(p: str, renewal: str, value: str, revenue: str) -> None:
    same = ask("expand", probability=p, p0=p, value=value, cost="0", support="0")
    assert same.figures["survival"]["net"] == 0
    kept = ask(
        "retain",
        renewal=renewal,
        revenue=revenue,
        margin=p,
        support="0",
        years="3",
        cost="0",
        effect="0",
    )
    assert kept.figures["survival"]["net"] == 0
    push = ask("accelerate", probability=p, p0=p, value=value, margin="1", cost="0")
    assert push.figures["survival"]["net"] == 0
    none = ask(
        "concession",
        revenue=revenue,
        margin=p,
        margin_after=p,
        years="3",
        support="0",
        probability=renewal,
        p0=renewal,
    )
    assert none.figures["survival"]["net"] == 0


def test_arr_and_mrr_are_revenue_by_other_names() -> None:
    rest = {k: v for k, v in S1.items() if k != "revenue"}
    plain = ask("accept", **S1)
    for name, text in (("arr", "30000"), ("ARR", "30k"), ("mrr", "2500"), ("mrr", "2,500.00")):
        assert ask("accept", **rest, **{name: text}).input_hash == plain.input_hash
    ranged = ask("accept", **rest, mrr="2500", mrr_low="2000", mrr_high="3000")
    assert [str(end) for end in (ranged.inputs[0].low, ranged.inputs[0].high)] == ["24000", "36000"]
    push = {"probability": "0.7", "margin": "0.7", "cost": "3000"}
    assert figure(ask("accelerate", **push, arr="18000")) == 5820
    with pytest.raises(BadInput, match="revenue and mrr say the same in two ways"):
        ask("accept", **S1, mrr="2500")
    with pytest.raises(BadInput, match="takes no input 'mmr'; did you mean 'mrr'"):
        ask("accept", **S1, mmr="2500")
    with pytest.raises(BadInput, match="campaigns takes no input 'arr'"):
        ask("campaigns", arr="1")


def test_the_net_is_likely_between_what_the_ranges_of_its_inputs_lead_to() -> None:
    assert ask("accept", **S1).likely is None
    one = ask("accept", **S1, margin_low="0.6", margin_high="0.7")
    assert one.likely == tuple(figure(ask("accept", **S1 | {"margin": m})) for m in ("0.6", "0.7"))
    wide = {"margin_low": "0.6", "margin_high": "0.7", "renewal_low": ".7", "renewal_high": ".9"}
    two = ask("accept", **S1, **wide)
    assert two.likely
    assert one.likely
    assert two.likely[0] < one.likely[0] < figure(two) < one.likely[1] < two.likely[1]
    assert ask("accept", **S1, **wide).likely == two.likely
    assert record(two)["likely"]["words"].startswith("likely between ")


def test_to_retain_nets_something_else_under_every_convention() -> None:
    asked = {
        "renewal": "0.8",
        "revenue": "30000",
        "margin": "0.65",
        "support": "6000",
        "years": "3",
        "cost": "500",
        "effect": "0.05",
    }
    for extra in ({}, {"discount_rate": "0.1"}):
        told = record(ask("retain", **asked, **extra))
        nets = {one["convention"]: one["net"]["value"] for one in told["multiples"]}
        both = next(one for one in told["figures"] if one["name"] == "net")["by_convention"]
        assert nets["seed"] == both["seed"]["value"]
        assert nets["survival, discounted" if extra else "survival"] == both["survival"]["value"]
    bound = record(ask("retain", **{k: v for k, v in asked.items() if k != "effect"}))
    assert {one["net"] for one in bound["multiples"]} == {None}
