-- The sums of each comparison, arm by arm: all that is needed of it, in whole numbers, so that no
-- order of the rows can change a digit. Weights are in ten-thousandths, chances in millionths.
-- Only windows that are over count, and only accounts to whom it could happen and whose lot was one.
WITH closed AS (
  SELECT
    o.source AS source, o.play AS play, o.segment AS segment, o.account_id AS account_id,
    o.treated AS treated, o.done AS done, o.event AS event, o.base_ppm AS base_ppm,
    o.known_day AS known_day,
    CAST(1000000 AS DOUBLE)
      / CASE WHEN o.treated THEN o.propensity ELSE 1000000 - o.propensity END AS inverse
  FROM observations AS o
  LEFT JOIN evidence_since AS s ON s.play = o.play AND s.segment = o.segment
  WHERE o.known_day <= $as_of AND o.known_day > COALESCE(s.day, -1000000)
    AND o.base_ppm > 0 AND o.base_ppm < 1000000 AND o.propensity > 0 AND o.propensity < 1000000
),
weighed AS (
  SELECT
    source AS source, play AS play, segment AS segment, account_id AS account_id,
    treated AS treated, done AS done, event AS event, base_ppm AS base_ppm,
    CAST(ROUND(10000 * LEAST(inverse, $most)
      * POWER(CAST(2 AS DOUBLE), CAST(known_day - $as_of AS DOUBLE) / $half_life)) AS BIGINT) AS w
  FROM closed
),
accounts AS (
  SELECT
    source AS source, play AS play, segment AS segment, treated AS treated, account_id AS account_id,
    COUNT(*) AS n, SUM(event) AS k,
    CAST(SUM(w) AS DECIMAL(38, 0)) AS w,
    CAST(SUM(w * base_ppm) AS DECIMAL(38, 0)) AS q,
    CAST(SUM(CASE WHEN done THEN w * base_ppm ELSE 0 END) AS DECIMAL(38, 0)) AS d,
    CAST(SUM(w * event) AS DECIMAL(38, 0)) AS y,
    CAST(SUM(w * (base_ppm - CAST(FLOOR(CAST(base_ppm * base_ppm AS DOUBLE) / 1000000) AS BIGINT)))
      AS DECIMAL(38, 0)) AS v
  FROM weighed
  WHERE w > 0
  GROUP BY source, play, segment, treated, account_id
)
SELECT
  source AS source, play AS play, segment AS segment, treated AS treated,
  CAST(SUM(n) AS BIGINT) AS n, CAST(SUM(k) AS BIGINT) AS k,
  SUM(w) AS w, SUM(q) AS q, SUM(d) AS d, SUM(y) AS y,
  SUM(w * w) AS ww, SUM(w * v) AS wv
FROM accounts
GROUP BY source, play, segment, treated
ORDER BY source, play, segment, treated
