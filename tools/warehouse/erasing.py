"""Facts without a person: the same query over files that are there and batches that arrive.

Their references become the erasure's, what says something about them is emptied, and what counts
for the company stays: its events, tickets and money, on the days they happened. Rows keep their
natural key, so what a source sends again is still what is known already.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tools.traces import Traces, scrub_all
from tools.warehouse.dataset import FACT, SNAPSHOT, USAGE_KIND, CommittedFile
from tools.warehouse.hashing import keyed, put_key
from tools.warehouse.personal import KEPT, PERSONAL, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import DuckEngine

ROWS = "erasing"
REFS = pa.schema([("ref", pa.string()), ("pseudonym", pa.string())])
NEAR = pa.schema([("account", pa.string())])
WORDS = pa.schema(
    [("old", pa.string()), ("anywhere", pa.string()), ("nearby", pa.string()), ("id", pa.string())]
)
SEARCHED: frozenset[Tag] = frozenset({"account", "key", "text"})
# What could hold a telephone number; texts only: the ids of a source are full of digits.
NUMBER = r"[0-9][0-9 ().\-/]{4,}[0-9]"


@dataclass(frozen=True)
class Rewritten:
    """A file that holds a person, and the one that takes its place; None when nothing is left."""

    old: CommittedFile
    new: CommittedFile | None


@dataclass(frozen=True)
class Eraser:
    """Takes some people out of tables; `secret` keys the hashes that are made anew."""

    people: "tuple[Traces, ...]"
    secret: bytes
    engine: "DuckEngine"

    def table(self, name: str, rows: pa.Table) -> pa.Table:
        """A table of a batch without them."""
        self._prepare()
        self.engine.put(ROWS, rows)
        tags = tags_of(name, rows.schema)
        if not self._holds(tags):
            return rows
        return self.engine.run(self._query(tags)).select(rows.schema.names).cast(rows.schema)

    def file(self, dataset: "Dataset", file: CommittedFile) -> Rewritten | None:
        """A committed file written anew without them; None when it holds none of them."""
        name = f"{file.path.removesuffix('.parquet')}-{self.people[0].erasure}.parquet"
        days = ("day", "known_day") if file.kind in {FACT, USAGE_KIND} else ()
        path = dataset.folder / file.path
        rows = self.rewrite(path, dataset.folder / name, table=file.table, order=days)
        if rows is None:
            return None
        return Rewritten(file, replace(file, path=name, rows=rows) if rows else None)

    def rewrite(
        self, path: "Path", to: "Path", *, table: str = "", order: tuple[str, ...] = ()
    ) -> int | None:
        """Write a Parquet file anew without them; how many rows, None when it holds none of them.

        A table that is not among the canonical ones goes by the names of its columns.
        """
        self._prepare()
        schema = pq.read_schema(path)
        self.engine.scan(ROWS, [path], schema)
        tags = tags_of(table, schema)
        if not self._holds(tags):
            return None
        ordered = f" ORDER BY {', '.join(order)}" if order else ""
        return self.engine.export(self._query(tags) + ordered, to)

    def theirs(self, path: "Path", schema: pa.Schema) -> "list[dict[str, object]]":
        """The rows of a file that are about them."""
        contacts = [name for name, tag in tags_of("", schema).items() if tag == "contact"]
        if not contacts:
            return []
        self._prepare()
        self.engine.scan(ROWS, [path], schema)
        own = " OR ".join(
            f"t.{name} IN (SELECT r.ref AS ref FROM erased_ref AS r)" for name in contacts
        )
        rows: list[dict[str, object]] = self.engine.run(
            f"SELECT * FROM {ROWS} AS t WHERE {own}"
        ).to_pylist()
        return rows

    def _prepare(self) -> None:
        put_key(self.engine, self.secret)
        refs = {ref: one.pseudonym for one in self.people for ref in one.refs}
        self.engine.put("erased_ref", pa.table([list(refs), list(refs.values())], schema=REFS))
        accounts = sorted({account for one in self.people for account in one.accounts})
        self.engine.put("erased_near", pa.table([accounts], schema=NEAR))

    def _holds(self, tags: "Mapping[str, Tag]") -> bool:
        """Whether a row is about them or a word names them; makes the relation of such words."""
        found = self._words(tags)
        columns = [[word[n] for word in found] for n in range(len(WORDS))]
        self.engine.put("erased_word", pa.table(columns, schema=WORDS))
        if found:
            return True
        contacts = [name for name, tag in tags.items() if tag == "contact"]
        return any(
            self.engine.run(
                f"SELECT 1 AS one FROM {ROWS} AS t INNER JOIN erased_ref AS c "
                f"ON c.ref = t.{name} LIMIT 1"
            ).num_rows
            for name in contacts
        )

    def _words(self, tags: "Mapping[str, Tag]") -> list[tuple[str, str, str, str]]:
        """Every text in which somebody is named, with what becomes of it."""
        found: dict[str, tuple[str, str, str, str]] = {}
        for name, tag in tags.items():
            if tag not in SEARCHED:
                continue
            for old in self._candidates(name, tag, tags):
                anywhere = scrub_all(self.people, old, near=False)
                nearby = scrub_all(self.people, old, near=True)
                plain_id = self._plain_id(old)
                if (anywhere, nearby, plain_id) != (old, old, old):
                    found[old] = (old, anywhere, nearby, plain_id)
        return list(found.values())

    def _candidates(self, name: str, tag: "Tag", tags: "Mapping[str, Tag]") -> list[str]:
        """Texts worth a look: near the people, or with what could be an address or a number."""
        could = f"CONTAINS(t.{name}, '@')"
        if tag == "text":
            could = f"{could} OR REGEXP_MATCHES(t.{name}, '{NUMBER}') OR {_near(tags)}"
        query = (
            f"SELECT DISTINCT t.{name} AS old FROM {ROWS} AS t {_joins(tags)} "
            f"WHERE t.{name} IS NOT NULL AND ({could})"
        )
        rows = self.engine.run(query).to_pylist()
        return [row["old"] for row in rows]

    def _plain_id(self, text: str) -> str:
        for one in self.people:
            text = one.scrub_id(text)
        return text

    def _query(self, tags: "Mapping[str, Tag]") -> str:
        theirs = "contact_ref" in tags
        columns = ", ".join(_column(name, tag, tags, theirs=theirs) for name, tag in tags.items())
        words = " ".join(
            f"LEFT JOIN erased_word AS w_{name} ON w_{name}.old = t.{name}"
            for name, tag in tags.items()
            if tag in SEARCHED
        )
        return f"SELECT {columns} FROM {ROWS} AS t CROSS JOIN hash_key AS s {_joins(tags)} {words}"


def tags_of(table: str, schema: pa.Schema) -> dict[str, Tag]:
    """The tag of each column of a file or batch; a text nobody tagged is free text."""
    known = PERSONAL.get(table, KEPT)
    return {
        field.name: known.get(field.name, "text" if pa.types.is_string(field.type) else "no")
        for field in schema
    }


def delete_unlisted(folder: "Path", listed: "Iterable[str]") -> None:
    """Delete what no reader may open: old files, and what a killed load or run left behind.

    Only while nobody else writes files, since one that is not listed yet looks the same.
    """
    known = {folder / path for path in listed}
    for kind in (FACT, USAGE_KIND, SNAPSHOT):
        for path in sorted((folder / kind).rglob("*")):
            if path.is_file() and path not in known:
                path.unlink()


def _joins(tags: "Mapping[str, Tag]") -> str:
    """Whether a row is one of theirs (c_*.ref) or of their account (k.account)."""
    joins = [
        f"LEFT JOIN erased_ref AS c_{name} ON c_{name}.ref = t.{name}"
        for name, tag in tags.items()
        if tag == "contact"
    ]
    if "account_ref" in tags:
        joins.append("LEFT JOIN erased_near AS k ON k.account = t.account_ref")
    return " ".join(joins)


def _near(tags: "Mapping[str, Tag]") -> str:
    near = [f"NOT c_{name}.ref IS NULL" for name, tag in tags.items() if tag == "contact"]
    near += ["NOT k.account IS NULL"] if "account_ref" in tags else []
    return f"({' OR '.join(near)})" if near else "FALSE"


def _column(name: str, tag: "Tag", tags: "Mapping[str, Tag]", *, theirs: bool) -> str:
    """A column as it becomes, under its own name."""
    own = "NOT c_contact_ref.ref IS NULL"
    if tag == "contact":
        return f"COALESCE(c_{name}.pseudonym, t.{name}) AS {name}"
    if tag == "person":
        return f"CASE WHEN {own} THEN NULL ELSE t.{name} END AS {name}"
    if tag == "gone":
        return f"CASE WHEN {own} THEN TRUE ELSE t.{name} END AS {name}"
    if tag == "hash" and theirs:
        return f"CASE WHEN {own} THEN {_new_hash(tags)} ELSE t.{name} END AS {name}"
    if tag in {"account", "key"}:
        return f"COALESCE(w_{name}.id, t.{name}) AS {name}"
    if tag == "text":
        named = f"CASE WHEN {_near(tags)} THEN w_{name}.nearby ELSE w_{name}.anywhere END"
        return f"CASE WHEN w_{name}.old IS NULL THEN t.{name} ELSE {named} END AS {name}"
    return f"t.{name} AS {name}"


def _new_hash(tags: "Mapping[str, Tag]") -> str:
    """A hash of a row of theirs: of a record, of what is left; of anything else, of the old one."""
    content = "CAST(t.row_hash AS TEXT)"
    if "gone" in tags:
        content = "CONCAT(c_contact_ref.pseudonym, ' ', COALESCE(t.account_ref, ''))"
    return f"CAST(CONCAT('0x', SUBSTRING({keyed(content)}, 1, 15)) AS BIGINT)"
