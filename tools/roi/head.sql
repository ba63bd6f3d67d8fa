-- The worthwhile candidates of every account that leads in one of three orders.
WITH worthwhile AS (
  SELECT
    account_id AS account_id, play AS play, nv_minor AS nv_minor,
    COALESCE(CAST(nv_minor AS DOUBLE) / NULLIF(CAST(hours AS DOUBLE), 0), 1e18) AS per_hour,
    COALESCE(CAST(nv_minor AS DOUBLE) / NULLIF(cost_minor, 0), 1e18) AS per_cost
  FROM candidates
  WHERE nv_minor > 0 AND play <> $nothing
), by_value AS (
  SELECT account_id AS account_id FROM worthwhile
  ORDER BY nv_minor DESC, account_id, play LIMIT $size
), by_hour AS (
  SELECT account_id AS account_id FROM worthwhile
  ORDER BY per_hour DESC, nv_minor DESC, account_id, play LIMIT $size
), by_cost AS (
  SELECT account_id AS account_id FROM worthwhile
  ORDER BY per_cost DESC, nv_minor DESC, account_id, play LIMIT $size
), leading AS (
  SELECT account_id AS account_id FROM by_value
  UNION SELECT account_id AS account_id FROM by_hour
  UNION SELECT account_id AS account_id FROM by_cost
)
SELECT $columns
FROM candidates AS c
JOIN leading AS l ON l.account_id = c.account_id
WHERE c.nv_minor > 0 AND c.play <> $nothing
ORDER BY c.nv_minor DESC, c.account_id, c.play
