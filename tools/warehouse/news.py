"""What a batch says that is new: states of records that differ from what is known of them."""

from functools import cache
from typing import TYPE_CHECKING

from tools.warehouse.parts import GONE, LOST, is_a
from tools.warehouse.schema import BY_NAME, COMMON

if TYPE_CHECKING:
    from tools.warehouse.schema import CanonicalTable


def news_sql(table: "CanonicalTable") -> str:
    """The rows of `incoming` that say something `existing` does not, known after `$closed`.

    A row is no news when its record is known to be in just that state, or to have been at just
    that moment. It is news again when the record was gone since; when the same moment was told
    otherwise since, by the same input, which now takes that back; and once, when what is known
    of its record is of before parts were known and may hide what was emptied.
    """
    return _news_sql(table.name)


def first_sql(table: "CanonicalTable") -> str:
    """The rows of `incoming` where nothing was known before; few repeat, and only those are ranked.

    They are known after `$closed`.
    """
    key = ", ".join(("source", *table.key, "row_hash", "observed_at"))
    same = " AND ".join(f"e.{k} = r.{k}" for k in ("source", *table.key, "row_hash", "observed_at"))
    columns = ", ".join(
        "GREATEST(r.known_day, $closed + 1) AS known_day"
        if c.name == "known_day"
        else f"r.{c.name} AS {c.name}"
        for c in (*table.columns, *COMMON)
    )
    return f"""
WITH twice AS (SELECT {key} FROM incoming GROUP BY {key} HAVING COUNT(*) > 1),
ranked AS (
  SELECT r.*, ROW_NUMBER() OVER (
    PARTITION BY {key} ORDER BY known_day, LENGTH(part) DESC, part
  ) AS turn
  FROM incoming AS r
  WHERE EXISTS (SELECT 1 AS one FROM twice AS e WHERE {same})
)
SELECT {columns} FROM incoming AS r
WHERE NOT EXISTS (SELECT 1 AS one FROM twice AS e WHERE {same})
UNION ALL
SELECT {columns} FROM ranked AS r WHERE turn = 1
"""


@cache
def _news_sql(name: str) -> str:
    table = BY_NAME[name]
    # Most records were told of once and did not change: they are settled before anything else.
    key = ", ".join(("source", *table.key))
    same = " AND ".join(f"e.{k} = r.{k}" for k in ("source", *table.key))
    special = {
        "known_day": "GREATEST(r.effective, COALESCE(b.known_day, r.effective)) AS known_day",
        "observed_at": "GREATEST(r.observed_at, COALESCE(b.observed_at + 1, r.observed_at)) "
        "AS observed_at",
    }
    columns = ", ".join(
        special.get(c.name, f"r.{c.name} AS {c.name}") for c in (*table.columns, *COMMON)
    )
    back = " AND ".join(f"b.{k} = r.{k}" for k in ("source", *table.key))
    return f"""
WITH settled AS (
  SELECT {key}, MIN(row_hash) AS row_hash, MIN(known_day) AS known_day
  FROM existing
  GROUP BY {key}
  HAVING COUNT(*) = 1 AND COUNT(part) = 1
),
open AS (
  SELECT i.* FROM incoming AS i
  LEFT JOIN settled AS s
    ON {same.replace("e.", "s.").replace("r.", "i.")} AND s.row_hash = i.row_hash
    AND s.known_day <= GREATEST(i.known_day, $closed + 1)
  WHERE s.row_hash IS NULL
),
first AS (
  SELECT
    i.*, GREATEST(i.known_day, $closed + 1) AS effective, {_signature("i")} AS signature,
    ROW_NUMBER() OVER (
      PARTITION BY {key}, row_hash, observed_at ORDER BY known_day, LENGTH(part) DESC, part
    ) AS turn
  FROM open AS i
),
known AS (
  SELECT e.*, {_signature("e")} AS signature
  FROM existing AS e
  WHERE EXISTS (SELECT 1 AS one FROM open AS r WHERE {same})
),
away AS ({_away_sql(table)})
SELECT {columns}
FROM first AS r
LEFT JOIN away AS b ON {back} AND {is_a("full", "r")}
WHERE r.turn = 1 AND (
  NOT b.{table.key[0]} IS NULL
  OR NOT EXISTS (
    SELECT 1 AS one FROM known AS e
    WHERE {same} AND e.row_hash = r.row_hash AND (
      e.observed_at = r.observed_at OR e.known_day = (
        SELECT MAX(e.known_day) FROM known AS e
        WHERE {same} AND e.known_day <= r.effective
          AND (e.signature = r.signature OR e.part IS NULL OR r.part IS NULL)
      )
    )
  )
  OR EXISTS (
    SELECT 1 AS one FROM known AS e
    WHERE {same} AND e.signature = r.signature AND e.occurred_at = r.occurred_at
      AND e.row_hash <> r.row_hash AND e.known_day < r.effective
      AND e.known_day > (
        SELECT MAX(e.known_day) FROM known AS e
        WHERE {same} AND e.row_hash = r.row_hash AND e.known_day < r.effective
      )
      AND NOT EXISTS (
        SELECT 1 AS one FROM incoming AS o
        WHERE {same.replace("r.", "o.")} AND e.row_hash = o.row_hash
      )
  )
  OR NOT r.part IS NULL AND NOT EXISTS (
    SELECT 1 AS one FROM known AS e
    WHERE {same} AND e.row_hash = r.row_hash AND NOT e.part IS NULL
  ) AND ({is_a("full", "r")} OR EXISTS (
    SELECT 1 AS one FROM known AS e WHERE {same} AND e.row_hash <> r.row_hash
  ))
)
"""


def _signature(row: str) -> str:
    return f"COALESCE(SUBSTRING({row}.part, 6), '')"


def _away_sql(table: "CanonicalTable") -> str:
    """Records that the newest word on full inputs says are gone, or lost from a truncated one."""
    key = ", ".join(("source", *table.key))
    of = ", ".join(f"f.{k}" for k in ("source", *table.key))
    on = " AND ".join(f"g.{k} = f.{k}" for k in ("source", *table.key))
    missing = f"({is_a(GONE, 'f')} OR {is_a(LOST, 'f')})"
    return f"""
SELECT {key}, known_day, observed_at
FROM (
  SELECT
    f.*, {missing} AS missing,
    ROW_NUMBER() OVER (
      PARTITION BY {of} ORDER BY f.known_day DESC, f.observed_at DESC, f.occurred_at DESC
    ) AS age
  FROM existing AS f
  JOIN (SELECT DISTINCT {of} FROM existing AS f WHERE {missing}) AS g ON {on}
  WHERE {missing} OR {is_a("full", "f")}
) AS newest
WHERE age = 1 AND missing
"""
