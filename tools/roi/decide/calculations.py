"""The calculation behind each question: a worked example's formula on derived inputs."""

from decimal import Decimal
from typing import TYPE_CHECKING

from tools.errors import BadInput
from tools.roi.worked_examples import ExampleAnswer, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.roi.formulas import Convention

    Inputs = Mapping[str, Decimal]

ONE, YEAR, DAYS = Decimal(1), Decimal(12), Decimal(365)
PER_CAMPAIGN = 1


def compute(question: str, given: "Inputs", convention: "Convention") -> ExampleAnswer:
    """The figures of a question under one convention.

    Raises:
        BadInput: when inputs contradict one another.
    """
    return _CALCULATIONS[question](given, convention)


def derive(given: "Inputs") -> dict[str, Decimal]:
    """The inputs with those worked out that may be said in another way.

    A chance to leave within some cycles becomes a chance to renew a year, a share of the losses
    within some days becomes a change of the chance, a cost per campaign becomes a cost per account.
    """
    found = dict(given)
    if {"lost", "cycles", "interval_months"} <= given.keys() and "renewal" not in given:
        yearly = YEAR / (given["cycles"] * given["interval_months"])
        found["renewal"] = (1 - given["lost"]) ** yearly
    if {"losses_prevented", "renewal"} <= found.keys() and "effect" not in given:
        stays = found["renewal"]
        if "window_days" in given:
            stays = stays ** (given["window_days"] / DAYS)
        found["effect"] = given["losses_prevented"] * (1 - stays)
    if given.get("cost_scope") == PER_CAMPAIGN and "cost" in given and "audience" in given:
        found["cost"] = given["cost"] / given["audience"]
    return found


def _accept(given: "Inputs", convention: "Convention") -> ExampleAnswer:
    if "expected_lifetime" in given:
        return answer("S1", {**given, "years": given["expected_lifetime"]}, convention)
    found = answer("S1", given, convention)
    return found if "renewal" in given else ExampleAnswer({}, (*found.missing, *_renewal(given)))


def _renewal(given: "Inputs") -> tuple[str, ...]:
    """What is missing for the chance to renew: the chance, or the rest of what was begun."""
    begun = ("lost", "cycles", "interval_months")
    if "lost" not in given and "cycles" not in given:
        return ("renewal",)
    return tuple(name for name in begun if name not in given)


def _retain(given: "Inputs", convention: "Convention") -> ExampleAnswer:
    if "renewal" not in given:
        return ExampleAnswer({}, _renewal(given))
    if given.get("effect", Decimal(0)) > 1 - given["renewal"]:
        left = 1 - given["renewal"]
        raise BadInput(
            f"effect: {given['effect'].normalize():f} is more than the "
            f"{left.normalize():f} that leave without it"
        )
    return answer("S5", given, convention)


def _concession(given: "Inputs", convention: "Convention") -> ExampleAnswer:
    after, before = given.get("margin_after"), given.get("margin")
    if after is not None and before is not None and after > before:
        raise BadInput(f"margin_after: {after} is above margin {before}; a concession lowers it")
    return answer("S3", given, convention)


def _expand(given: "Inputs", convention: "Convention") -> ExampleAnswer:
    """An upsell where its cost is known or asked for, else the most that a push may cost."""
    if "cost" not in given:
        return answer("S6", given, convention)
    if given.get("cost_scope") == PER_CAMPAIGN and "audience" not in given:
        return ExampleAnswer({}, ("audience",))
    scope = {"scope": ONE} if "cost_scope" in given else {}
    return answer("S4", {**given, **scope}, convention)


def _plain(name: str) -> "Callable[[Inputs, Convention], ExampleAnswer]":
    def calculate(given: "Inputs", convention: "Convention") -> ExampleAnswer:
        return answer(name, given, convention)

    return calculate


_CALCULATIONS: "Mapping[str, Callable[[Inputs, Convention], ExampleAnswer]]" = {
    "accept": _accept, "accelerate": _plain("S2"), "concession": _concession,
    "campaigns": _plain("S9"), "retain": _retain, "expand": _expand, "intervene": _retain,
}  # fmt: skip
