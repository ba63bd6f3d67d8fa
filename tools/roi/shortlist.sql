-- The worthwhile pairs of every account that leads in one of three orders by what may be queued: what
-- may too easily do harm leads nobody there, and is told beside the rest.
WITH offers AS (
  SELECT play AS play, hours AS hours, $cents AS cost_minor FROM roi_offers
), worthwhile AS (
  SELECT
    v.account_id AS account_id, v.play AS play, v.nv_minor AS nv_minor,
    COALESCE(CAST(v.nv_minor AS DOUBLE) / NULLIF(CAST(o.hours AS DOUBLE), 0), 1e18) AS per_hour,
    COALESCE(CAST(v.nv_minor AS DOUBLE) / NULLIF(o.cost_minor, 0), 1e18) AS per_cost
  FROM roi_values AS v
  JOIN offers AS o ON o.play = v.play
  WHERE v.nv_minor > 0 AND v.safe_minor >= 0 AND v.play <> $nothing
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
SELECT v.*
FROM roi_values AS v
JOIN leading AS l ON l.account_id = v.account_id
WHERE v.nv_minor > 0 AND v.play <> $nothing
