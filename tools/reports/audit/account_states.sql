-- The state of each account record, with the customer it belongs to; $host reads a web address.
-- A record that several sources tell of has a state in each.
WITH mixed AS (
  SELECT account_ref AS ref
  FROM fact_accounts
  WHERE known_day <= $as_of AND day < $as_of
  GROUP BY account_ref
  HAVING MIN(source) <> MAX(source)
),
told AS (
  SELECT
    f.*, MIN(CASE WHEN day > 0 THEN day END) OVER (PARTITION BY account_ref, source) AS first_day,
    ROW_NUMBER() OVER (
      PARTITION BY account_ref, source
      ORDER BY known_day DESC, observed_at DESC, occurred_at DESC, row_hash DESC
    ) AS age
  FROM fact_accounts AS f
  JOIN mixed AS m ON m.ref = f.account_ref
  WHERE known_day <= $as_of AND day < $as_of
),
states AS (
  SELECT
    account_ref, source, merged_into, name, domain, industry, country, timezone, owner, plan,
    employees, deleted, first_day
  FROM account_records
  WHERE account_ref NOT IN (SELECT ref AS ref FROM mixed)
  UNION ALL
  SELECT
    account_ref, source, merged_into, name, domain, industry, country, timezone, owner, plan,
    employees, deleted, first_day
  FROM told
  WHERE age = 1
)
SELECT
  COALESCE(a.account_id, s.account_ref) AS account_id, s.account_ref AS ref, s.source AS source,
  s.merged_into AS merged_into, s.name AS name, COALESCE($host, s.domain) AS domain,
  s.industry AS industry, s.country AS country, s.timezone AS timezone, s.owner AS owner,
  s.plan AS plan, s.employees AS employees, CASE WHEN s.deleted THEN 1 ELSE 0 END AS deleted,
  s.first_day AS first_day
FROM states AS s
LEFT JOIN account_alias AS a ON a.ref = s.account_ref
