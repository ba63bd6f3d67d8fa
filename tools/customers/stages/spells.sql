-- Covers that touch or overlap are one spell: gaps and islands, for each kind of entity (see
-- entities.sql); of people only where they have covers of their own.
-- A spell of activity ends on its last active day; `$never` means it has not ended.
WITH covers AS (
  SELECT 'whole' AS kind, owner AS id, fact AS fact, first_day AS first_day, end_day AS end_day,
    notice AS notice, pad AS pad
  FROM stage_covers
  UNION ALL
  SELECT 'shared' AS kind, c.owner AS id, c.fact AS fact, c.first_day AS first_day,
    c.end_day AS end_day, c.notice AS notice, c.pad AS pad
  FROM stage_covers AS c
  INNER JOIN stage_mixed AS m ON m.owner = c.owner
  WHERE c.contact_id IS NULL
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, c.fact AS fact, c.first_day AS first_day,
    c.end_day AS end_day, c.notice AS notice, c.pad AS pad
  FROM stage_own AS o
  INNER JOIN stage_covers AS c ON c.owner = o.owner AND c.contact_id IS NULL
  WHERE o.covers = 1
  UNION ALL
  SELECT 'contact' AS kind, o.id AS id, c.fact AS fact, c.first_day AS first_day,
    c.end_day AS end_day, c.notice AS notice, c.pad AS pad
  FROM stage_own AS o
  INNER JOIN stage_covers AS c ON c.contact_id = o.contact_id
  WHERE o.covers = 1
),
marked AS (
  SELECT
    kind AS kind, id AS id, fact AS fact, first_day AS first_day, end_day AS end_day,
    notice AS notice, pad AS pad,
    MAX(end_day) OVER (
      PARTITION BY kind, id, fact ORDER BY first_day, end_day, notice
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
  FROM covers
),
numbered AS (
  SELECT
    marked.*,
    SUM(CASE WHEN reached IS NULL OR first_day > reached THEN 1 ELSE 0 END) OVER (
      PARTITION BY kind, id, fact ORDER BY first_day, end_day, notice
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS spell
  FROM marked
),
spells AS (
  SELECT
    kind AS kind, id AS id, fact AS fact, MIN(first_day) AS first_day,
    MAX(end_day) - MAX(pad) AS end_day,
    MAX(end_day * 2 + notice) % 2 AS notice
  FROM numbered
  GROUP BY kind, id, fact, spell
)
SELECT
  kind AS kind, id AS id, fact AS fact, first_day AS first_day, end_day AS end_day, notice AS notice,
  LEAD(first_day) OVER (PARTITION BY kind, id, fact ORDER BY first_day) AS next_day
FROM spells
