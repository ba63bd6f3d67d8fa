"""What the inbox reads: pages by key, never by number, and no count of everything.

A page is ranked by value and costs the same wherever it stands: a filter looks at most at so many
rows, and says where to go on when it found too few.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select, tuple_
from sqlmodel import col

from tools.store.gate.agreed import VOIDS, standing
from tools.store.gate.records import Deed
from tools.store.records import Proposal
from tools.store.rows import record_of
from tools.store.tables import AssignmentRow, DecisionRow, ProposalRow, RevisionRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlmodel import Session

HOLDERS = ("", "mine", "free", "all")
LONGEST_PAGE = 100
LOOKED_AT = 5_000
_ROW = ProposalRow
_KEY = tuple_(col(_ROW.value_minor), col(_ROW.id))


@dataclass(frozen=True)
class Filters:
    """Which proposals to show; an empty text asks for nothing.

    `holder`: mine, free (nobody has it), all; '' leaves out what others have.
    """

    play: str = ""
    segment: str = ""
    owner: str = ""
    tier: str = ""
    stage: str = ""
    q: str = ""
    holder: str = ""

    @property
    def narrow(self) -> bool:
        """Whether rows may be passed over."""
        return any((self.segment, self.owner, self.tier, self.stage, self.q)) or self.holder in {
            "mine",
            "free",
        }


@dataclass(frozen=True)
class After:
    """The last row of the page before: its value and id."""

    value_minor: int
    id: str


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits, with the bytes shown now, who has it, and who agreed already."""

    proposal: Proposal
    text: str
    holder: str
    agreed: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next page begins; None when there is none."""

    rows: tuple[Waiting, ...]
    after: After | None


@dataclass(frozen=True)
class Asking:
    """Who looks, on which day, at which instant."""

    person: str
    day: int
    now: "datetime"


def waiting(
    session: "Session",
    asking: Asking,
    filters: Filters,
    after: After | None = None,
    limit: int = 50,
    look: int = LOOKED_AT,
) -> Page:
    """A page of what waits, worth most first; of equal worth in the falling order of ids.

    A filter looks at about `look` rows at a time; a page may so be short and yet not the last.
    """
    size = max(1, min(limit, LONGEST_PAGE))
    end = _furthest(session, filters, after, look) if filters.narrow else None
    query = page_query(asking, filters, after, end)
    if filters.q and _is_account(session, filters.q):
        query, end = query.where(col(_ROW.account_id) == filters.q), None
    found = session.scalars(query.limit(size + 1)).all()
    rows = [record_of(Proposal, row) for row in found[:size]]
    if len(found) > size:
        end = After(rows[-1].value_minor, rows[-1].id)
    return Page(_with_rest(session, asking, rows), end)


def page_query(
    asking: Asking, filters: Filters, after: After | None, end: After | None
) -> "Select[ProposalRow]":
    """The query of a page; it walks an index backwards and sorts nothing."""
    wanted = [*_fitting(filters), *_meant(asking, filters), *_beyond(after)]
    if end is not None:
        wanted.append(col(_ROW.value_minor) >= end.value_minor)
    query: Select[ProposalRow] = _ranked(select(_ROW).where(*wanted))
    return query


def _furthest(session: "Session", filters: Filters, after: After | None, look: int) -> After | None:
    """Where a filter stops looking: below a value, which the index alone answers."""
    ahead = select(col(_ROW.value_minor)).where(*_fitting(filters), *_beyond(after))
    value = session.scalar(_ranked(ahead).offset(look).limit(1))
    return None if value is None else After(value, "")


def _ranked(query: Any) -> Any:
    return query.order_by(col(_ROW.value_minor).desc(), col(_ROW.id).desc())


def _is_account(session: "Session", q: str) -> bool:
    query = select(col(_ROW.id)).where(col(_ROW.account_id) == q, col(_ROW.status) == "pending")
    return session.scalar(query) is not None


def _fitting(filters: Filters) -> "list[ColumnElement[bool]]":
    """What an index answers."""
    wanted: list[ColumnElement[bool]] = [col(_ROW.status) == "pending"]
    if filters.play:
        wanted.append(col(_ROW.play) == filters.play)
    return wanted


def _beyond(after: After | None) -> "list[ColumnElement[bool]]":
    return [] if after is None else [tuple_(after.value_minor, after.id) > _KEY]


def _meant(asking: Asking, filters: Filters) -> "list[ColumnElement[bool]]":
    """What each row has to be looked at for."""
    wanted: list[ColumnElement[bool]] = [col(_ROW.expires_day) > asking.day]
    wanted += [
        col(getattr(_ROW, name)) == getattr(filters, name)
        for name in ("segment", "owner", "tier", "stage")
        if getattr(filters, name)
    ]
    if filters.q:
        name, key = col(_ROW.account_name), col(_ROW.account_id)
        wanted.append(
            or_(
                name.contains(filters.q, autoescape=True),
                func.lower(name).contains(filters.q.lower(), autoescape=True),
                key == filters.q,
                key.endswith(":" + filters.q, autoescape=True),
            )
        )
    return wanted + _held(asking, filters.holder)


def _held(asking: Asking, holder: str) -> "list[ColumnElement[bool]]":
    row = AssignmentRow
    standing = and_(
        col(row.proposal) == col(_ROW.id),
        or_(col(row.until).is_(None), col(row.until) > asking.now),
    )
    mine = exists().where(standing, col(row.who) == asking.person)
    theirs = exists().where(standing, col(row.who) != asking.person)
    wanted: dict[str, list[ColumnElement[bool]]] = {
        "all": [],
        "mine": [mine],
        "free": [~mine, ~theirs],
    }
    return wanted.get(holder, [~theirs])


def _with_rest(
    session: "Session", asking: Asking, rows: "Sequence[Proposal]"
) -> tuple[Waiting, ...]:
    """Three more queries for a page, whatever its length."""
    ids = [row.id for row in rows]
    texts = _edited(session, [row.shown for row in rows if row.shown != row.sha256])
    held = {
        one.proposal: one.who
        for one in session.scalars(
            select(AssignmentRow).where(
                col(AssignmentRow.proposal).in_(ids),
                or_(col(AssignmentRow.until).is_(None), col(AssignmentRow.until) > asking.now),
            )
        )
    }
    said = (
        select(DecisionRow)
        .where(col(DecisionRow.proposal).in_(ids), col(DecisionRow.kind).in_(("approve", *VOIDS)))
        .order_by(col(DecisionRow.seq))
    )
    deeds = [record_of(Deed, one) for one in session.scalars(said)]
    return tuple(
        Waiting(
            row,
            row.envelope if row.shown == row.sha256 else texts[row.id, row.shown],
            held.get(row.id, ""),
            _agreed(deeds, row),
        )
        for row in rows
    )


def _agreed(deeds: "Sequence[Deed]", row: Proposal) -> tuple[str, ...]:
    """Who has agreed to the bytes shown now."""
    mine = [deed for deed in deeds if deed.proposal == row.id]
    return tuple(sorted(deed.who for deed in standing(mine, row.shown)))


def _edited(session: "Session", hashes: "Sequence[str]") -> dict[tuple[str, str], str]:
    if not hashes:
        return {}
    query = select(RevisionRow).where(col(RevisionRow.sha256).in_(list(hashes)))
    return {(one.proposal, one.sha256): one.envelope for one in session.scalars(query)}
