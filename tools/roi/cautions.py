"""Where a calculation is looser than it looks: each caution is an id and one sentence."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Caution:
    """One thing to know before a figure is believed."""

    id: str
    text: str


CAUTIONS: MappingProxyType[str, Caution] = MappingProxyType({
    key: Caution(key, text)
    for key, text in {
        "lifetime-convention": "The amount depends on how lifetime and renewal are combined; the "
        "convention used is printed, and the constant renewal rate understates old customers.",
        "concession-horizon": "A flat number of years ignores renewal; multiplied by survival the "
        "loss is smaller.",
        "no-gain-side": "A concession is judged by its loss alone; compare it with the chance of "
        "closing it buys (break-even relative gain).",
        "no-margin": "Revenue is counted in full; at its margin the value is lower.",
        "gross": "The whole result is credited to the action, because the chance without it is "
        "not known: gross, not incremental.",
        "cost-scope": "Whether the cost is per account or per campaign is not stated.",
        "support-missing": "The extra support of a won expansion is not included.",
        "one-off": "The expansion is counted once and does not recur.",
        "mixed-cost": "Discount and effort stand in one cost; a discount recurs at every renewal, "
        "effort does not.",
        "sunk-acquisition": "Acquisition cost is spent already; it counts only before a customer "
        "is won.",
        "cycles-not-years": "The chance is over billing cycles; convert through the billing "
        "interval before comparing it with years.",
        "capped-effect": "The effect expected is larger than the chance that is left, and was cut "
        "to it.",
        "base-rate": "Survival rests on the rate of others (the segment, those who came back or "
        "everybody), not on this "
        "account's own score.",
        "thin-evidence": "The chance without the action rests on thin evidence.",
        "deal-as-a-year": "The amount of the deal is taken as one year's revenue that renews; "
        "how long such a customer stays is that of new customers.",
        "observed-revenue": "Recurring revenue is taken from the orders of the last 365 days.",
    }.items()
})  # fmt: skip


def cautions(*ids: str) -> tuple[Caution, ...]:
    """The cautions of those ids, in that order, each once."""
    return tuple(CAUTIONS[key] for key in dict.fromkeys(ids))
