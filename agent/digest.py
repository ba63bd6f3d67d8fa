"""The daily digest: each owner who is a person here gets their list by mail, or a word why not.

It goes to our own people, so no approval is asked; a dry run writes it into the outbox. On stale
or empty data nothing is sent.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import structlog

from agent.account_desk import AccountDesk, owner_name
from agent.outlets import open_mail, unsubscribe_url
from agent.run import open_morning
from tools.channels.contract import Delivery, Undelivered
from tools.days import from_number
from tools.errors import LifecycleError, Unavailable
from tools.reports.accounts import ListRequest
from tools.reports.accounts.model import CALL
from tools.reports.accounts.text import digest, slack, subject
from tools.store.sends import suppression_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent.wiring import Deps
    from tools.channels.contract import OutboundChannel
    from tools.reports.accounts import AccountList
    from tools.store.people import Person

log = structlog.get_logger(__name__)
CHANNEL = "digest"
KEPT_BY = "digest"


@dataclass(frozen=True)
class DigestSent:
    """What became of one person's digest, in words; `done` when it left or had left before."""

    person: str
    words: str
    done: bool


def send_digests(deps: "Deps", owner: str = "") -> tuple[DigestSent, ...]:
    """Mail everybody's list, or one owner's.

    Raises:
        Unavailable: when the morning was not run yet.
        LifecycleError: when the data are stale or empty; says why, and nothing is sent.
    """
    today = deps.today()
    closed = deps.store.runs.closed_day()
    if closed is None or closed < today:
        last = "none was ever run" if closed is None else f"the last is {from_number(closed)}'s"
        raise Unavailable(f"no digest: the morning of {from_number(today)} was not run; {last}")
    desk = AccountDesk(deps, open_morning(deps, closed), today)
    everybody = desk.read(ListRequest(limit=1))
    refuse_stale(everybody, desk.stale_days)
    people = readers(deps, everybody.owners, owner)
    outlet = open_mail(deps.settings)
    return tuple(_send(deps, desk, outlet, person, name) for person, name in people)


def refuse_stale(found: "AccountList", stale_days: int) -> None:
    """Refuse to send what nobody should act on.

    Raises:
        LifecycleError: when there is nothing in it, or its newest fact is too old.
    """
    if found.empty:
        raise LifecycleError("no digest: there is no account to say anything about")
    newest = found.newest_day
    if newest is None or found.as_of - 1 - newest > stale_days:
        told = "there is none" if newest is None else f"it is of {from_number(newest)}"
        raise LifecycleError(
            f"no digest: the newest fact is older than {stale_days} days, {told}; "
            "`lifecycle jobs` shows whether sync runs"
        )


def readers(
    deps: "Deps", owners: "Sequence[str]", owner: str = ""
) -> "tuple[tuple[Person, str], ...]":
    """Who gets a digest: active people under whose name accounts are, with that name."""
    found = [
        (person, owner_name(person, owners))
        for person in deps.store.people.everybody()
        if person.active
    ]
    known = set(owners)
    return tuple((person, name) for person, name in found if name in known and owner in {"", name})


def _send(
    deps: "Deps", desk: AccountDesk, outlet: "OutboundChannel", person: "Person", name: str
) -> DigestSent:
    key = f"digest:{desk.as_of}:{person.id}"
    if _left_before(deps, key):
        return DigestSent(person.mailbox, "had it before", done=True)
    if _does_not_want(deps, person.mailbox):
        return DigestSent(person.mailbox, "does not want it", done=False)
    found = desk.read(ListRequest(name, limit=desk.terms.of(name)))
    if not found.counts.of(*CALL):
        return DigestSent(person.mailbox, "has nobody to call today", done=False)
    try:
        outlet.deliver(_delivery(deps, found, person, key))
    except Undelivered as error:
        log.warning("digest.failed", person=person.id, error=str(error))
        return DigestSent(person.mailbox, f"could not be reached: {error}", done=False)
    _keep(deps, key)
    return DigestSent(person.mailbox, f"{found.counts.of(*CALL)} to call", done=True)


def _delivery(deps: "Deps", found: "AccountList", person: "Person", key: str) -> Delivery:
    body = digest(found, found.owner, page_of(deps))
    return Delivery(
        key=key,
        action=key,
        proposal="",
        sha256="",
        play=CHANNEL,
        segment=None,
        account_id="",
        account_name=None,
        contact_id=None,
        recipient=person.mailbox,
        recipient_name=person.name or None,
        owner=None,
        subject=subject(found, person.name or found.owner),
        body=body,
        value="0",
        currency=found.currency,
        day=found.as_of,
        tags=(),
        unsubscribe_url=unsubscribe_url(
            deps.settings, suppression_key(deps.key.secret, person.mailbox), CHANNEL, None
        ),
    )


def page_of(deps: "Deps") -> "Callable[[str], str]":
    """The address of an account's page."""
    base = deps.settings.base_url.rstrip("/")
    return lambda account: f"{base}/accounts/{quote(account, safe=':')}"


def slack_text(deps: "Deps", found: "AccountList") -> str:
    """The list as mrkdwn; a line of its own stands between blocks that Slack takes one by one."""
    return "\n\n---\n\n".join(slack(found, found.owner or "everybody", page_of(deps)))


def _does_not_want(deps: "Deps", mailbox: str) -> bool:
    key = suppression_key(deps.key.secret, mailbox)
    found = deps.store.switches.suppressed([key], deps.clock())
    return any(channel in {CHANNEL, "*"} for _, channel in found)


def _left_before(deps: "Deps", key: str) -> bool:
    return deps.store.gate.read(lambda tx: tx.log.answered(KEPT_BY, key)) is not None


def _keep(deps: "Deps", key: str) -> None:
    """Remember that it left, so that nobody gets the same digest twice."""
    now = deps.clock()
    deps.store.gate.write(lambda tx: tx.log.answer(KEPT_BY, key, key, "sent", now))
