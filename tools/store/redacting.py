"""The rows of a person: found, shown, and written anew without them.

Everything goes by the catalogue of columns (`tools.store.personal`) and by no list of its own.
Frozen envelopes become tombstones that keep id, hash, seal and state; nothing else of what is kept
for ever changes, and the audit chain not at all: it holds ids and hashes only.
"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select, update
from sqlmodel import col

from tools.store.columns import StoreRow
from tools.store.personal import IDS, PERSONAL, TEXTS, Tag, erased_by, tombstone
from tools.store.rows import A_STATEMENT, CHUNK, chunks
from tools.store.tables import ProposalRow, RevisionRow, TransitionRow
from tools.traces import GONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Table
    from sqlmodel import Session

    from tools.traces import Traces

# Tables without an id of a person of their own belong to whom their proposal or action is about.
BELONGS = {"revision": "proposal", "decision": "proposal", "assignment": "proposal",
           "attempt": "action"}  # fmt: skip


class Redacting:
    """The rows of one transaction."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def proposals_of(self, traces: "Traces") -> tuple[str, ...]:
        """The proposals about a person: by their id, or because the words name them."""
        row, found = ProposalRow, set()
        columns = (col(row.id), col(row.account_id), col(row.contact_id), col(row.envelope))
        for id_, account, contact, text in self._stream(select(*columns)):
            near = traces.about(contact, account)
            if traces.is_theirs(contact) or traces.found(text, near=near):
                found.add(id_)
        edited = select(
            col(RevisionRow.proposal), col(row.account_id), col(RevisionRow.envelope)
        ).join(row, col(row.id) == col(RevisionRow.proposal))
        for id_, account, text in self._stream(edited):
            if traces.found(text, near=traces.about(None, account)):
                found.add(id_)
        return tuple(sorted(found))

    def tombstones(self) -> tuple[tuple[str, str], ...]:
        """Every envelope that fell to an erasure, as (proposal, erasure)."""
        found: set[tuple[str, str]] = set()
        for id_, envelope in (
            (ProposalRow.id, ProposalRow.envelope),
            (RevisionRow.proposal, RevisionRow.envelope),
        ):
            query = select(col(id_), col(envelope)).where(col(envelope).startswith('{"erased":'))
            found |= {(one, str(erased_by(text))) for one, text in self._session.execute(query)}
        return tuple(sorted(found))

    def redact(self, traces: "Traces", proposals: "Iterable[str]") -> int:
        """Take a person out of every table, by the catalogue; how many cells were changed.

        Doing it again changes nothing more.
        """
        theirs = frozenset(proposals)
        changed = self._forget_stages(traces) + self._bury(traces, theirs)
        for table, tags in PERSONAL.items():
            made = StoreRow.metadata.tables[table]
            changed += self._rename(made, _tagged(tags, "contact"), traces)
            changed += self._search(made, tags, traces, theirs)
        return changed

    def shown(self, traces: "Traces") -> dict[str, list[dict[str, Any]]]:
        """Every row about the person, or that names them, by table: what they may ask to see."""
        theirs = frozenset(self.proposals_of(traces))
        found: dict[str, list[dict[str, Any]]] = {}
        for name, tags in PERSONAL.items():
            table = StoreRow.metadata.tables[name]
            rows = self._stream(select(table).order_by(*table.primary_key))
            kept = [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
            mine = [row for row in kept if _tells(name, row, tags, traces, theirs)]
            if mine:
                found[name] = mine
        return found

    def _stream(self, query: Any) -> "Iterator[Any]":
        answer = self._session.execute(query, execution_options={"yield_per": CHUNK})
        yield from answer

    def _forget_stages(self, traces: "Traces") -> int:
        gone = delete(TransitionRow).where(
            col(TransitionRow.kind) == "contact", col(TransitionRow.entity_id).in_(traces.refs)
        )
        return self._session.connection().execute(gone).rowcount

    def _bury(self, traces: "Traces", theirs: frozenset[str]) -> int:
        """Put a tombstone in the place of every envelope about the person."""
        grave, buried = tombstone(traces.erasure), 0
        for row, key in ((ProposalRow, ProposalRow.id), (RevisionRow, RevisionRow.proposal)):
            for part in chunks(sorted(theirs), A_STATEMENT):
                text = col(row.envelope)
                standing = update(row).where(col(key).in_(part), ~text.startswith('{"erased":'))
                answer = self._session.connection().execute(standing.values(envelope=grave))
                buried += answer.rowcount
        return buried

    def _rename(self, table: "Table", columns: "Iterable[str]", traces: "Traces") -> int:
        renamed = 0
        for name in columns:
            theirs = update(table).where(table.c[name].in_(traces.refs))
            answer = self._session.connection().execute(theirs.values({name: traces.pseudonym}))
            renamed += answer.rowcount
        return renamed

    def _search(
        self, table: "Table", tags: "Mapping[str, Tag]", traces: "Traces", theirs: frozenset[str]
    ) -> int:
        """Scrub what may name the person, cell by cell."""
        columns = {name: tag for name, tag in tags.items() if tag in IDS | TEXTS}
        keys = [column.name for column in table.primary_key]
        found: list[tuple[dict[str, Any], dict[str, str]]] = []
        for row in self._rows(table, columns, traces):
            new = scrubbed(table.name, row, columns, traces, theirs)
            if new:
                found.append(({key: row[key] for key in keys}, new))
        for key, new in found:
            same = and_(*(table.c[name] == value for name, value in key.items()))
            self._session.execute(update(table).where(same).values(new))
        return sum(len(new) for _, new in found)

    def _rows(
        self, table: "Table", columns: "Mapping[str, Tag]", traces: "Traces"
    ) -> "Iterator[dict[str, Any]]":
        """The rows worth a look: with some text, or an id that could hold an address."""
        asked = [key.name for key in table.primary_key]
        asked += [n for n in ("account_id", "contact_id", "proposal", "action") if n in table.c]
        names = list(dict.fromkeys([*asked, *columns]))
        inside = ("@", *traces.digits)
        some = [table.c[n] != "" for n, tag in columns.items() if tag in TEXTS]
        some += [
            table.c[n].contains(part) for n, tag in columns.items() if tag in IDS for part in inside
        ]
        if some:
            query = select(*(table.c[name] for name in names)).where(or_(*some))
            for values in self._stream(query):
                yield dict(zip(names, values, strict=True))


def _tagged(tags: "Mapping[str, Tag]", tag: Tag) -> list[str]:
    return [name for name, given in tags.items() if given == tag]


def scrubbed(
    table: str,
    row: "Mapping[str, Any]",
    columns: "Mapping[str, Tag]",
    traces: "Traces",
    theirs: frozenset[str],
) -> dict[str, str]:
    """The cells of a row that name the person, as they become."""
    own = is_theirs(table, row, traces, theirs)
    near = own or "account_id" not in row or traces.about(None, row["account_id"])
    found = {
        name: _clean(row[name] or "", tag, traces, own=own, near=near)
        for name, tag in columns.items()
    }
    return {name: new for name, new in found.items() if new != (row[name] or "")}


def _clean(text: str, tag: "Tag", traces: "Traces", *, own: bool, near: bool) -> str:
    if tag in IDS:
        return traces.scrub_id(text)
    if tag == "note" and own and text:
        return GONE
    return traces.scrub(text, near=near and tag != "exact")


def _tells(
    table: str,
    row: "Mapping[str, Any]",
    tags: "Mapping[str, Tag]",
    traces: "Traces",
    theirs: frozenset[str],
) -> bool:
    columns = {name: tag for name, tag in tags.items() if tag in IDS | TEXTS}
    ids = [row[name] for name in _tagged(tags, "contact")]
    return (
        is_theirs(table, row, traces, theirs)
        or any(traces.is_theirs(one) for one in ids)
        or bool(scrubbed(table, row, columns, traces, theirs))
    )


def is_theirs(
    table: str, row: "Mapping[str, Any]", traces: "Traces", proposals: frozenset[str]
) -> bool:
    """Whether a row is about the person: by its own id, or by that of its proposal or action."""
    if traces.is_theirs(row.get("contact_id")):
        return True
    if table == "action" or BELONGS.get(table) == "proposal":
        return row.get("proposal") in proposals
    if BELONGS.get(table) == "action":
        return f"p{str(row.get('action'))[1:]}" in proposals
    return table == "proposal" and row.get("id") in proposals
