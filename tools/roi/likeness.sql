-- How much each active account is like those best not called, in steps of 10 %. Its place is the mean
-- of three ranks among the active: use now and before, both per seat, and mails opened. As many as the
-- segment $quiet holds lie below the middle, and what a place moves by chance is told by how far the
-- ranks of use now and before lie apart. Ranks are whole ten-thousandths, so no order of the rows can
-- change a digit.
WITH known AS (
  SELECT
    f.account_id AS account_id, s.segment AS segment,
    CAST(f.events_28 AS DOUBLE) / f.seats AS uses,
    CAST(f.events_prior_84 AS DOUBLE) / f.seats AS used,
    CAST(f.email_open_rate_90 AS DOUBLE) AS opens
  FROM features AS f
  JOIN segments AS s ON s.account_id = f.account_id
  WHERE f.active AND f.seats > 0 AND NOT f.events_28 IS NULL AND NOT f.events_prior_84 IS NULL
    AND NOT f.email_open_rate_90 IS NULL AND NOT s.segment IS NULL
),
ranked AS (
  SELECT
    account_id AS account_id, segment AS segment,
    CAST(ROUND(10000 * PERCENT_RANK() OVER (ORDER BY uses)) AS BIGINT) AS uses,
    CAST(ROUND(10000 * PERCENT_RANK() OVER (ORDER BY used)) AS BIGINT) AS used,
    CAST(ROUND(10000 * PERCENT_RANK() OVER (ORDER BY opens)) AS BIGINT) AS opens
  FROM known
),
placed AS (
  SELECT
    r.*, uses + used + opens AS place,
    ROW_NUMBER() OVER (ORDER BY uses + used + opens, account_id) AS number
  FROM ranked AS r
),
held AS (
  SELECT
    SUM(CASE WHEN segment = $quiet THEN 1 ELSE 0 END) AS quiet,
    CAST(SUM((uses - used) * (uses - used)) AS DOUBLE) / COUNT(*) AS apart
  FROM ranked
),
middle AS (
  SELECT
    -- The sum of three ranks varies by three times what one does; a logistic curve of the same spread.
    p.place AS place, SQRT(h.apart / 2 * 3) * SQRT(CAST(3 AS DOUBLE)) / 3.141592653589793 AS scale
  FROM placed AS p
  JOIN held AS h ON p.number = h.quiet
)
SELECT
  p.account_id AS account_id, p.segment AS segment,
  CASE WHEN m.scale > 0 THEN CAST(10 * ROUND(
    10 / (1 + EXP(GREATEST(LEAST((p.place - m.place) / m.scale, 50), -50)))) AS BIGINT)
    WHEN p.place <= m.place THEN 100 ELSE 0 END AS likeness
FROM placed AS p
CROSS JOIN middle AS m
