"""What to know before a figure is believed, with the figures of the case where there are some."""

from typing import TYPE_CHECKING

from tools.figures import percent
from tools.roi.cautions import Caution, cautions
from tools.roi.decide.labels import whole, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from tools.roi.decide.questions import Question
    from tools.roi.worked_examples import ExampleAnswer

    Said = Callable[[Mapping[str, Decimal], ExampleAnswer, str], str]


def warnings_of(
    question: "Question", given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str
) -> tuple[Caution, ...]:
    """The cautions of a calculation in plain words, each once."""
    ids = [one.id for one in found.cautions]
    if "expected_lifetime" in given:
        ids = [name for name in ids if name != "lifetime-convention"]
    if question.key == "expand" and "cost" in given and "support" not in given:
        ids.append("support-missing")
    if "lost" in given:
        ids.append("cycles-not-years")
    if question.key == "accept" and "acquisition" in given:
        ids.append("sunk-acquisition")
    return tuple(
        Caution(one.id, _SAID[one.id](given, found, currency)) if one.id in _SAID else one
        for one in cautions(*ids)
    )


def _lifetime(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del found, currency
    return (
        "Years and renewal can be combined in several ways, and the amount follows: seed "
        "multiplies the years by the renewal rate once, survival sums the chance of still being "
        f"there. If {given['years'].normalize():f} years is already an expected lifetime, write "
        "expected_lifetime instead, or the losses count twice. One constant rate understates "
        "customers who have stayed long."
    )


def _horizon(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    flat = whole(found.figures["loss_a_year"] * given["years"], currency)
    if "renewal" in given:
        return f"Renewal thins the years out; counted flat, the loss would be {flat}."
    return (
        "No chance to renew was given, so every year counts in full; with one the loss is smaller."
    )


def _gain_side(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del given, found, currency
    return (
        "Only the loss is counted. A concession may pay by closing more often: give probability "
        "(with it), p0 (without it) and support to compare."
    )


def _gross(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del currency
    needed = found.breakeven.get("effect")
    if needed is None and given.get("value") and "cost" in given:
        needed = given["cost"] / given["value"] / (given.get("margin") or 1)
    pays = "" if needed is None else f" It pays only if it adds {written(needed, 'points', '')}."
    return (
        "The chance without the action (p0) is not known, so everything is credited to it: gross, "
        f"not incremental.{pays}"
    )


def _margin(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del given, found, currency
    return (
        "Revenue is counted in full, because no margin was given; at its margin it is worth less."
    )


def _scope(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del given, found, currency
    return (
        "Is the cost per account or per campaign? It is taken per account; otherwise give "
        "cost_scope=per_campaign and audience."
    )


def _support(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    net = found.figures.get("net")
    if net is None or net <= 0 or not given["probability"]:
        return "The extra support of an expansion is not counted."
    each = whole(net / given["probability"], currency)
    return f"The extra support of an expansion is not counted; above {each} each it does not pay."


def _cycles(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del found, currency
    if not {"cycles", "interval_months", "renewal"} <= given.keys():
        return (
            "A chance within billing cycles is no chance a year: give cycles and interval_months."
        )
    cycle = given["renewal"] ** (given["interval_months"] / 12)
    return (
        f"{percent(given['lost'])} within {given['cycles']:f} cycles is a renewal of "
        f"{percent(cycle)} each cycle of {given['interval_months']:f} months, and of "
        f"{percent(given['renewal'])} a year: cycles and years are not the same."
    )


def _sunk(given: "Mapping[str, Decimal]", found: "ExampleAnswer", currency: str) -> str:
    del found, currency
    if "acquisition" in given:
        return "The cost of winning counts only until a customer is won; then it is spent."
    return "What it cost to win the customer is spent and not counted."


_SAID: "Mapping[str, Said]" = {
    "lifetime-convention": _lifetime, "concession-horizon": _horizon, "no-gain-side": _gain_side,
    "gross": _gross, "no-margin": _margin, "cost-scope": _scope, "support-missing": _support,
    "cycles-not-years": _cycles, "sunk-acquisition": _sunk,
}  # fmt: skip
