"""The state of each record as of a day: of its parts only the newest rows speak.

A record that one input tells of is in the state of its newest row. Where several inputs tell of
one record, each column is what the newest part says that fills it, if only that it is empty.
"""

from functools import cache

from tools.warehouse.parts import FULL, GONE, LOST, SIGNATURE, fills, is_a
from tools.warehouse.schema import BY_NAME, COMMON, CanonicalTable, Column

NEWEST = "known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC"
OLDEST = "known_day, observed_at, occurred_at"
# Several inputs may have told of one person or company before parts were known.
PERSONS = frozenset({"contacts", "accounts"})


@cache
def states_sql(name: str) -> str:
    """The query of a versioned table's records as of `$as_of`, one row each.

    Its columns are those of the table and the common ones, `first_day` (of the record's oldest
    row) and `standing`: whether the record is in the full input it came from, `gone`, `lost` or,
    where none is declared, NULL.
    """
    table = BY_NAME[name]
    key, columns = ", ".join(table.key), (*table.columns, *COMMON)
    on = " AND ".join(f"s.{k} = v.{k}" for k in table.key)
    plain = ", ".join(f"v.{c.name} AS {c.name}" for c in columns)
    merged = ", ".join(_merged(table, c) for c in columns)
    return f"""
WITH visible AS (
  SELECT {", ".join(c.name for c in columns)} FROM fact_{name}
  WHERE day < $as_of AND known_day <= $as_of
),
several AS (SELECT {key} FROM visible GROUP BY {key} HAVING COUNT(*) > 1),
versions AS (
  SELECT
    v.*, MIN(CASE WHEN v.day > 0 THEN v.day END) OVER (PARTITION BY {_of("v", table)}) AS first_day,
    ROW_NUMBER() OVER (PARTITION BY {_of("v", table)}, {_piece(name)} ORDER BY {NEWEST}) AS age
  FROM visible AS v
  JOIN several AS s ON {on}
),
parts AS (
  SELECT
    v.*, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {OLDEST}, row_hash, part) AS place,
    RANK() OVER (PARTITION BY {key} ORDER BY {OLDEST}) AS turn
  FROM versions AS v
  WHERE v.age = 1
)
SELECT
  {plain}, CASE WHEN v.day > 0 THEN v.day END AS first_day, {_standing("v")} AS standing
FROM visible AS v
LEFT JOIN several AS s ON {on}
WHERE s.{table.key[0]} IS NULL
UNION ALL
SELECT
  {merged}, MIN(v.first_day) AS first_day,
  ARG_MAX({_standing("v")}, CASE WHEN NOT {_standing("v")} IS NULL THEN place END) AS standing
FROM parts AS v
GROUP BY {_of("v", table)}
"""


def _of(row: str, table: CanonicalTable) -> str:
    return ", ".join(f"{row}.{k}" for k in table.key)


def _piece(name: str) -> str:
    """What separates the parts of a record: rows of before parts were known may each be one."""
    signature = SIGNATURE.format(row="v")
    if name not in PERSONS:
        return signature
    return f"{signature}, CASE WHEN v.part IS NULL THEN v.row_hash END"


def _standing(row: str) -> str:
    arms = " ".join(f"WHEN {is_a(word, row)} THEN '{word}'" for word in (FULL, GONE, LOST))
    return f"CASE {arms} END"


def _merged(table: CanonicalTable, column: Column) -> str:
    """A column of a record of several parts: what the newest says of those that fill it."""
    name = column.name
    if name in table.key:
        return f"v.{name} AS {name}"
    if column in COMMON:
        return f"ARG_MAX(v.{name}, place) AS {name}"
    says = fills(name, "v", alone=table.name not in PERSONS)
    holds = f"NOT v.{name} IS NULL"
    return (
        f"CASE WHEN MAX(CASE WHEN {says} THEN turn END) = MAX(CASE WHEN {holds} THEN turn END) "
        f"THEN ARG_MAX(v.{name}, CASE WHEN {holds} THEN place END) END AS {name}"
    )
