"""Put what was chosen into envelopes: the words, the reasons, the value and the alternatives."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from approvals.envelope import DO_NOTHING, Alternative, Driver, Envelope, What, Who, Why, Worth
from tools.customers.stages import describe_because
from tools.errors import BadInput
from tools.money import Money
from tools.roi.value import reprice
from tools.writers.template import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policies.nouns import Verdict
    from tools.customers.churn import Drivers
    from tools.customers.portraits import Portrait
    from tools.customers.recipients import Recipient
    from tools.roi.head import Candidate
    from tools.roi.plays import Play
    from tools.roi.price import PriceList

SIX = Decimal("0.000001")
FOUR = Decimal("0.0001")
# A greeting needs no name; a figure is never replaced by words.
GREETINGS = {"contact": "there", "owner": "your account team", "sender": "Your account team"}


@dataclass(frozen=True)
class Material:
    """What the drafts of a day are made from, by account."""

    as_of: int
    expires_day: int
    prices: "PriceList"
    portraits: "Mapping[str, Portrait]"
    recipients: "Mapping[tuple[str, str], Recipient]"
    addresses: "Mapping[str, str | None]"
    drivers: "Mapping[str, Drivers]"
    priced: "Mapping[str, Sequence[Candidate]]"
    unpriced: "Mapping[str, Sequence[tuple[str, str]]]"
    versions: tuple[tuple[str, str], ...]


def draft(
    chosen: "Sequence[tuple[Candidate, Verdict]]", material: Material
) -> "tuple[tuple[Envelope, ...], tuple[tuple[Candidate, str], ...]]":
    """Envelopes of what was chosen, and the candidates that could not be put into words."""
    envelopes, failed = [], []
    for candidate, verdict in chosen:
        try:
            envelopes.append(_envelope(candidate, verdict, material))
        except BadInput as error:
            failed.append((candidate, str(error)))
    return tuple(envelopes), tuple(failed)


def _envelope(candidate: "Candidate", verdict: "Verdict", material: Material) -> Envelope:
    account = candidate.account_id
    play = material.prices.play(candidate.play)
    return Envelope(
        as_of=material.as_of,
        expires_day=material.expires_day,
        who=_who(candidate, play, material),
        what=_what(candidate, play, material),
        why=_why(material.portraits[account], material.drivers.get(account)),
        worth=_worth(candidate, material),
        alternatives=_alternatives(account, material),
        findings=verdict.findings,
        versions=material.versions,
    )


def _who(candidate: "Candidate", play: "Play", material: Material) -> Who:
    portrait = material.portraits[candidate.account_id]
    person = material.recipients[candidate.account_id, candidate.play]
    addresses = {"email": person.email, "phone": person.phone}
    way = material.addresses.get(play.channel)
    return Who(
        candidate.account_id,
        portrait.name,
        person.contact_id,
        person.name,
        addresses[way] if way else None,
        portrait.owner,
    )


def _what(candidate: "Candidate", play: "Play", material: Material) -> What:
    words = write(play.template.subject, play.template.body, facts(candidate, play, material))
    cost = Money.from_minor(candidate.cost_minor, material.prices.economics.currency)
    return What(
        play.id, play.version, play.goal, play.channel, words.subject, words.body, play.role,
        play.approval, candidate.hours, cost,
    )  # fmt: skip


def facts(candidate: "Candidate", play: "Play", material: Material) -> "dict[str, str]":
    """What a template may say of the account; a figure that is not known is left out."""
    portrait = material.portraits[candidate.account_id]
    person = material.recipients[candidate.account_id, candidate.play]
    offered = play.cost.incentive or (play.concession.share if play.concession else Decimal(0))
    known = {
        "account": portrait.name or portrait.account_id.split(":", 1)[-1],
        "contact": person.name,
        "owner": portrait.owner,
        "sender": portrait.owner,
        "plan": portrait.plan,
        "seats": portrait.seats,
        "days_to_renewal": portrait.days_to_renewal,
        "days_since_event": portrait.days_since_event,
        "days_since_order": portrait.days_since_order,
        "offer": _offer(play, material.prices.economics.currency) if offered else None,
    }
    said = {name: str(value) for name, value in known.items() if value is not None}
    return GREETINGS | said


def _offer(play: "Play", currency: str) -> str:
    if play.concession is not None and play.concession.share:
        return f"{(play.concession.share * 100).normalize():f} %"
    return str(Money(play.cost.incentive, currency))


def _why(portrait: "Portrait", found: "Drivers | None") -> Why:
    drivers = (*found.up, *found.down) if found else ()
    probability = portrait.probability
    return Why(
        segment=portrait.segment,
        stage=portrait.stage,
        stage_since_day=portrait.since_day,
        stage_because=describe_because(portrait.because) if portrait.because else None,
        probability=None if probability is None else Decimal(probability).quantize(SIX),
        probability_basis=portrait.label or portrait.unscored_reason or "no score",
        drivers=tuple(
            Driver(d.text, _rounded(d.points), None if d.change is None else _rounded(d.change))
            for d in drivers
        ),
    )


def _rounded(points: float) -> Decimal:
    return Decimal(points).quantize(FOUR)


def _worth(candidate: "Candidate", material: Material) -> Worth:
    valued = reprice(candidate, material.prices)
    return Worth(
        valued.nv, valued.q10, valued.q90, valued.p_positive, valued.breakeven, valued.uncertain,
        valued.convention, valued.steps, valued.assumptions, valued.cautions,
    )  # fmt: skip


def _alternatives(account: str, material: Material) -> tuple[Alternative, ...]:
    """Everything else that could be done, best first; doing nothing is always among it."""
    currency = material.prices.economics.currency
    priced = [
        Alternative(c.play, Money.from_minor(c.nv_minor, currency), "priced the same way")
        for c in material.priced.get(account, ())
    ]
    if all(other.play != DO_NOTHING for other in priced):
        nothing = Money.from_minor(0, currency)
        priced.append(Alternative(DO_NOTHING, nothing, "always possible"))
        priced.sort(key=lambda other: (-(other.value or nothing).minor, other.play))
    unpriced = [Alternative(play, None, why) for play, why in material.unpriced.get(account, ())]
    return (*priced, *unpriced)
