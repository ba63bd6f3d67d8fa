-- Covers that touch or overlap are one spell: gaps and islands.
-- A spell of activity ends on its last active day; `$never` means it has not ended.
WITH marked AS (
  SELECT
    owner AS owner, fact AS fact, first_day AS first_day, end_day AS end_day,
    notice AS notice, pad AS pad,
    MAX(end_day) OVER (
      PARTITION BY owner, fact ORDER BY first_day, end_day, notice
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
  FROM stage_covers
),
numbered AS (
  SELECT
    marked.*,
    SUM(CASE WHEN reached IS NULL OR first_day > reached THEN 1 ELSE 0 END) OVER (
      PARTITION BY owner, fact ORDER BY first_day, end_day, notice
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS spell
  FROM marked
),
spells AS (
  SELECT
    owner AS owner, fact AS fact, MIN(first_day) AS first_day,
    MAX(end_day) - MAX(pad) AS end_day,
    MAX(end_day * 2 + notice) % 2 AS notice
  FROM numbered
  GROUP BY owner, fact, spell
)
SELECT
  owner AS owner, fact AS fact, first_day AS first_day, end_day AS end_day, notice AS notice,
  LEAD(first_day) OVER (PARTITION BY owner, fact ORDER BY first_day) AS next_day
FROM spells
