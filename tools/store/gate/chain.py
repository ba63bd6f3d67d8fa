"""The audit chain inside a transaction of the gate: entries are added, and read by an index.

What is asked at every decision is written once as a statement, brings the signature of the entry
before along, and is read once in a transaction.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, literal_column, select

from tools.store.gate.records import Link
from tools.store.rows import A_STATEMENT, chunks, table_of
from tools.store.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select
    from sqlmodel import Session

_AUDIT = table_of(AuditRow)
_PREVIOUS = _AUDIT.alias("previous")
_ENTRY = tuple(_AUDIT.c[name] for name in ("seq", "at", "who", "kind", "subject", "body", "mac"))
_SUBJECTS = _AUDIT.c.subject.in_(bindparam("subjects", expanding=True))
_WITH_PREVIOUS = (
    select(*_ENTRY, _PREVIOUS.c.mac)
    .outerjoin_from(_AUDIT, _PREVIOUS, _PREVIOUS.c.seq == _AUDIT.c.seq - 1)
    .order_by(_AUDIT.c.seq)
)
_ABOUT = _WITH_PREVIOUS.where(_SUBJECTS)
_NEWEST = _WITH_PREVIOUS.where(
    _AUDIT.c.seq.in_(
        select(func.max(_AUDIT.c.seq))
        .where(_SUBJECTS, _AUDIT.c.kind == bindparam("kind"))
        .group_by(_AUDIT.c.subject)
        .correlate(None)
    )
)
_HEAD = select(*_ENTRY).order_by(_AUDIT.c.seq.desc()).limit(1)
_MACS = select(_AUDIT.c.seq, _AUDIT.c.mac).where(
    _AUDIT.c.seq.in_(bindparam("numbers", expanding=True))
)
# The kind stands in the statement itself, or SQLite would not see that a partial index fits.
_LET_IN = select(_AUDIT.c.seq).where(_AUDIT.c.kind == literal_column("'let_in'")).limit(1)
_ADD = insert(_AUDIT)


class Chain:
    """The audit chain: only ever longer; writers come one after the other.

    `added` are the entries of this transaction.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.added: list[Link] = []
        self._about: dict[str, list[Link]] = {}
        self._macs: dict[int, str | None] = {}

    def append(
        self,
        at: "datetime",
        who: str,
        kind: str,
        subject: str,
        body: str,
        sign: "Callable[[Link, str], str]",
    ) -> Link:
        """Add an entry signed together with the last one's signature."""
        last = self.added[-1] if self.added else self.head()
        seq, before = (last.seq, last.mac) if last else (0, "")
        unsigned = Link(seq + 1, at, who, kind, subject, body, "")
        link = Link(seq + 1, at, who, kind, subject, body, sign(unsigned, before))
        self._session.connection().execute(_ADD, vars(link))
        self.added.append(link)
        self._macs.update({seq: before, link.seq: link.mac} if last else {link.seq: link.mac})
        if subject in self._about:
            self._about[subject].append(link)
        return link

    def head(self) -> Link | None:
        """The last entry."""
        row = self._session.connection().execute(_HEAD).first()
        return None if row is None else Link(*row)

    def links(self, after: int = 0, limit: int | None = None) -> "Iterator[Link]":
        """The entries in order, after a number."""
        query = select(*_ENTRY).where(_AUDIT.c.seq > after).order_by(_AUDIT.c.seq).limit(limit)
        options = {"yield_per": 1_000}
        for row in self._session.connection().execute(query, execution_options=options):
            yield Link(*row)

    def about(self, subjects: "Iterable[str]") -> tuple[Link, ...]:
        """The entries about some ids, oldest first; those of each id are read once."""
        asked = set(subjects)
        for part in chunks(sorted(asked - self._about.keys()), A_STATEMENT):
            found = self._linked(_ABOUT, subjects=part)
            self._about.update({subject: [] for subject in part})
            for link in found:
                self._about[link.subject].append(link)
        return tuple(
            sorted((link for one in asked for link in self._about[one]), key=lambda link: link.seq)
        )

    def newest(self, subjects: "Sequence[str]", kind: str) -> tuple[Link, ...]:
        """The newest entry of a kind about each of some ids."""
        return tuple(self._linked(_NEWEST, subjects=list(subjects), kind=kind))

    def _linked(self, query: "Select[Any]", **asked: object) -> list[Link]:
        """Some entries; the signature of the one before each is known from here on."""
        rows = self._session.connection().execute(query, asked).all()
        return [self._remember(row) for row in rows]

    def _remember(self, row: "Row[Any]") -> Link:
        link, before = Link(*tuple(row)[:-1]), row[-1]
        self._macs.update({link.seq: link.mac, link.seq - 1: before})
        return link

    def macs(self, numbers: "Iterable[int]") -> dict[int, str]:
        """The signatures of some entries, by their numbers; those that are missing are left out."""
        asked = set(numbers)
        for part in chunks(sorted(asked - self._macs.keys()), A_STATEMENT):
            rows = self._session.connection().execute(_MACS, {"numbers": part})
            self._macs.update(dict.fromkeys(part) | {int(n): str(m) for n, m in rows})
        return {number: mac for number in asked if (mac := self._macs[number]) is not None}

    def size(self) -> int:
        """How many entries there are; the number of the last one, unless some are gone."""
        return int(self._session.scalar(select(func.count()).select_from(AuditRow)) or 0)

    def has_let_in(self) -> bool:
        """Whether anybody was let in by an entry, found by an index that holds only those."""
        return self._session.connection().execute(_LET_IN).first() is not None
