-- The newest state of each account record in each source, with the customer it belongs to.
SELECT
  COALESCE(a.account_id, s.account_ref) AS account_id, s.account_ref AS ref, s.source AS source,
  s.merged_into AS merged_into, s.name AS name, s.domain AS domain, s.industry AS industry,
  s.country AS country, s.timezone AS timezone, s.owner AS owner, s.plan AS plan,
  s.employees AS employees, CASE WHEN s.deleted THEN 1 ELSE 0 END AS deleted,
  s.first_day AS first_day
FROM (
  SELECT
    f.*, MIN(CASE WHEN day > 0 THEN day END) OVER (PARTITION BY account_ref, source) AS first_day,
    ROW_NUMBER() OVER (
      PARTITION BY account_ref, source
      ORDER BY known_day DESC, occurred_at DESC, observed_at DESC, row_hash DESC
    ) AS age
  FROM fact_accounts AS f
  WHERE known_day <= $as_of AND day < $as_of
) AS s
LEFT JOIN account_alias AS a ON a.ref = s.account_ref
WHERE s.age = 1
