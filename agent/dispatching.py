"""What the executor must know at the moment of acting: the facts of now, not of this morning."""

from typing import TYPE_CHECKING

from agent.day import JUDGED_TABLES
from agent.outlets import open_outlets, unsubscribe_url
from agent.run import open_morning
from approvals.claim import Facts
from approvals.executor import Executor
from policies.nouns import Action as PolicyAction
from policies.nouns import Record
from tools.customers.recipients import Recipient, Way, recipients
from tools.money import Money
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.wiring import Deps
    from policies.limits import Limits
    from tools.roi.plays import Play
    from tools.store.gate.records import Action

_WAYS: tuple[Way, ...] = ("email", "phone")


def open_executor(
    deps: "Deps", worker: str = "executor", stopping: "Callable[[], bool]" = bool
) -> Executor:
    """The executor of an installation; whether it is live is a setting."""
    settings = deps.settings
    return Executor(
        deps.gate,
        open_outlets(settings, deps.clock),
        lambda actions: facts_now(deps, actions),
        lambda address, channel, contact: unsubscribe_url(settings, address, channel, contact),
        worker,
        live=settings.live,
        stopping=stopping,
    )


def facts_now(deps: "Deps", actions: "Sequence[Action]") -> dict[str, Facts]:
    """What is known now of each action's account and person; an unknown play gives nothing.

    The world is that of tomorrow's day, in which everything learned until now can be seen.
    """
    today = deps.gate.today()
    limits = deps.rulebook.limits.on(today)
    plays = {play.id: play for play in deps.rulebook.plays}
    ways = {channel.name: channel.address for channel in limits.channels}
    world = open_morning(deps, today + 1).world
    found: dict[tuple[Way, str], Recipient] = {}
    for way in _WAYS:
        asked = {a.account_id: a.contact_id for a in actions if _way(ways.get(a.channel)) == way}
        people = recipients(world, asked, way, asked)
        found |= {(way, account): person for account, person in people.items()}
    missing = JUDGED_TABLES - world.present
    known: dict[str, Facts] = {}
    for action in actions:
        play = plays.get(action.play)
        person = found.get((_way(ways.get(action.channel)), action.account_id))
        if play is not None and person is not None:
            known[action.id] = _facts(deps, action, play, person, limits, missing)
    return known


def _facts(
    deps: "Deps",
    action: "Action",
    play: "Play",
    person: Recipient,
    limits: "Limits",
    missing: frozenset[str],
) -> Facts:
    record = Record(
        account_id=action.account_id, contact_id=person.contact_id, email=person.email,
        phone=person.phone, email_consent=person.email_consent,
        phone_consent=person.phone_consent, unsubscribed=person.unsubscribed, suppressed=False,
        open_high_tickets=person.open_high_tickets, open_deals=person.open_deals,
        timezones=(person.timezone, person.account_timezone, deps.zone.key), missing=missing,
    )  # fmt: skip
    nothing = Money.from_minor(0, action.currency)
    doing = PolicyAction(
        play.id, action.channel, play.goal, nothing, play.limits.per_day, play.limits.cooldown_days
    )
    addresses = [address for address in (person.email, person.phone) if address]
    keys = frozenset(suppression_key(deps.key.secret, address) for address in addresses)
    way = limits.channel(action.channel).address
    reached = {"email": person.email, "phone": person.phone}.get(way or "")
    return Facts(record, doing, reached, keys)


def _way(address: str | None) -> Way:
    return "phone" if address == "phone" else "email"
