"""Hands in the database of a soak: what each changes, what it touches, and how to put it back.

What was there is kept in tables of its own, so that it goes wherever the changed rows go.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.faults.hands import by_hand
from tests.gate.office import Office
from tools.store.store import Store

# SQLite gives the numbers of deleted votes to those of later: these make room, in their order.
MAKE_ROOM = """UPDATE decision SET seq = seq + 100000 WHERE seq > (SELECT seq FROM kept_last)
AND EXISTS (SELECT 1 FROM decision AS d JOIN kept_decision AS k ON d.seq = k.seq)"""
MORE = ("", ", attempts = 0, fence = 0", ", receipt = '', lease_until = NULL")


@dataclass(frozen=True)
class Hand:
    """One change: the rows it keeps by table, its statements, and the actions it touches.

    `silences` says that nothing at all may leave, whatever it is about.
    """

    name: str
    kept: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    actions: tuple[str, ...] = ()
    silences: bool = False

    def do(self, store: Store) -> None:
        """Change the rows, and keep those that were there."""
        keep = [f"CREATE TABLE kept_{t} AS SELECT * FROM {t} WHERE {w}" for t, w in self.kept]
        last = ["CREATE TABLE kept_last AS SELECT MAX(seq) AS seq FROM decision"]
        by_hand(store, *keep, *self.statements, *(last if self._votes else []))

    def undo(self, store: Store, gone: Sequence[str] = ()) -> None:
        """Put back what was there, except in the tables that need it no more."""
        if self._votes:
            by_hand(store, MAKE_ROOM, "DROP TABLE kept_last")
        for table, which in self.kept:
            back = [
                f"DELETE FROM {table} WHERE {which}",
                f"INSERT INTO {table} SELECT * FROM kept_{table}",
            ]
            by_hand(store, *(back if table not in gone else []), f"DROP TABLE kept_{table}")

    @property
    def _votes(self) -> bool:
        return any(table == "decision" for table, _ in self.kept)


def set_back(office: Office, chance: random.Random) -> Hand | None:
    """What was sent waits again, as if it had not been."""
    sent = [a for a in office.actions() if a.status == "sent"]
    if not sent:
        return None
    one = chance.choice(sent).id
    return Hand(
        "sent set back",
        (("action", f"id = '{one}'"), ("send", f"id = 's-{one}'")),
        (
            f"UPDATE action SET status = 'scheduled'{chance.choice(MORE)} WHERE id = '{one}'",
            f"DELETE FROM send WHERE id = 's-{one}'",
        ),
        (one,),
    )


def revive(office: Office, chance: random.Random) -> Hand | None:
    """What was revoked is approved again, and the word that revoked it is gone."""
    revoked = [a for a in office.actions() if a.status == "revoked"]
    found = [a for a in revoked if office.get(a.proposal).status == "revoked"]
    if not found:
        return None
    one = chance.choice(found)
    votes = f"proposal = '{one.proposal}' AND kind IN ('revoke', 'undo')"
    return Hand(
        "revocation taken out",
        (
            ("action", f"id = '{one.id}'"),
            ("proposal", f"id = '{one.proposal}'"),
            ("decision", votes),
        ),
        (
            f"UPDATE action SET status = 'scheduled' WHERE id = '{one.id}'",
            f"UPDATE proposal SET status = 'approved' WHERE id = '{one.proposal}'",
            f"DELETE FROM decision WHERE {votes}",
        ),
        (one.id,),
    )


def delete_vote(office: Office, chance: random.Random) -> Hand | None:
    """A vote is gone."""
    voted = [a for a in office.actions() if a.status in {"scheduled", "sent", "blocked"}]
    waiting = [a for a in voted if a.status == "scheduled"]
    if not voted:
        return None
    one = chance.choice(waiting or voted)
    votes = f"proposal = '{one.proposal}' AND kind = 'approve'"
    return Hand(
        "vote deleted", (("decision", votes),), (f"DELETE FROM decision WHERE {votes}",), (one.id,)
    )


def cut_tail(_: Office, chance: random.Random) -> Hand | None:
    """The newest entries of the audit are gone."""
    last = f"(SELECT MAX(seq) FROM audit) - {chance.randrange(1, 9)}"
    return Hand("audit cut", (), (f"DELETE FROM audit WHERE seq > {last}",), silences=True)


def delete_no(office: Office, chance: random.Random) -> Hand | None:
    """Who said no is not on the list any more."""
    with office.store.database.read() as session:
        found = session.connection().exec_driver_sql("SELECT key FROM suppression ORDER BY key")
        keys = [str(key) for (key,) in found]
    if not keys:
        return None
    one = f"key = '{chance.choice(keys)}'"
    return Hand("no deleted", (("suppression", one),), (f"DELETE FROM suppression WHERE {one}",))


def delete_pauses(office: Office, _: random.Random) -> Hand | None:
    """What was paused goes on, as if nobody had paused it."""
    if not office.store.switches.pauses(office.clock()):
        return None
    return Hand("pause deleted", (), ("DELETE FROM pause",))


HANDS: tuple[Callable[[Office, random.Random], Hand | None], ...] = (
    set_back, revive, delete_vote, cut_tail, delete_no, delete_pauses,
)  # fmt: skip
