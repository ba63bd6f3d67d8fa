"""What must be known of a person when somebody says yes and when it is done: the facts of now.

The world is that of tomorrow's day, in which everything learned until now can be seen. It stays
open as long as no new facts come and the files on disk are those that were committed, since opening
it costs more than every question together. What cannot be read raises, and says nothing of anybody.
"""

from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING

from agent.committed_bytes import CommittedBytes
from agent.contact_facts import JUDGED_TABLES, address_keys, folded_key, known_keys, record_of
from agent.run import open_morning
from approvals.live_facts import Facts, Subject
from policies.nouns import PlannedAction as PolicyAction
from tools.customers.recipients import Recipient, Recipients
from tools.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agent.wiring import Deps
    from policies.limits import Limits
    from tools.roi.plays import Play
    from tools.warehouse.asof.world import World


@dataclass(frozen=True)
class Opened:
    """A world that is open, and the day and the facts it is of."""

    day: int
    version: str
    world: "World"
    people: Recipients


class FreshFacts:
    """The facts of now of whom proposals and actions would reach."""

    def __init__(self, deps: "Deps") -> None:
        """Nothing is opened before the first question."""
        self._deps = deps
        self._files = CommittedBytes(deps.dataset.folder, deps.store.manifest)
        self._lock = RLock()
        self._opened: Opened | None = None

    def __call__(self, subjects: "Sequence[Subject]") -> "Mapping[str, Facts]":
        """What is known of each subject's account and person, by its id; none of no play."""
        with self._lock:
            try:
                return self._known(subjects)
            except Exception:
                self._opened = None  # the next question opens it anew: the files may be back
                raise

    def _known(self, subjects: "Sequence[Subject]") -> "Mapping[str, Facts]":
        opened, limits = self._open(), self._limits
        plays = {play.id: play for play in self._deps.rulebook.plays}
        asked = [one for one in subjects if one.play in plays]
        found = self._people(opened, asked, limits)
        return {
            one.id: self._facts(opened, one, plays[one.play], found[one.id], limits)
            for one in asked
        }

    @property
    def _limits(self) -> "Limits":
        return self._deps.rulebook.limits.on(self._deps.gate.today())

    def _open(self) -> Opened:
        """The world of the committed facts; when some came or went, it is opened again."""
        day = self._deps.gate.today() + 1
        version = self._deps.store.gate.read(lambda tx: tx.ledger.facts_version())
        kept = self._opened
        self._files.check(version)
        if kept is None or (kept.day, kept.version) != (day, version):
            self._opened = None
            world = open_morning(self._deps, day).world
            people = Recipients(world, self._limits.consent_terms)
            kept = self._opened = Opened(day, version, world, people)
        return kept

    def _people(
        self, opened: Opened, subjects: "Sequence[Subject]", limits: "Limits"
    ) -> dict[str, Recipient]:
        """The person of each subject, by its id."""
        found: dict[str, Recipient] = {}
        for channel in sorted({one.channel for one in subjects}):
            for asked in _rounds([one for one in subjects if one.channel == channel]):
                contacts = {one.account_id: one.contact_id for one in asked}
                best = opened.people.best(contacts, limits.reach(channel), contacts)
                found |= {one.id: best[one.account_id] for one in asked}
        told = opened.people.reported(found.values())
        return {
            name: replace(one, reported=told.get((one.account_id, one.contact_id or ""), ()))
            for name, one in found.items()
        }

    def _facts(
        self, opened: Opened, subject: Subject, play: "Play", person: Recipient, limits: "Limits"
    ) -> Facts:
        secret, mailbox = self._deps.key.secret, limits.same_mailbox
        way = limits.channel(subject.channel).address
        reached = {"email": person.email, "phone": person.phone}.get(way or "")
        doing = PolicyAction(
            play.id,
            subject.channel,
            play.goal,
            Money.from_minor(0, subject.currency),
            play.limits.per_day,
            play.limits.cooldown_days,
        )
        missing = JUDGED_TABLES - opened.world.present
        keys = address_keys(secret, (person.email, person.phone), mailbox)
        return Facts(
            record_of(person, keys, self._deps.zone.key, missing),
            doing,
            reached,
            known_keys(secret, person, mailbox),
            folded_key(secret, reached, mailbox) if reached else None,
            person.agreed_day,
            opened.version,
        )


def _rounds(subjects: "Sequence[Subject]") -> "list[list[Subject]]":
    """The subjects so that each round has an account once."""
    rounds: list[dict[str, Subject]] = []
    for one in subjects:
        free = next((r for r in rounds if one.account_id not in r), None)
        if free is None:
            rounds.append(free := {})
        free[one.account_id] = one
    return [list(r.values()) for r in rounds]
