"""Who is not in a full input any more: gone, unless the input lost so many that it is truncated."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tools.warehouse.dataset import FACT
from tools.warehouse.parts import ENDS, FULL, GONE, LOST, is_a
from tools.warehouse.schema import BY_NAME, COMMON, CanonicalTable, Column

if TYPE_CHECKING:
    from tools.warehouse.dataset import Dataset
    from tools.warehouse.engine import DuckEngine
    from tools.warehouse.parts import FullInput

# One record may always go: of three people one is a third, and no sign of a broken export.
FEW = 1
# Money ends only where every record of the file could be read; a person who may be gone is safer
# left alone.
CAREFUL = frozenset({"subscriptions", "deals", "tickets", "invoices", "campaigns"})
Verdict = Literal["gone", "truncated", "unreadable"]


@dataclass(frozen=True)
class Moment:
    """The morning of a load: its day, the instant we came to know, and the last closed day."""

    as_of: int
    instant: int
    closed: int


@dataclass(frozen=True)
class AbsentRecords:
    """How many records of a full input's `known` ones are not in it, and what we make of it."""

    table: str
    files: tuple[str, ...]
    known: int
    absent: int
    verdict: Verdict


def find_absent(
    moment: Moment, full: "FullInput", dataset: "Dataset", engine: "DuckEngine"
) -> AbsentRecords:
    """Add to `sifted_<table>` what follows from who is not in a full input any more."""
    table = BY_NAME[full.table]
    engine.put("present", full.keys)
    engine.scan("existing", dataset.paths(dataset.files(FACT, table.name)), table.arrow)
    engine.create("member", _members_sql(table, full))
    engine.create("absent", _absent_sql(table))
    here = " AND ".join(f"p.{k} = m.{k}" for k in table.key)
    sql = (
        "SELECT (SELECT COUNT(*) FROM absent) AS absent, (SELECT COUNT(*) FROM member AS m "
        f"WHERE EXISTS (SELECT 1 AS one FROM present AS p WHERE {here})) AS still"
    )
    row = engine.run(sql).to_pylist()[0]
    absent, known = int(row["absent"]), int(row["absent"]) + int(row["still"])
    verdict = _verdict(full, absent, known)
    word = GONE if verdict == "gone" else LOST
    if absent and (word == GONE or table.name == "contacts"):
        query = f"SELECT * FROM sifted_{table.name} UNION ALL {_rows_sql(table, word)}"
        names = {"as_of": moment.as_of, "instant": moment.instant, "closed": moment.closed}
        engine.create("with_absent", query, **names)
        engine.create(f"sifted_{table.name}", "SELECT * FROM with_absent")
    return AbsentRecords(table.name, full.files, known, absent, verdict)


def _verdict(full: "FullInput", absent: int, known: int) -> Verdict:
    if absent == 0:
        return "gone"
    if full.lost_share < 1 and not full.keys.num_rows:
        return "truncated"
    if absent > max(FEW, full.lost_share * known):
        return "truncated"
    return "unreadable" if full.unread and full.table in CAREFUL else "gone"


def _members_sql(table: CanonicalTable, full: "FullInput") -> str:
    """The keys a full input's files ever named, declared full or not yet."""
    words = [is_a(word, "e") for word in (FULL, GONE, LOST)]
    words += [f"STARTS_WITH(e.part, {_text(f'some {file}|')})" for file in full.files]
    space = f" AND STARTS_WITH(e.{table.key[0]}, {_text(full.space + ':')})" if full.space else ""
    keys = ", ".join(f"e.{k} AS {k}" for k in table.key)
    return f"SELECT DISTINCT {keys} FROM existing AS e WHERE ({' OR '.join(words)}){space}"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _absent_sql(table: CanonicalTable) -> str:
    """The newest row of each member who is not present, and who was neither gone nor merged."""
    on = " AND ".join(f"m.{k} = e.{k}" for k in table.key)
    gone = " AND ".join(f"p.{k} = m.{k}" for k in table.key)
    of = ", ".join(f"e.{k}" for k in table.key)
    return f"""
SELECT *
FROM (
  SELECT
    e.*,
    ROW_NUMBER() OVER (
      PARTITION BY {of}
      ORDER BY e.known_day DESC, e.observed_at DESC, e.occurred_at DESC, e.row_hash DESC
    ) AS age
  FROM (SELECT * FROM existing UNION ALL SELECT * FROM sifted_{table.name}) AS e
  JOIN (
    SELECT m.* FROM member AS m
    WHERE NOT EXISTS (SELECT 1 AS one FROM present AS p WHERE {gone}) {_unmerged(table)}
  ) AS m ON {on}
  WHERE {" OR ".join([is_a(w, "e") for w in (FULL, GONE, LOST)])} OR e.part LIKE 'some %'
) AS e
WHERE e.age = 1 AND NOT {is_a(GONE, "e")} AND {_open(table)}
"""


def _unmerged(table: CanonicalTable) -> str:
    """Who was merged into another record left the file with that, and is not deleted."""
    if "merged_into" not in {c.name for c in table.columns}:
        return ""
    key = table.key[0]
    return "".join(
        f" AND NOT EXISTS (SELECT 1 AS one FROM {rows} AS o "
        f"WHERE o.{key} = m.{key} AND NOT o.merged_into IS NULL)"
        for rows in ("existing", f"sifted_{table.name}")
    )


def _open(table: CanonicalTable) -> str:
    """What had ended before is not lost now."""
    column = ENDS[table.name]
    if column == "deleted":
        return "NOT COALESCE(e.deleted, FALSE)"
    return f"e.{column} IS NULL" if column else "TRUE"


def _rows_sql(table: CanonicalTable, word: str) -> str:
    """The rows that say it: what each record said last, with its end."""
    columns = ", ".join(f"{_cell(table, c, word)} AS {c.name}" for c in (*table.columns, *COMMON))
    new = "" if word == GONE else f" WHERE NOT {is_a(LOST, 'e')}"
    return f"SELECT {columns} FROM absent AS e{new}"


def _cell(table: CanonicalTable, column: Column, word: str) -> str:
    name = column.name
    if name == ENDS[table.name] and word == GONE:
        return "TRUE" if name == "deleted" else "GREATEST(e.started_day, $as_of - 1)"
    content = f"MD5(CONCAT('{word} ', CAST(e.row_hash AS TEXT), ' ', CAST($as_of AS TEXT)))"
    return {
        "known_day": "GREATEST($as_of, $closed + 1, e.known_day)",
        "observed_at": "GREATEST($instant, e.observed_at + 1)",
        "row_hash": f"CAST(CONCAT('0x', SUBSTRING({content}, 1, 15)) AS BIGINT)",
        "part": f"CONCAT('{word}', SUBSTRING(e.part, 5))",
    }.get(name, f"e.{name}")
