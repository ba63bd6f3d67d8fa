"""Put what was chosen into envelopes: the words, the reasons, the value and the alternatives."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agent.odd_facts import odd_facts
from agent.passing_failures import is_passing
from approvals.envelope import (
    Alternative,
    DrawnPlace,
    Driver,
    Envelope,
    What,
    Who,
    Why,
    Worth,
    seal,
)
from policies.nouns import Finding
from tools.actions import DO_NOTHING
from tools.customers.stages import describe_because
from tools.errors import BadInput
from tools.figures import percent
from tools.money import Money
from tools.roi.value import reprice
from tools.writers.languages import language_code, other_language
from tools.writers.names import readable_name, unnamed
from tools.writers.template import filled, plain, write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from policies.nouns import Verdict
    from tools.customers.account_profile import AccountProfile
    from tools.customers.churn import Drivers
    from tools.customers.recipients import Recipient
    from tools.roi.plays import Play, Template
    from tools.roi.price import PriceList
    from tools.roi.shortlist import Candidate

SIX = Decimal("0.000001")
FOUR = Decimal("0.0001")
# A greeting needs no name; a figure is never replaced by words.
GREETINGS = {"owner": "your account team", "sender": "Your account team"}


@dataclass(frozen=True)
class Material:
    """What the drafts of a day are made from, by account.

    `by_lot` is the chance of what was drawn to learn, in millionths.
    """

    as_of: int
    expires_day: int
    prices: "PriceList"
    portraits: "Mapping[str, AccountProfile]"
    recipients: "Mapping[tuple[str, str], Recipient]"
    addresses: "Mapping[str, str | None]"
    drivers: "Mapping[str, Drivers]"
    priced: "Mapping[str, Sequence[Candidate]]"
    unpriced: "Mapping[str, Sequence[tuple[str, str]]]"
    refused: "Mapping[tuple[str, str], str]"
    versions: tuple[tuple[str, str], ...]
    by_lot: "Mapping[tuple[str, str], int]" = field(default_factory=dict)


def draft(
    chosen: "Sequence[tuple[Candidate, Verdict]]", material: Material
) -> "tuple[tuple[Envelope, ...], tuple[tuple[Candidate, str], ...]]":
    """Envelopes of what was chosen, and the candidates that could not be put into words.

    Each envelope is sealed here once, so that what cannot be sealed fails alone. When the machine
    fails (OSError, MemoryError) it is no record's fault: the run fails, and is tried again.
    """
    envelopes, failed = [], []
    for candidate, verdict in chosen:
        try:
            envelope = _envelope(candidate, verdict, material)
            seal(envelope)
        except BadInput as error:
            failed.append((candidate, plain(str(error))))
        except Exception as error:
            if is_passing(error):  # which is no mistake of the record: the step is done again
                raise
            failed.append((candidate, plain(f"{type(error).__name__}: {error}")))
        else:
            envelopes.append(envelope)
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
        findings=(
            *verdict.findings,
            *_unread(candidate, play, material),
            *odd_facts(facts(candidate, play, material), _contact(candidate, material)),
        ),
        versions=material.versions,
        place=_place(material.by_lot.get((account, candidate.play))),
    )


def _place(millionths: int | None) -> DrawnPlace:
    if millionths is None:
        return DrawnPlace()
    chance = Decimal(millionths).scaleb(-6)
    return DrawnPlace(chance, f"drawn to learn, chance about {percent(chance)}")


def _who(candidate: "Candidate", play: "Play", material: Material) -> Who:
    portrait = material.portraits[candidate.account_id]
    person = material.recipients[candidate.account_id, candidate.play]
    addresses = {"email": person.email, "phone": person.phone}
    way = material.addresses.get(play.channel)
    return Who(
        candidate.account_id,
        _shown(portrait.name),
        person.contact_id,
        _shown(person.name),
        _address(addresses[way]) if way else None,
        _shown(portrait.owner),
    )


def _shown(name: str | None) -> str | None:
    """A name as one visible line: nothing in it may turn or hide the text around it."""
    return None if name is None else plain(name) or None


def _address(address: str | None) -> str | None:
    """An address is used as it is or not at all."""
    if address is not None and plain(address) != address:
        raise BadInput("the address holds what no address can hold, or is too long")
    return address


def _what(candidate: "Candidate", play: "Play", material: Material) -> What:
    known, template = facts(candidate, play, material), _template(candidate, play, material)
    texts = (template.subject, template.body)
    if "contact" not in known:
        somebody = "there" if _is_mail(play, material) else "your contact"
        texts = (unnamed(template.subject, somebody), unnamed(template.body, somebody))
    words = write(*texts, known)
    cost = Money.from_minor(candidate.cost_minor, material.prices.economics.currency)
    return What(
        play.id,
        play.version,
        play.goal,
        play.channel,
        words.subject,
        words.body,
        play.role,
        play.approval,
        candidate.hours,
        cost,
    )


def _is_mail(play: "Play", material: Material) -> bool:
    """Whether the words themselves go to the person."""
    return material.addresses.get(play.channel) == "email"


def _template(candidate: "Candidate", play: "Play", material: Material) -> "Template":
    """The words in the language of whom they go to, where there are any."""
    written = material.recipients[candidate.account_id, candidate.play].language
    if written is None or not _is_mail(play, material):
        return play.template
    return play.template.spoken(language_code(written))


def _unread(candidate: "Candidate", play: "Play", material: Material) -> tuple[Finding, ...]:
    """What a reviewer must know of the language: that there are no words in it."""
    written = material.recipients[candidate.account_id, candidate.play].language
    ours = _template(candidate, play, material).language
    other = other_language(written, ours)
    if other is None or not _is_mail(play, material):
        return ()
    why = (
        f"the language of the contact is {plain(other)}, the words are in {ours}: edit them, "
        f"or be sure that they are read"
    )
    return (Finding("language", "ask", why),)


def facts(candidate: "Candidate", play: "Play", material: Material) -> "dict[str, str]":
    """What a template may say of the account; a figure that is not known is left out."""
    portrait = material.portraits[candidate.account_id]
    person = material.recipients[candidate.account_id, candidate.play]
    offered = play.cost.incentive or (play.concession.share if play.concession else Decimal(0))
    owner = _shown(portrait.owner)
    known = {
        "account": _shown(portrait.name) or called(portrait.account_id),
        "contact": _called(person.name) if _is_mail(play, material) else _shown(person.name),
        "owner": owner,
        "sender": owner,
        "plan": portrait.plan,
        "seats": portrait.seats,
        "days_to_renewal": portrait.days_to_renewal,
        "days_since_event": portrait.days_since_event,
        "days_since_order": portrait.days_since_order,
        "offer": _offer(play, material.prices.economics.currency) if offered else None,
    }
    said = {name: str(value) for name, value in known.items() if value is not None}
    return GREETINGS | said


def _contact(candidate: "Candidate", material: Material) -> str | None:
    return material.recipients[candidate.account_id, candidate.play].name


def _called(name: str | None) -> str | None:
    """The name by which a person is greeted, if it looks like one and like nothing else."""
    shown = readable_name(_shown(name))
    return None if shown is None or filled(shown) != shown else shown


def called(account_id: str) -> str:
    """An account without a name: its own key; a bare number needs the word before it."""
    space, _, key = account_id.rpartition(":")
    return f"{space} {key}".strip() if key.isdigit() else key


def _offer(play: "Play", currency: str) -> str:
    if play.concession is not None and play.concession.share:
        return percent(play.concession.share)
    return str(Money(play.cost.incentive, currency))


def _why(portrait: "AccountProfile", found: "Drivers | None") -> Why:
    drivers = (*found.up, *found.down) if found else ()
    probability = portrait.probability
    return Why(
        segment=portrait.segment,
        stage=portrait.stage,
        stage_since_day=portrait.since_day,
        stage_because=describe_because(portrait.because) if portrait.because else None,
        probability=None if probability is None else Decimal(probability).quantize(SIX),
        probability_basis=portrait.score_basis,
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
        valued.nv,
        valued.q10,
        valued.q90,
        valued.p_positive,
        valued.breakeven,
        valued.uncertain,
        valued.convention,
        valued.steps,
        valued.assumptions,
        valued.cautions,
    )


def _alternatives(account: str, material: Material) -> tuple[Alternative, ...]:
    """Everything else that could be done, best first; doing nothing is always among it."""
    currency = material.prices.economics.currency
    priced = [
        Alternative(
            c.play,
            Money.from_minor(c.nv_minor, currency),
            material.refused.get((account, c.play), "priced the same way"),
        )
        for c in material.priced.get(account, ())
    ]
    if all(other.play != DO_NOTHING for other in priced):
        nothing = Money.from_minor(0, currency)
        priced.append(Alternative(DO_NOTHING, nothing, "always possible"))
        priced.sort(key=lambda other: (-(other.value or nothing).minor, other.play))
    unpriced = [Alternative(play, None, why) for play, why in material.unpriced.get(account, ())]
    return (*priced, *unpriced)
