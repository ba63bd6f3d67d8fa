-- How many accounts stand in each part and state, whose they are, and what they are worth.
SELECT
  b.part AS part, l.state AS state, b.unscored_reason AS reason,
  COUNT(*) AS n, CAST(SUM(COALESCE(b.nv_minor, 0)) AS BIGINT) AS nv_minor,
  CAST(SUM(COALESCE(b.kept_minor, 0)) AS BIGINT) AS kept_minor
FROM account_base AS b
LEFT JOIN account_lines AS l ON l.account_id = b.account_id
WHERE $owner = '' OR b.owner = $owner OR l.holder = $owner
  OR ($owner = $pool AND b.owner IS NULL)
GROUP BY b.part, l.state, b.unscored_reason
ORDER BY b.part, l.state, b.unscored_reason
