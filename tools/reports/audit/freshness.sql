-- Per table and source: how much, since when, until when, and the longest silence in between.
-- Day 0 means that the day is unknown; it counts as a row and not as a day.
WITH silence AS (
  SELECT
    tbl AS tbl, source AS source, day AS day,
    LEAD(day) OVER (PARTITION BY tbl, source ORDER BY day) - day - 1 AS gap
  FROM audit_day
  WHERE day > 0
),
spans AS (
  SELECT
    tbl AS tbl, source AS source, MIN(day) AS first_day, MAX(day) AS latest_day,
    COUNT(*) AS days, COALESCE(MAX(gap), 0) AS longest_gap
  FROM silence
  GROUP BY tbl, source
),
counted AS (
  SELECT tbl AS tbl, source AS source, CAST(SUM(n) AS BIGINT) AS n
  FROM audit_day
  GROUP BY tbl, source
)
SELECT
  c.tbl AS tbl, c.source AS source, c.n AS n, s.first_day AS first_day,
  s.latest_day AS latest_day, s.days AS days, s.longest_gap AS longest_gap
FROM counted AS c
LEFT JOIN spans AS s ON s.tbl = c.tbl AND s.source = c.source
ORDER BY c.tbl, c.source
